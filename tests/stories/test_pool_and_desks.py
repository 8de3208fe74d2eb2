"""No lead is left lying: the public pool, who may take what out of it, whoever waits for an answer, and the desk of a leaver."""

import asyncio
from typing import Any

import pytest

from ..api_client import ANN, MAX, Person
from ..deals import LEADS, OPPORTUNITIES, Deal
from ..platform import Platform
from ..story_client import ALWAYS, StoryClient, facts

pytestmark = pytest.mark.stack

PIA, QIN, REM, TOM = (Person(name, ("sales",)) for name in ("pia", "qin", "rem", "tom"))
POOL = {"claim_limit": 1, "untouched_days": 15, "no_return_days": 30}
RULES = {"rules": [{"name": "Social", "channels": ["social"], "owners": ["pia"]}], "capacities": {"pia": 1}}
RESPONSE = {"working_minutes": 240, "calendar": {"zone": "Asia/Shanghai", "week": ALWAYS}}


async def captured(story: StoryClient, company: str, channel: str = "social", who: Person = ANN) -> str:
    """A new lead; its path."""
    return f"/leads/{(await story.do('capture_lead', '/leads', who, {'company': company, 'channel': channel}))['lead_id']}"


async def in_pool(story: StoryClient, lead: str) -> dict[str, Any]:
    """The lead, as soon as it is in the pool."""
    return dict(await story.until(lead, lambda now: now["status"] == "pooled"))


def reasons(row: dict[str, Any]) -> tuple[Any, ...]:
    """Why a lead is in the pool."""
    return row["pool_alarm"], row["pool_reason"], row["previous_owner"]


async def test_a_lead_nobody_is_eligible_for_is_in_the_pool_with_an_alarm_and_claimed_within_limits(office: Platform) -> None:
    story = StoryClient(office, "pool")
    await story.rules("assignment", RULES)
    await story.rules("pool", POOL)
    first = await captured(story, "Pool First")
    assert (await story.until(first, lambda now: now["owner"]))["owner"] == "pia"
    second, third = await captured(story, "Pool Second"), await captured(story, "Pool Third", "site")
    why = "nobody is eligible by rule Social: pia has 1 of at most 1 leads"
    assert reasons(await in_pool(story, second)) == (True, why, None)
    assert reasons(await in_pool(story, third)) == (True, "no assignment rule fits", None)
    alarmed = {row["company"] for row in (await story.look("/leads?pool_alarm=true"))["data"]}
    assert {"Pool Second", "Pool Third"} <= alarmed

    assert (await story.refused("assign_lead", f"{second}/assign", QIN, {"owner": "qin"}))["code"] == "lead-in-pool"
    tried = await asyncio.gather(
        *(StoryClient(office, f"pool-{who.name}").tried("claim_lead", f"{second}/claim", who) for who in (QIN, REM))
    )
    assert sorted(tried, key=str) == [None, "lead-not-in-pool"], "one of two at once has it"
    winner = QIN if tried[0] is None else REM
    assert (await story.look(second))["owner"] == winner.name
    beyond = await story.refused("claim_lead", f"{third}/claim", winner)
    assert beyond["code"] == "claim-limit-reached"
    await story.do("assign_lead", f"{third}/assign", MAX, {"owner": "tom"})
    assert (await story.look(third))["owner"] == "tom"
    evidence = await office.assert_sound()
    assert [fact["alarm"] for fact in facts(evidence, "lead.pooled", about=second[7:])] == [True]
    assert [fact["owner"] for fact in facts(evidence, "lead.claimed", about=second[7:])] == [winner.name]
    last = facts(evidence, "lead.assigned", about=third[7:])[-1]
    assert (last["owner"], last["from_pool"]) == ("tom", True)


async def test_an_untouched_lead_is_recycled_and_does_not_come_back_to_whom_let_it_lie(office: Platform) -> None:
    story = StoryClient(office, "recycled")
    await story.rules("assignment", {"rules": [{"name": "Research", "channels": ["research"], "owners": ["tom", "rem"]}]})
    await story.rules("pool", POOL)
    lying, cared = await captured(story, "Lying"), await captured(story, "Cared For")
    for lead in (lying, cared):
        await in_pool(story, lead)
        await story.do("assign_lead", f"{lead}/assign", MAX, {"owner": "tom"})
        await story.until(f"{lead}/history", lambda now: any(event["type"] == "ltc.lead.watched.v1" for event in now["data"]))
    await office.pass_days(10)
    await story.do("log_touch", f"{cared}/interactions", TOM, {"kind": "call"})
    await office.pass_days(5.1)
    row = await in_pool(story, lying)
    assert reasons(row) == (False, "nobody was in touch for 15 days", "tom")
    assert (await story.look(cared))["owner"] == "tom", "five days ago somebody called"
    barred = await story.refused("claim_lead", f"{lying}/claim", TOM)
    assert barred["code"] == "owned-before"
    assert barred["detail"].startswith("tom neglected this lead and does not get it back before ")
    assert (await story.refused("assign_lead", f"{lying}/assign", MAX, {"owner": "tom"}))["code"] == "owned-before"
    told = (await story.look("/inbox?unread=true", TOM))["data"]
    assert [notice["kind"] for notice in told if notice["company"] == "Lying"] == ["lead_recycled", "lead_assigned"]
    await office.pass_days(31)
    await story.do("claim_lead", f"{lying}/claim", TOM)
    assert (await story.look(lying))["owner"] == "tom", "in a month it may be another matter"
    evidence = await office.assert_sound()
    (recycled,) = facts(evidence, "lead.recycled", about=lying[7:])
    assert (recycled["previous_owner"], recycled["reason"]) == ("tom", "nobody was in touch for 15 days")


async def test_who_waits_too_long_for_the_first_answer_is_listed_in_the_day_and_the_inbox_of_whose_lead_it_is(office: Platform) -> None:
    story = StoryClient(office, "response")
    await story.rules("assignment", {"rules": [{"name": "Site", "channels": ["site"], "owners": ["sia"]}]})
    await story.rules("response", RESPONSE)
    sia = Person("sia", ("sales",))
    quick, slow, silent = [await captured(story, company, "site") for company in ("Quick", "Slow", "Silent")]
    for lead in (quick, slow, silent):
        await story.until(lead, lambda now: now["owner"] == "sia" and now["response_due"])

    async def day() -> dict[str, list[str]]:
        shown = await story.look("/my-day?untouched_days=3", sia)
        return {part: [row["company"] for row in rows["leads"]] for part, rows in shown.items()}

    await story.do("log_touch", f"{quick}/interactions", sia, {"kind": "call"})
    assert await day() == {"due": ["Slow", "Silent"], "late": [], "breached": [], "untouched": []}
    await office.pass_days(0.25)
    for lead in (slow, silent):
        await story.until(lead, lambda now: now["response_overdue"])
    await story.do("log_touch", f"{slow}/interactions", sia, {"kind": "mail"})
    assert await day() == {"due": [], "late": ["Silent"], "breached": ["Slow"], "untouched": []}
    overdue = [row["company"] for row in (await story.look("/leads?response_overdue=true&owner=sia"))["data"]]
    assert sorted(overdue) == ["Silent", "Slow"]
    told = [(row["kind"], row["company"]) for row in (await story.look("/inbox?unread=true", sia))["data"]]
    assert {("response_overdue", "Silent"), ("response_overdue", "Slow")} <= set(told)
    assert ("response_overdue", "Quick") not in told
    evidence = await office.assert_sound()
    (missed,) = facts(evidence, "lead.response-missed", about=silent[7:])
    assert missed["owner"] == "sia"
    assert facts(evidence, "lead.response-missed", about=quick[7:]) == []


async def test_the_desk_of_a_leaver_changes_hands_with_all_that_was_found_out_and_what_comes_late_follows(office: Platform) -> None:
    story = StoryClient(office, "leaver")
    await story.rules("assignment", {"rules": [{"name": "Leaver", "channels": ["other"], "owners": ["lev", "nia"]}]})
    lev, nia = Person("lev", ("sales",)), Person("nia", ("sales",))
    leads = [await captured(story, f"Desk {number}", "other") for number in range(4)]
    rows = [await story.until(lead, lambda now: now["owner"]) for lead in leads]
    assert [row["owner"] for row in rows] == ["lev", "nia", "lev", "nia"]
    bant = {"need": "Pumps", "budget": {"amount": 500_000, "currency": "USD"}, "authority": "Head of works", "timing": "2027-03-31"}
    await story.do("qualify_lead", f"{leads[2]}/qualify", lev, bant)
    started = await story.do("hand_desk_over", "/desks/lev/hand-over", MAX, {"to": "nia"})
    path = f"/desks/hand-overs/{started['hand_over_id']}"
    report = await story.until(path, lambda now: now["moved"] == 2)
    assert [(row["company"], row["owner_now"], row["now"]) for row in report["data"]] == [
        ("Desk 0", "nia", "assigned"), ("Desk 2", "nia", "qualified"),
    ]  # fmt: skip
    assert (report["left_behind"], report["by"]) == (0, "max")
    late = await captured(story, "Desk Late", "referral")
    await in_pool(story, late)
    await story.do("assign_lead", f"{late}/assign", MAX, {"owner": "lev"})
    await story.until(late, lambda now: now["owner"] == "nia")
    fifth = await captured(story, "Desk 5", "other")
    assert (await story.until(fifth, lambda now: now["owner"]))["owner"] == "nia", "rules give a leaver nothing more"
    assert (await story.refused("claim_lead", f"{await pooled(story)}/claim", lev))["code"] == "claimant-left"

    deal = Deal(office.api_client, "leaver")
    triangle = {"account_manager": "nia", "solution_manager": "sam", "fulfilment_manager": "fay"}
    opened = (await deal.act(LEADS, "convert_lead", f"{leads[2]}/convert", nia, triangle)).body["opportunity_id"]
    shown = await office.api_client.look(OPPORTUNITIES, f"/opportunities/{opened}", after=[deal.last])
    assert (shown["account_manager"], shown["value"]["amount"]) == ("nia", 500_000)
    evidence = await office.assert_sound()
    moved = [facts(evidence, "lead.assigned", about=lead[7:])[-1] for lead in (leads[0], leads[2], late)]
    assert {(fact["how"], fact["previous_owner"], fact["owner"]) for fact in moved} == {("hand_over", "lev", "nia")}


async def pooled(story: StoryClient) -> str:
    """Some lead in the pool."""
    lead = await captured(story, "Nobody's", "referral")
    await in_pool(story, lead)
    return lead
