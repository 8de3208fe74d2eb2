"""Converting over HTTP: into a deal there is, many at once, and back again. Each case of these went wrong in another system."""

from datetime import date
from typing import Any
from uuid import UUID

import httpx
from lead_svc.deal.rules import NoteDeal, NoteDealEnd
from lead_svc.lead.rules.capture import ReturnLead
from leads import BANT, TRIANGLE, captured, done, owned

DEAL = UUID(int=77)
NOTE = NoteDeal(opportunity_id=DEAL, **TRIANGLE, expected_close=date(2027, 1, 31))


async def qualified(client: httpx.AsyncClient, **changes: Any) -> str:
    lead = await owned(client, "ann", **changes)
    await done(client, f"/leads/{lead}/qualify", **BANT)
    return lead


async def test_a_lead_is_converted_into_a_deal_there_is_and_not_into_one_that_is_decided(served: Any, ann: httpx.AsyncClient) -> None:
    lead, late = await qualified(ann), await qualified(ann)
    assert "join_opportunity" in (await ann.get(f"/leads/{lead}")).json()["actions"]
    body = {"opportunity_id": str(DEAL)}
    answer = await ann.post(f"/leads/{lead}/join", json=body)
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown-deal")
    await served.decide(NOTE)
    assert (await done(ann, f"/leads/{lead}/join", **body)).json() == body
    row = (await ann.get(f"/leads/{lead}")).json()
    assert (row["status"], row["opportunity_id"], row["joined"]) == ("converted", str(DEAL), True)
    await served.decide(NoteDealEnd(opportunity_id=DEAL, ended="lost"))
    answer = await ann.post(f"/leads/{late}/join", json=body)
    assert (answer.status_code, answer.json()["code"], answer.json()["ended"]) == (409, "deal-decided", "lost")
    assert (await ann.get(f"/leads/{late}")).json()["status"] == "qualified"


async def test_many_leads_are_converted_at_one_request_and_each_says_what_became_of_it_frappe_286(
    served: Any, ann: httpx.AsyncClient
) -> None:
    """Frappe CRM #286."""
    ready, raw = [await qualified(ann) for _ in range(2)], await captured(ann)
    unknown = str(UUID(int=7))
    body = {"lead_ids": [*ready, raw, unknown, ready[0]], **TRIANGLE}
    first, again = [await ann.post("/conversions", json=body, headers={"idempotency-key": "once"}) for _ in range(2)]
    assert (first.status_code, first.json(), first.headers["location"]) == (
        201,
        again.json(),
        f"/conversions/{first.json()['conversion_id']}",
    )
    await served.react()
    seen = (await ann.get(first.headers["location"])).json()
    assert (seen["converted"], seen["refused"], seen["waiting"]) == (2, 2, 0)
    outcomes = {row["lead_id"]: (row["outcome"], row["code"]) for row in seen["data"]}
    assert outcomes == {
        **dict.fromkeys(ready, ("converted", None)), raw: ("refused", "lead-not-qualified"), unknown: ("refused", "unknown-lead"),
    }  # fmt: skip
    assert "qualify this one first" in next(row["detail"] for row in seen["data"] if row["lead_id"] == raw)
    second = await ann.post("/conversions", json=body)
    await served.react()
    codes = [row["code"] for row in (await ann.get(second.headers["location"])).json()["data"]]
    assert sorted(codes) == ["lead-closed", "lead-closed", "lead-not-qualified", "unknown-lead"]
    types = await served.log.pool.fetch("SELECT type FROM log WHERE type = 'ltc.lead.converted.v1'")
    assert len(types) == 2, "converted once"


async def test_what_is_wrong_with_a_request_of_many_is_said_at_once(ann: httpx.AsyncClient) -> None:
    wrong = {"lead_ids": [str(UUID(int=7))], **TRIANGLE, "solution_manager": "ann"}
    assert (await ann.post("/conversions", json=wrong)).json()["code"] == "triangle-not-three-people"
    assert (await ann.post("/conversions", json={"lead_ids": [], **TRIANGLE})).status_code == 422
    assert (await ann.get(f"/conversions/{UUID(int=7)}")).json()["code"] == "unknown-conversion"


async def test_a_lead_whose_deal_was_lost_comes_back_and_leads_to_its_history_and_its_contact(served: Any, ann: httpx.AsyncClient) -> None:
    lead = await qualified(ann)
    deal = (await done(ann, f"/leads/{lead}/convert", **TRIANGLE)).json()["opportunity_id"]
    await served.decide(ReturnLead(lead_id=UUID(int=9), previous=UUID(lead), opportunity_id=UUID(deal), why="no_budget"))
    back = (await ann.get(f"/leads/{UUID(int=9)}")).json()
    assert (back["status"], back["owner"], back["returned_from"], back["return_reason"]) == ("assigned", "ann", lead, "no_budget")
    assert back["contact"] == (await ann.get(f"/leads/{lead}")).json()["contact"]
    histories = [(await ann.get(f"/leads/{one}/history")).json()["data"] for one in (lead, UUID(int=9))]
    assert len({event["correlation_id"] for history in histories for event in history}) == 1, "one deal, traced as one"
    await served.react()
    await done(ann, f"/leads/{UUID(int=9)}/qualify", **BANT)
    again = (await done(ann, f"/leads/{UUID(int=9)}/convert", **TRIANGLE)).json()["opportunity_id"]
    assert again != deal


async def test_why_a_lead_was_lost_must_be_said_and_is_shown_frappe_973(ann: httpx.AsyncClient) -> None:
    """Frappe CRM #973."""
    lead = await captured(ann)
    for nothing in ({}, {"reason": ""}, {"reason": "  "}):
        assert (await ann.post(f"/leads/{lead}/disqualify", json=nothing)).status_code == 422
    await done(ann, f"/leads/{lead}/disqualify", reason="Bought elsewhere")
    assert (await ann.get(f"/leads/{lead}")).json()["reason"] == "Bought elsewhere"


async def test_every_change_of_stage_is_in_the_timeline_with_who_and_when_twenty_11176(served: Any, ann: httpx.AsyncClient) -> None:
    """Twenty #11176."""
    lead = await captured(ann)
    async with served.client("max", "sales_manager") as manager:
        await done(manager, f"/leads/{lead}/assign", owner="ann")
    await done(ann, f"/leads/{lead}/release", reason="Not my trade")
    await done(ann, f"/leads/{lead}/claim")
    await done(ann, f"/leads/{lead}/qualify", **BANT)
    await done(ann, f"/leads/{lead}/convert", **TRIANGLE)
    history = (await ann.get(f"/leads/{lead}/history")).json()["data"]
    stages = [(event["type"].split(".")[2], event["actor"]) for event in history if event["type"] != "ltc.lead.contact-recorded.v1"]
    assert stages == [
        ("captured", "ann"), ("assigned", "max"), ("pooled", "ann"), ("claimed", "ann"), ("assigned", "ann"), ("qualified", "ann"),
        ("converted", "ann"),
    ]  # fmt: skip
    instants = [event["occurred_at"] for event in history]
    assert all(instants)
    assert instants == sorted(instants)
