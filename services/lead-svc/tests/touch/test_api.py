"""Keeping in touch, over HTTP, on a real log."""

from typing import Any

import httpx
from leads import captured, done, owned

CALL = {"kind": "call", "note": "Wants forty cards"}


async def test_the_timeline_shows_every_touch_the_last_first(ann: httpx.AsyncClient) -> None:
    lead = await owned(ann, "ann")
    await done(ann, f"/leads/{lead}/interactions", **CALL, at="2020-05-01T10:00:00Z")
    visit = (await done(ann, f"/leads/{lead}/interactions", kind="visit", at="2020-05-02T10:00:00+02:00")).json()
    shown = (await ann.get(f"/leads/{lead}/interactions")).json()["data"]
    assert [(row["kind"], row["note"], row["by"]) for row in shown] == [("visit", None, "ann"), ("call", "Wants forty cards", "ann")]
    assert shown[0]["touch_id"] == visit["touch_id"]
    row = (await ann.get(f"/leads/{lead}")).json()
    assert (row["touches"], row["last_touch_at"]) == (2, "2020-05-02T08:00:00Z")


async def test_a_lead_untouched_since_a_day_is_found_until_somebody_calls(ann: httpx.AsyncClient) -> None:
    lead = await owned(ann, "ann")

    async def untouched(since: str) -> list[str]:
        return [row["lead_id"] for row in (await ann.get("/leads", params={"untouched_since": since})).json()["data"]]

    await done(ann, f"/leads/{lead}/interactions", kind="mail", at="2020-05-02T10:00:00Z")
    assert await untouched("2020-05-03") == [lead]
    assert await untouched("2020-05-02") == []
    await done(ann, f"/leads/{lead}/disqualify", reason="No")
    assert await untouched("2020-05-03") == []


async def test_an_offer_needs_consent_that_can_be_taken_back(ann: httpx.AsyncClient) -> None:
    lead = await owned(ann, "ann")
    offer = {"kind": "mail", "marketing": True}

    async def refused() -> str | None:
        code: str | None = (await ann.post(f"/leads/{lead}/interactions", json=offer)).json().get("code")
        return code

    assert await refused() == "consent-missing"
    await done(ann, f"/leads/{lead}/consent", given=True, source="Form")
    assert await refused() is None
    assert (await ann.get(f"/leads/{lead}")).json()["consent"] is True
    await done(ann, f"/leads/{lead}/consent", given=False, source="Mail")
    assert await refused() == "consent-missing"
    assert (await ann.get(f"/leads/{lead}")).json()["touches"] == 1


async def test_what_was_said_is_sealed_and_forgotten_with_the_person(served: Any, ann: httpx.AsyncClient) -> None:
    lead = await owned(ann, "ann")
    await done(ann, f"/leads/{lead}/interactions", **CALL)
    for table in ("log", "read.lead_touch"):
        assert not await served.log.pool.fetchval(f"SELECT count(*) FROM {table} t WHERE t::text LIKE '%forty cards%'"), table
    contact = (await ann.get(f"/leads/{lead}")).json()["contact"]["contact_id"]
    async with served.client("lea", "legal") as legal:
        await done(legal, f"/people/{contact}/forget")
    assert [row["note"] for row in (await ann.get(f"/leads/{lead}/interactions")).json()["data"]] == [None]
    answer = await ann.post(f"/leads/{lead}/interactions", json=CALL)
    assert (answer.status_code, answer.json()["code"]) == (409, "person-is-forgotten")


async def test_a_note_about_nobody_named_is_sealed_as_well(served: Any, ann: httpx.AsyncClient) -> None:
    lead = await owned(ann, "ann", contact=None)
    await done(ann, f"/leads/{lead}/interactions", **CALL)
    assert (await ann.get(f"/leads/{lead}/interactions")).json()["data"][0]["note"] == "Wants forty cards"
    assert not await served.log.pool.fetchval("SELECT count(*) FROM log t WHERE t::text LIKE '%forty cards%'")


async def test_the_same_key_notes_a_touch_once(ann: httpx.AsyncClient) -> None:
    lead = await owned(ann, "ann")
    for _ in range(2):
        answer = await ann.post(f"/leads/{lead}/interactions", json=CALL, headers={"idempotency-key": "call-1"})
        assert answer.status_code == 200
    assert len((await ann.get(f"/leads/{lead}/interactions")).json()["data"]) == 1


async def test_a_timeline_is_for_sales_and_of_a_lead_that_exists(served: Any, ann: httpx.AsyncClient) -> None:
    lead = await captured(ann)
    async with served.client("nat", "analyst") as analyst:
        assert (await analyst.get(f"/leads/{lead}/interactions")).status_code == 403
    answer = await ann.get("/leads/00000000-0000-0000-0000-000000000007/interactions")
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown-lead")
