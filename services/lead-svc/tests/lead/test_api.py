"""Leads over HTTP, on a real log."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
import pytest
from leads import BANT, LEAD, TRIANGLE, captured, done


async def test_a_lead_goes_all_the_way(ann: httpx.AsyncClient) -> None:
    lead = await captured(ann)
    await done(ann, f"/leads/{lead}/assign", owner="ann")
    await done(ann, f"/leads/{lead}/qualify", **BANT)
    converted = await done(ann, f"/leads/{lead}/convert", **TRIANGLE)
    shown = (await ann.get(f"/leads/{lead}")).json()
    assert (shown["status"], shown["owner"], shown["budget"]) == ("converted", "ann", BANT["budget"])
    assert shown["opportunity_id"] == converted.json()["opportunity_id"]
    assert shown["actions"] == ["record_consent"], "a no is taken down whatever became of it"
    history = (await ann.get(f"/leads/{lead}/history")).json()["data"]
    assert [event["type"].split(".")[2] for event in history] == ["captured", "contact-recorded", "assigned", "qualified", "converted"]
    assert {event["correlation_id"] for event in history} == {history[0]["correlation_id"]}


async def test_what_is_missing_is_named(ann: httpx.AsyncClient) -> None:
    lead = await captured(ann)
    await done(ann, f"/leads/{lead}/assign", owner="ann")
    answer = await ann.post(f"/leads/{lead}/qualify", json={"need": "Cards"})
    problem = answer.json()
    assert (answer.status_code, problem["code"], problem["missing"]) == (409, "bant-incomplete", ["budget", "authority", "timing"])
    assert "budget, authority, timing" in problem["detail"]


async def test_the_same_key_captures_once(ann: httpx.AsyncClient) -> None:
    first, second = [await ann.post("/leads", json=LEAD, headers={"idempotency-key": "row-1"}) for _ in range(2)]
    assert first.json() == second.json()
    assert len((await ann.get("/leads")).json()["data"]) == 1


async def test_a_lead_has_a_number_that_finds_it(ann: httpx.AsyncClient) -> None:
    first, again = [(await ann.post("/leads", json=LEAD, headers={"idempotency-key": "row-1"})).json() for _ in range(2)]
    second = (await ann.post("/leads", json=LEAD)).json()
    year = datetime.now(UTC).year
    assert [first["lead_no"], again["lead_no"], second["lead_no"]] == [f"L-{year}-00001", f"L-{year}-00001", f"L-{year}-00002"]
    found = (await ann.get("/leads", params={"lead_no": second["lead_no"]})).json()["data"]
    assert [(lead["lead_id"], lead["lead_no"]) for lead in found] == [(second["lead_id"], second["lead_no"])]


async def test_whom_to_talk_to_is_for_sales_alone(served: Any, ann: httpx.AsyncClient) -> None:
    lead = await captured(ann)
    contact = (await ann.get(f"/leads/{lead}")).json()["contact"]
    assert (contact["name"], contact["email"], contact["phone"]) == ("Jo Doe", "jo@acme.example", "+1 555 0100")
    assert (await ann.get(f"/leads/{lead}/contact")).json() == contact
    async with served.client("nat", "analyst") as analyst:
        answer = await analyst.get(f"/leads/{lead}")
        assert answer.json()["contact"] is None
        assert answer.json()["actions"] == []
        for path in (f"/leads/{lead}/contact", f"/leads/{lead}/history"):
            assert (await analyst.get(path)).status_code == 403


async def test_nothing_of_a_person_is_readable_in_the_database(served: Any, ann: httpx.AsyncClient) -> None:
    await captured(ann)
    for table in ("log", "read.lead_list", "read.lead_contact", "answer"):
        rows = await served.log.pool.fetch(f"SELECT t::text AS row FROM {table} t")
        assert not any("jo@acme.example" in row["row"] or "Jo Doe" in row["row"] for row in rows), table


async def test_a_forgotten_person_can_never_be_read_again(served: Any, ann: httpx.AsyncClient) -> None:
    lead = await captured(ann)
    contact = (await ann.get(f"/leads/{lead}")).json()["contact"]["contact_id"]
    assert (await ann.post(f"/people/{contact}/forget")).status_code == 403
    async with served.client("lea", "legal") as legal:
        for _ in range(2):
            assert (await legal.post(f"/people/{contact}/forget")).status_code == 204
    assert (await ann.get(f"/leads/{lead}")).json()["contact"] == {
        "contact_id": contact, "name": None, "email": None, "phone": None, "forgotten": True
    }  # fmt: skip
    recorded = (await ann.get(f"/leads/{lead}/history")).json()["data"][1]["data"]
    assert (recorded["name"], recorded["email"]) == (None, None)
    assert await served.log.pool.fetchval("SELECT count(*) FROM log WHERE type = 'ltc.lead.person-forgotten.v1'") == 1


async def test_a_person_nobody_knows_cannot_be_forgotten(served: Any, ann: httpx.AsyncClient) -> None:
    lead = await captured(ann)
    async with served.client("lea", "legal") as legal:
        answer = await legal.post(f"/people/{lead}/forget")
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown-person")
    assert "contact_id" in answer.json()["detail"]
    assert await served.log.pool.fetchval("SELECT count(*) FROM log WHERE type = 'ltc.lead.person-forgotten.v1'") == 0


async def test_a_lead_without_a_contact_has_none(ann: httpx.AsyncClient) -> None:
    lead = await captured(ann, contact=None)
    assert (await ann.get(f"/leads/{lead}")).json()["contact"] is None
    assert (await ann.get(f"/leads/{lead}/contact")).json()["code"] == "no-contact"


async def test_leads_are_found_by_status_owner_and_channel(ann: httpx.AsyncClient) -> None:
    first, second = await captured(ann), await captured(ann, company="Betasoloin", channel="referral")
    await done(ann, f"/leads/{second}/assign", owner="bob")

    async def found(**filters: str) -> list[str]:
        return [row["lead_id"] for row in (await ann.get("/leads", params=filters)).json()["data"]]

    assert await found() == [second, first]
    assert await found(status="captured") == [first]
    assert await found(owner="bob") == [second]
    assert await found(channel="exhibition") == [first]
    assert await found(channel="exhibition", owner="bob") == []
    page = (await ann.get("/leads", params={"limit": 1})).json()
    assert (await ann.get("/leads", params={"limit": 1, "cursor": page["next_cursor"]})).json()["data"][0]["lead_id"] == first


async def test_the_funnel_counts_every_stage_reached(ann: httpx.AsyncClient) -> None:
    first, _ = await captured(ann), await captured(ann)
    await captured(ann, channel="referral")
    await done(ann, f"/leads/{first}/assign", owner="ann")
    await done(ann, f"/leads/{first}/qualify", **BANT)
    await done(ann, f"/leads/{first}/disqualify", reason="No budget after all")
    assert (await ann.get("/leads/funnel")).json()["data"] == [
        {"channel": "exhibition", "captured": 2, "assigned": 1, "qualified": 1, "converted": 0, "disqualified": 1},
        {"channel": "referral", "captured": 1, "assigned": 0, "qualified": 0, "converted": 0, "disqualified": 0},
    ]
    for away in ({"captured_to": "2020-01-01"}, {"captured_from": "9999-12-31"}):
        assert (await ann.get("/leads/funnel", params=away)).json()["data"] == []
    assert len((await ann.get("/leads/funnel", params={"captured_to": "9999-12-31"})).json()["data"]) == 2


async def test_two_people_do_not_overwrite_each_other(ann: httpx.AsyncClient) -> None:
    lead = await captured(ann)
    seen = (await ann.get(f"/leads/{lead}")).headers["etag"]
    await done(ann, f"/leads/{lead}/assign", owner="bob")
    answer = await ann.post(f"/leads/{lead}/assign", json={"owner": "ann"}, headers={"if-match": seen})
    assert answer.status_code == 412


@pytest.mark.parametrize("contact", [{}, {"email": "nobody"}, {"phone": "call me"}, {"name": "Jo", "shoe_size": 43}, {"name": "Jo\u0000"}])
async def test_a_contact_that_makes_no_sense_is_refused(ann: httpx.AsyncClient, contact: dict[str, Any]) -> None:
    answer = await ann.post("/leads", json={**LEAD, "contact": contact})
    assert answer.status_code in (400, 422)
    assert (await ann.get("/leads")).json()["data"] == []


@pytest.mark.parametrize("act", ["assign", "qualify", "disqualify", "convert"])
async def test_an_unknown_lead_is_not_found(ann: httpx.AsyncClient, act: str) -> None:
    body = {"assign": {"owner": "ann"}, "qualify": BANT, "disqualify": {"reason": "No"}, "convert": TRIANGLE}[act]
    answer = await ann.post(f"/leads/{UUID(int=7)}/{act}", json=body)
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown-lead")


async def test_only_sales_works_on_leads(served: Any) -> None:
    async with served.client("fin", "finance") as finance:
        assert (await finance.post("/leads", json=LEAD)).status_code == 403
        assert (await finance.get("/leads")).status_code == 200
