"""Leads for one need over HTTP, on a real log, with the policies and timers at work."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
import pytest
from leads import BANT, LEAD, TRIANGLE, captured, done, owned
from merge_pages import RESPONSE, let_count, row

POOL = {"claim_limit": 1, "untouched_days": 15, "no_return_days": 30}


@pytest.fixture
async def max_(served: Any) -> AsyncIterator[httpx.AsyncClient]:
    async with served.client("max", "sales_manager") as client:
        yield client


async def merged(client: httpx.AsyncClient, lead: str, into: str) -> str:
    return str((await done(client, f"/leads/{lead}/merge", into=into, reason="Asked twice")).json()["merge_id"])


async def refused(client: httpx.AsyncClient, path: str, **body: str) -> tuple[int, str]:
    answer = await client.post(path, json={"reason": "Asked twice", **body})
    return answer.status_code, answer.json()["code"]


async def test_a_merge_shows_both_histories_under_one_and_undoing_it_restores_both(
    served: Any, ann: httpx.AsyncClient, max_: httpx.AsyncClient
) -> None:
    one, two = await owned(ann, "ann"), await owned(ann, "ann")
    for lead in (one, two):
        await done(ann, f"/leads/{lead}/interactions", kind="call", note=f"Of {lead}")
    before = await row(ann, two)
    merge_id = await merged(max_, two, one)
    between = datetime.now(UTC).isoformat()

    async def seen(lead: str, **at: str) -> tuple[list[str], list[str]]:
        notes = [each["note"] for each in (await ann.get(f"/leads/{lead}/interactions", params=at)).json()["data"]]
        history = (await ann.get(f"/leads/{lead}/history")).json()["data"]
        return notes, [event["type"].split(".")[2] for event in history]

    own = ["captured", "contact-recorded", "assigned"]
    assert await seen(one) == ([f"Of {two}", f"Of {one}"], [*own, *own, "touch-logged", "touch-logged", "merged"])
    assert await seen(two) == ([f"Of {two}"], [*own, "touch-logged", "merged"])
    shown = await row(max_, two)
    assert (shown["status"], shown["merged_into"], shown["actions"]) == ("merged", one, ["record_consent", "unmerge_lead"])
    assert shown["closed_at"]
    assert {each["lead_id"] for each in (await ann.get("/leads", params={"status": "merged"})).json()["data"]} == {two}
    about = (await ann.get(f"/leads/{one}/merges")).json()
    assert (about["head"], set(about["members"]), [each["merge_id"] for each in about["merges"]]) == (one, {one, two}, [merge_id])
    assert (await ann.get(f"/leads/{two}/merges")).json()["head"] == one

    await done(max_, f"/leads/{two}/unmerge", reason="Two plants")
    assert {**await row(ann, two)} == before
    assert await seen(one) == ([f"Of {one}"], [*own, "touch-logged"])
    assert (await seen(one, at=between))[0] == [f"Of {two}", f"Of {one}"], "as it was then"
    about = (await ann.get(f"/leads/{one}/merges")).json()
    (merge,) = about["merges"]
    assert (about["members"], merge["merged_by"], merge["unmerged_by"], merge["unmerge_reason"]) == ([one], "max", "max", "Two plants")
    assert (await ann.get(f"/leads/{two}/merges", params={"at": between})).json()["head"] == one


async def test_the_history_of_several_leads_comes_in_pages_in_the_order_in_which_it_happened(
    ann: httpx.AsyncClient, max_: httpx.AsyncClient
) -> None:
    one, two = await owned(ann, "ann", contact=None), await owned(ann, "ann", contact=None)
    await done(ann, f"/leads/{one}/assign", owner="bob")
    await merged(max_, two, one)
    whole = [event["position"] for event in (await ann.get(f"/leads/{one}/history")).json()["data"]]
    assert whole == sorted(whole)
    paged, cursor = [], ""
    while True:
        page = (await ann.get(f"/leads/{one}/history", params={"limit": 2, **({"cursor": cursor} if cursor else {})})).json()
        paged += [event["position"] for event in page["data"]]
        if (cursor := page["next_cursor"]) is None:
            break
    assert paged == whole
    assert (await ann.get(f"/leads/{UUID(int=7)}/history")).json()["code"] == "unknown-lead"


async def test_merged_leads_count_once_in_the_funnel_and_in_what_campaigns_cost(ann: httpx.AsyncClient, max_: httpx.AsyncClient) -> None:
    one, two = await captured(ann, campaign="fair"), await owned(ann, "ann", channel="site", campaign="ads")

    async def counted() -> tuple[dict[str, int], dict[str, int]]:
        funnel = (await ann.get("/leads/funnel")).json()["data"]
        report = (await ann.get("/campaigns/report")).json()["data"]
        return {each["channel"]: each["captured"] for each in funnel}, {each["campaign"]: each["captured"] for each in report}

    apart = ({"exhibition": 1, "site": 1}, {"fair": 1, "ads": 1})
    assert await counted() == apart
    await merged(max_, two, one)
    assert await counted() == ({"exhibition": 1}, {"fair": 1})
    await done(max_, f"/leads/{two}/unmerge", reason="Two plants")
    assert await counted() == apart


async def test_a_merged_lead_is_on_nobodys_desk_and_comes_back_to_whoever_claimed_it_as_a_claim(
    served: Any, ann: httpx.AsyncClient, max_: httpx.AsyncClient
) -> None:
    await let_count(max_, "pool", POOL)
    leads = [await owned(ann, "ann") for _ in range(4)]
    one, two, three, other = leads
    for lead in leads:
        await done(ann, f"/leads/{lead}/release", reason="No time")
    await done(ann, f"/leads/{two}/claim")
    await served.react()
    assert await refused(ann, f"/leads/{three}/claim") == (409, "claim-limit-reached")
    await merged(max_, two, one)
    await served.react()
    await done(ann, f"/leads/{three}/claim")
    assert {each["lead_id"] for each in (await ann.get("/leads", params={"owner": "ann", "status": "assigned"})).json()["data"]} == {three}
    await done(ann, f"/leads/{three}/release", reason="No time")
    await done(max_, f"/leads/{two}/unmerge", reason="Two plants")
    await served.react()
    assert (await row(ann, two))["owner"] == "ann"
    assert await refused(ann, f"/leads/{other}/claim") == (409, "claim-limit-reached")


async def test_timers_find_nothing_of_a_merged_lead_and_are_set_again_when_it_is_undone(
    served: Any, ann: httpx.AsyncClient, max_: httpx.AsyncClient
) -> None:
    await let_count(max_, "response", RESPONSE)
    await let_count(max_, "pool", POOL)
    one, two = await owned(ann, "ann"), await owned(ann, "ann")
    await served.react()
    await done(ann, f"/leads/{one}/interactions", kind="call")
    await merged(max_, two, one)
    await served.react()
    served.pass_days(16)
    await served.react()
    shown = await row(ann, two)
    assert (shown["status"], shown["response_overdue"]) == ("merged", False)
    await done(max_, f"/leads/{two}/unmerge", reason="Two plants")
    await served.react()
    shown = await row(ann, two)
    assert (shown["status"], shown["owner"], shown["response_overdue"]) == ("assigned", "ann", True), "nobody was in touch with them"
    served.pass_days(40)
    await served.react()
    assert (await row(ann, two))["status"] == "pooled", "it does not lie for ever"


async def test_a_lead_that_missed_its_turn_while_it_was_merged_finds_its_owner_when_it_is_undone(
    served: Any, ann: httpx.AsyncClient, max_: httpx.AsyncClient
) -> None:
    await let_count(max_, "assignment", {"rules": [{"name": "All", "owners": ["bob"]}]})
    one, two = await owned(ann, "ann"), await captured(ann)
    await merged(max_, two, one)
    await served.react()
    assert (await row(ann, two))["status"] == "merged"
    await done(max_, f"/leads/{two}/unmerge", reason="Two plants")
    await served.react()
    assert (await row(ann, two))["owner"] == "bob"


async def test_a_merge_into_a_lead_that_became_a_deal_is_not_undone(ann: httpx.AsyncClient, max_: httpx.AsyncClient) -> None:
    one, two, three = await owned(ann, "ann"), await owned(ann, "ann"), await captured(ann)
    await merged(max_, three, two)
    await merged(max_, two, one)
    await done(ann, f"/leads/{one}/qualify", **BANT)
    await done(ann, f"/leads/{one}/convert", **TRIANGLE)
    for lead in (two, three):
        assert await refused(max_, f"/leads/{lead}/unmerge") == (409, "survivor-converted")


async def test_two_that_merge_leads_into_each_other_at_once_leave_one_that_counts(ann: httpx.AsyncClient, max_: httpx.AsyncClient) -> None:
    one, two = await captured(ann), await captured(ann)
    body = {"reason": "Asked twice"}
    answers = await asyncio.gather(
        max_.post(f"/leads/{one}/merge", json={**body, "into": two}), max_.post(f"/leads/{two}/merge", json={**body, "into": one})
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert sorted([(await row(ann, lead))["status"] for lead in (one, two)]) == ["captured", "merged"]


async def test_only_a_manager_merges_leads_and_what_is_wrong_is_said(ann: httpx.AsyncClient, max_: httpx.AsyncClient) -> None:
    one, two, three = await captured(ann), await captured(ann), await captured(ann)
    nobody = str(UUID(int=7))
    for act in ("merge", "unmerge"):
        assert await refused(ann, f"/leads/{one}/{act}", **({"into": two} if act == "merge" else {})) == (403, "forbidden")
    assert await refused(max_, f"/leads/{one}/merge", into=nobody) == (404, "unknown-lead")
    assert await refused(max_, f"/leads/{nobody}/unmerge") == (404, "unknown-lead")
    assert await refused(max_, f"/leads/{one}/merge", into=one) == (409, "lead-merged-into-itself")
    assert await refused(max_, f"/leads/{one}/unmerge") == (409, "lead-not-merged")
    assert "merge_lead" in (await row(max_, one))["actions"]
    assert "merge_lead" not in (await row(ann, one))["actions"]
    await merged(max_, one, two)
    assert await refused(max_, f"/leads/{three}/merge", into=one) == (409, "lead-merged-already")
    answer = await ann.post(f"/leads/{one}/assign", json={"owner": "ann"})
    assert (answer.status_code, answer.json()["code"], two in answer.json()["detail"]) == (409, "lead-closed", True)
    await done(ann, f"/leads/{three}/disqualify", reason="No")
    assert await refused(max_, f"/leads/{three}/merge", into=two) == (409, "lead-closed")
    assert (await ann.get(f"/leads/{nobody}/merges")).json()["code"] == "unknown-lead"


async def test_open_leads_of_one_party_and_person_are_suggested_with_reasons_the_likeliest_first(
    served: Any, ann: httpx.AsyncClient, max_: httpx.AsyncClient
) -> None:
    this = await captured(ann, company="Acme Inc")
    same_mail = await captured(ann, company="Acme Inc", contact={"email": "JO@acme.example"})
    kin = await captured(ann, company="Acme Group", contact={"name": "Sam", "phone": "+1 (555) 0100"})
    over = await captured(ann, company="Acme Inc")
    await done(ann, f"/leads/{over}/disqualify", reason="No")
    elsewhere = await captured(ann, company="Bolt", contact={"email": "jo@acme.example"})
    await served.react()

    async def suggested(lead: str) -> list[tuple[str, int, list[str]]]:
        answer = await ann.get(f"/leads/{lead}/duplicates")
        assert (answer.status_code, answer.json()["more"]) == (200, False)
        return [(each["lead"]["lead_id"], each["weight"], each["reasons"]) for each in answer.json()["data"]]

    assert await suggested(this) == [(same_mail, 90, ["email", "party"])], "neither what is over, nor people of other parties"
    assert await suggested(over) == []
    one, two = (await row(ann, kin))["party_id"], (await row(ann, this))["party_id"]
    await done(max_, f"/parties/{one}/merge", into=two, reason="One group")
    assert await suggested(this) == [(same_mail, 90, ["email", "party"]), (kin, 70, ["party", "phone"])]
    people = [(await row(ann, lead))["contact_id"] for lead in (elsewhere, this)]
    await done(max_, f"/contacts/{people[0]}/merge", into=people[1], reason="Same mail address")
    assert (elsewhere, 60, ["contact"]) in await suggested(this)
    await merged(max_, same_mail, this)
    assert same_mail not in [lead for lead, _, _ in await suggested(this)]
    assert (await ann.get(f"/leads/{UUID(int=7)}/duplicates")).json()["code"] == "unknown-lead"
    async with served.client("nat", "analyst") as analyst:
        assert (await analyst.get(f"/leads/{this}/duplicates")).status_code == 403


async def test_whoever_comes_again_by_the_same_key_is_not_captured_beside_a_merged_lead(
    ann: httpx.AsyncClient, max_: httpx.AsyncClient
) -> None:
    answers = [await ann.post("/leads", json=LEAD, headers={"idempotency-key": "row-1"}) for _ in range(2)]
    one, two = answers[0].json()["lead_id"], await captured(ann)
    await merged(max_, one, two)
    assert (await ann.post("/leads", json=LEAD, headers={"idempotency-key": "row-1"})).json()["lead_id"] == one
    assert (await row(ann, one))["status"] == "merged"
