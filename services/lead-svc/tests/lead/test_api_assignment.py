"""Assignment rules and the pool over HTTP, on a real log, with the policies and timers at work."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from leads import captured, done, owned

RULES = {"rules": [{"name": "Referrals", "channels": ["referral"], "owners": ["ann", "bob"]}], "capacity": 2}
POOL = {"claim_limit": 1, "untouched_days": 15, "no_return_days": 30}


@pytest.fixture
async def max_(served: Any) -> AsyncIterator[httpx.AsyncClient]:
    async with served.client("max", "sales_manager") as client:
        yield client


async def let_count(client: httpx.AsyncClient, book: str, rules: dict[str, Any]) -> None:
    await done(client, f"/rule-books/{book}", **rules)
    await done(client, f"/rule-books/{book}/1/activate")


async def test_new_leads_find_their_owners_in_turns_and_the_reason_is_shown(
    served: Any, ann: httpx.AsyncClient, max_: httpx.AsyncClient
) -> None:
    await let_count(max_, "assignment", RULES)
    leads = [await captured(ann, channel="referral") for _ in range(5)] + [await captured(ann)]
    await served.react()
    rows = [(await ann.get(f"/leads/{lead}")).json() for lead in leads]
    assert [row["owner"] for row in rows] == ["ann", "bob", "ann", "bob", None, None]
    assert (rows[0]["status"], rows[0]["rule"], rows[0]["assignment"]) == ("assigned", "Referrals", "Referrals: channel referral")
    assert [(row["status"], row["pool_alarm"]) for row in rows[4:]] == [("pooled", True)] * 2
    assert "ann has 2 of at most 2 leads" in rows[4]["pool_reason"]
    assert rows[5]["pool_reason"] == "no assignment rule fits"
    alarmed = (await ann.get("/leads", params={"pool_alarm": "true"})).json()["data"]
    assert {row["lead_id"] for row in alarmed} == set(leads[4:])


async def test_who_finishes_a_lead_has_room_for_another(served: Any, ann: httpx.AsyncClient, max_: httpx.AsyncClient) -> None:
    await let_count(max_, "assignment", {**RULES, "capacity": 1})
    first, _ = [await captured(ann, channel="referral") for _ in range(2)]
    await served.react()
    await done(ann, f"/leads/{first}/disqualify", reason="No")
    await served.react()
    third = await captured(ann, channel="referral")
    await served.react()
    assert (await ann.get(f"/leads/{third}")).json()["owner"] == "ann"


async def test_without_rules_a_captured_lead_stays_captured(served: Any, ann: httpx.AsyncClient) -> None:
    lead = await captured(ann)
    await served.react()
    assert (await ann.get(f"/leads/{lead}")).json()["status"] == "captured"


async def test_an_untouched_lead_goes_to_the_pool_and_not_back_to_its_owner(
    served: Any, ann: httpx.AsyncClient, max_: httpx.AsyncClient
) -> None:
    await let_count(max_, "pool", POOL)
    lead, cared_for = await owned(ann, "ann"), await owned(ann, "ann")
    await served.react()
    served.pass_days(10)
    await done(ann, f"/leads/{cared_for}/interactions", kind="call")
    served.pass_days(16)
    await served.react()
    row = (await ann.get(f"/leads/{lead}")).json()
    assert (row["status"], row["owner"], row["previous_owner"]) == ("pooled", None, "ann")
    assert row["pool_reason"] == "nobody was in touch for 15 days"
    assert row["actions"] == ["claim_lead", "assign_lead", "record_consent", "disqualify_lead"]
    assert (await ann.get(f"/leads/{cared_for}")).json()["owner"] == "ann"
    answer = await ann.post(f"/leads/{lead}/claim")
    assert (answer.status_code, answer.json()["code"]) == (409, "owned-before")
    async with served.client("bob", "sales") as bob:
        for _ in range(2):
            await done(bob, f"/leads/{lead}/claim")
    assert (await ann.get(f"/leads/{lead}")).json()["owner"] == "bob"
    served.pass_days(26)
    await served.react()
    assert (await ann.get(f"/leads/{cared_for}")).json()["status"] == "pooled"
    await done(ann, f"/leads/{lead}/disqualify", reason="No")
    served.pass_days(60)
    await done(ann, f"/leads/{cared_for}/claim")


async def test_who_claims_at_once_with_others_gets_it_alone_and_not_beyond_the_limit(
    served: Any, ann: httpx.AsyncClient, max_: httpx.AsyncClient
) -> None:
    await let_count(max_, "pool", POOL)
    leads = [await owned(ann, "ann") for _ in range(2)]
    for lead in leads:
        await done(ann, f"/leads/{lead}/release", reason="Not my trade")
    async with served.client("bob", "sales") as bob, served.client("cem", "sales") as cem:
        answers = await asyncio.gather(*(client.post(f"/leads/{leads[0]}/claim") for client in (bob, cem)))
        assert sorted(answer.status_code for answer in answers) == [204, 409]
        winner = bob if answers[0].status_code == 204 else cem
        both = await winner.post(f"/leads/{leads[1]}/claim")
        assert both.json()["code"] == "claim-limit-reached"
        assert (await winner.post(f"/leads/{leads[1]}/assign", json={"owner": "bob"})).json()["code"] == "lead-in-pool"
    await done(max_, f"/leads/{leads[1]}/assign", owner="dee")
    assert (await ann.get(f"/leads/{leads[1]}")).json()["owner"] == "dee"


async def test_previews_say_what_rules_would_do_and_do_nothing(served: Any, ann: httpx.AsyncClient, max_: httpx.AsyncClient) -> None:
    lead = await captured(ann, channel="referral")
    await captured(ann)
    await owned(ann, "ann")
    await done(max_, "/rule-books/assignment", **RULES)
    await done(max_, "/rule-books/pool", **POOL)
    served.pass_days(20)
    assert (await max_.get("/rule-books/assignment/1/preview")).json() == {
        "leads": 2, "shares": [{"rule": "Referrals", "leads": 1}, {"rule": None, "leads": 1}],
    }  # fmt: skip
    assert (await max_.get("/rule-books/pool/1/preview")).json() == {"untouched": 1, "in_pool": 0}
    assert (await ann.get(f"/leads/{lead}")).json()["status"] == "captured"


async def test_reacting_again_decides_nothing_more(served: Any, ann: httpx.AsyncClient, max_: httpx.AsyncClient) -> None:
    await let_count(max_, "assignment", RULES)
    await captured(ann, channel="referral")
    await served.react()
    before = await served.log.pool.fetchval("SELECT count(*) FROM log")
    await served.react()
    assert await served.log.pool.fetchval("SELECT count(*) FROM log") == before
    kinds = [
        row["type"].split(".")[2] for row in await served.log.pool.fetch("SELECT type FROM log WHERE stream = 'lead' ORDER BY position")
    ]
    assert kinds == ["captured", "contact-recorded", "routed", "assigned"]
