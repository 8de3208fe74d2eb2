"""Parties over HTTP: found as duplicates, merged, and unmerged without a trace of damage."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
import pytest
from leads import LEAD, captured, done, owned
from party_facts import party_of


@pytest.fixture
async def max_(served: Any) -> AsyncIterator[httpx.AsyncClient]:
    async with served.client("max", "sales_manager") as client:
        yield client


async def ids(client: httpx.AsyncClient, path: str, key: str, **params: str) -> set[str]:
    answer = await client.get(path, params=params)
    assert answer.status_code == 200, answer.text
    return {row[key] for row in answer.json()["data"]}


async def test_a_suspected_duplicate_is_shown_at_capture_with_reasons_and_captured_all_the_same(
    served: Any, ann: httpx.AsyncClient
) -> None:
    known = await party_of(ann, await captured(ann, company="Acme Inc", website="https://www.acme.example/en"))
    await served.react()
    body = {**LEAD, "company": "ACME Corporation", "website": "acme.example"}
    found = (await ann.post("/leads", params={"duplicates": "true"}, json=body)).json()["duplicates"]
    assert [(each["party_id"], each["company"], each["weight"], each["open_leads"]) for each in found] == [(known, "Acme Inc", 100, 1)]
    assert [(reason["kind"], reason["value"]) for reason in found[0]["reasons"]] == [("website", "acme.example"), ("name", "acme")]
    assert len((await ann.get("/leads")).json()["data"]) == 2
    assert (await ann.post("/leads", json=LEAD)).json()["duplicates"] is None


async def test_duplicates_are_listed_in_pairs_and_of_one_party_until_they_are_merged(
    served: Any, ann: httpx.AsyncClient, max_: httpx.AsyncClient
) -> None:
    one = await party_of(ann, await captured(ann, company="华为技术有限公司"))
    other = await party_of(ann, await captured(ann, company="华为技术"))
    third = await party_of(ann, await captured(ann, company="Hua Wei", company_phone="+86 755 2878 0808"))
    await served.react()
    await done(ann, f"/parties/{one}/describe", phone="0086 (755) 28780808")
    pairs = (await ann.get("/duplicates")).json()["data"]
    assert [(pair["weight"], pair["kinds"]) for pair in pairs] == [(60, ["name"]), (50, ["phone"])]
    assert await ids(ann, f"/duplicates/{one}", "party_id") == {other, third}
    await done(max_, f"/parties/{other}/merge", into=one, reason="Same name")
    assert [pair["kinds"] for pair in (await ann.get("/duplicates")).json()["data"]] == [["phone"]]
    assert await ids(ann, f"/duplicates/{one}", "party_id") == {third}
    assert await ids(ann, f"/duplicates/{third}", "party_id") == {one}


async def test_a_merge_shows_everything_under_one_and_undoing_it_restores_both(
    served: Any, ann: httpx.AsyncClient, max_: httpx.AsyncClient
) -> None:
    one, two = await owned(ann, "ann", company="Acme Inc"), await owned(ann, "ann", company="Acme Incorporated")
    a, b = await party_of(ann, one), await party_of(ann, two)
    for lead in (one, two):
        await done(ann, f"/leads/{lead}/interactions", kind="call", note="Hello")
    await served.react()

    async def seen(party: str, **at: str) -> tuple[set[str], int, int]:
        leads = await ids(ann, f"/parties/{party}/leads", "lead_id", **at)
        people = await ids(ann, f"/parties/{party}/contacts", "contact_id", **at)
        return leads, len(people), len((await ann.get(f"/parties/{party}/interactions", params=at)).json()["data"])

    assert await seen(a) == ({one}, 1, 1)
    await done(max_, f"/parties/{b}/merge", into=a, reason="Same house")
    third = await captured(ann, company="Acme Incorporated")
    between = datetime.now(UTC).isoformat()
    assert await seen(a) == ({one, two, third}, 3, 2)
    shown = (await ann.get(f"/parties/{a}")).json()
    assert (shown["names"], set(shown["members"]), shown["head"]) == (["Acme Inc", "Acme Incorporated"], {a, b}, a)
    assert (await ann.get(f"/parties/{b}")).json()["head"] == a
    assert await ids(ann, "/parties", "party_id") == {a}
    assert await ids(ann, "/parties", "party_id", name="ACME corp.") == {a}

    await done(max_, f"/parties/{b}/unmerge", reason="Two after all")
    assert await seen(a) == ({one}, 1, 1)
    assert await seen(b) == ({two, third}, 2, 1)
    assert await seen(a, at=between) == ({one, two, third}, 3, 2), "as it was then"
    assert await ids(ann, "/parties", "party_id") == {a, b}
    (merge,) = (await ann.get(f"/parties/{a}")).json()["merges"]
    assert (merge["merged_by"], merge["unmerged_by"], merge["unmerge_reason"]) == ("max", "max", "Two after all")
    history = (await ann.get(f"/parties/{b}/history")).json()["data"]
    assert [event["type"].split(".")[2] for event in history] == ["party-noted", "party-merged", "party-unmerged"]
    assert {(await ann.get(f"/leads/{lead}")).json()["party_id"] for lead in (two, third)} == {b}, "no lead was rewritten"


async def test_a_contact_of_a_party_can_be_forgotten(served: Any, ann: httpx.AsyncClient) -> None:
    lead = await captured(ann)
    await served.react()
    party, contact = await party_of(ann, lead), (await ann.get(f"/leads/{lead}/contact")).json()["contact_id"]
    assert (await ann.get(f"/parties/{party}/contacts")).json()["data"][0]["email"] == "jo@acme.example"
    async with served.client("lea", "legal") as legal:
        await legal.post(f"/people/{contact}/forget")
    (row,) = (await ann.get(f"/parties/{party}/contacts")).json()["data"]
    assert (row["email"], row["name"], row["forgotten"]) == (None, None, True)


async def test_only_a_manager_merges_and_what_is_wrong_is_said(served: Any, ann: httpx.AsyncClient, max_: httpx.AsyncClient) -> None:
    party = await party_of(ann, await captured(ann))
    await served.react()
    body = {"into": str(UUID(int=7)), "reason": "Same"}
    assert (await ann.post(f"/parties/{party}/merge", json=body)).status_code == 403
    assert (await max_.post(f"/parties/{party}/merge", json=body)).json()["code"] == "unknown-party"
    assert (await max_.post(f"/parties/{party}/merge", json={**body, "into": party})).json()["code"] == "merged-into-itself"
    assert (await max_.post(f"/parties/{party}/unmerge", json={"reason": "Two"})).json()["code"] == "party-not-merged"
    for path in (f"/parties/{UUID(int=7)}", f"/duplicates/{UUID(int=7)}"):
        assert (await ann.get(path)).json()["code"] == "unknown-party"
    for wrong in ({}, {"website": "no domain"}, {"phone": "12"}):
        assert (await ann.post(f"/parties/{party}/describe", json=wrong)).status_code == 422, wrong
