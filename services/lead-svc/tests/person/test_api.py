"""Whoever is forgotten is read nowhere, whatever of theirs was merged with whatever."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import httpx
import pytest
from contact_facts import lea, max_
from lead_svc.lead.rules.capture import CaptureRenewal, ReturnLead
from leads import BANT, TRIANGLE, done, owned
from ltc_runtime.imports import import_next_file
from nurture_sequences import RULES
from party_facts import party_of

__all__ = ["lea", "max_"]
OTTO = {"name": "Ottoline Marsh", "email": "ottoline@quill.example", "phone": "+1 555 0177"}
MARSH = {"name": "Marsh, Ottoline", "email": "OTTOLINE@quill.example"}
# Nothing that ids in hexadecimal or sealed texts in base64 may contain by chance.
SAYS = ("ottoline", "555 0177", "+15550177", " marsh", "marsh,")
CARD = "BEGIN:VCARD\nVERSION:4.0\nUID:otto\nFN:Ottoline Marsh\nORG:Quill Works\nEMAIL:ottoline@quill.example\nEND:VCARD\n"
PLACES = ("/leads", "/parties", "/contacts", "/duplicates", "/inbox", "/my-day", "/desks")
SHEETS = ("application/json", "text/csv")


@pytest.fixture
async def boss(served: Any) -> AsyncIterator[httpx.AsyncClient]:
    """Whoever may read everything that sales and managers may."""
    async with served.client("boss", "sales", "sales_manager", "analyst", "operator", "legal") as client:
        yield client


async def read_everywhere(served: Any, boss: httpx.AsyncClient, names: dict[str, list[str]]) -> set[str]:
    """Where they can be read: on whatever page has an id or none, and in whatever table."""
    found: set[str] = set()
    paths = (await boss.get("/openapi.json")).json()["paths"]
    for path, operations in paths.items():
        if "get" not in operations or not path.startswith(
            ("/leads", "/parties", "/contacts", "/duplicates", "/inbox", "/my-day", "/desks")
        ):
            continue
        for filled in each_of(path, names):
            for accept in SHEETS:
                answer = await boss.get(filled, headers={"accept": accept})
                assert answer.status_code < 500, (filled, answer.text)
                if any(word in answer.text.lower() for word in SAYS):
                    found.add(f"{path} {accept}")
    tables = "SELECT schemaname || '.' || tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
    for row in await served.log.pool.fetch(tables):
        text = await served.log.pool.fetchval(f"SELECT string_agg(t::text, ' ') FROM {row[0]} t") or ""
        found |= {f"table {row[0]}" for word in SAYS if word in text.lower()}
    return found


def each_of(path: str, names: dict[str, list[str]]) -> list[str]:
    """The path with every id that may stand in it; nothing, where none is known."""
    known = [name for name in names if "{" + name + "}" in path]
    if "{" not in path:
        return [path]
    return [path.replace("{" + known[0] + "}", each) for each in names[known[0]]] if path.count("{") == 1 and known else []


async def test_who_is_forgotten_is_read_nowhere_whatever_leads_contacts_and_parties_are_merged(
    served: Any, ann: httpx.AsyncClient, max_: httpx.AsyncClient, lea: httpx.AsyncClient, boss: httpx.AsyncClient
) -> None:
    await done(max_, "/rule-books/nurture", **RULES)
    await done(max_, "/rule-books/nurture/1/activate")
    one, two = await owned(ann, "ann", company="Quill Works", contact=OTTO), await owned(ann, "ann", company="Quill", contact=MARSH)
    lost = await owned(ann, "ann", company="Quill Works", contact=OTTO)
    await ann.post("/leads", json={"company": "Quill", "channel": "site", "contact": OTTO}, headers={"idempotency-key": "otto"})
    import_id = (await max_.post("/leads/imports", content=CARD, params={"mapping": "vcard"})).json()["import_id"]
    await import_next_file(served.log)
    await served.react()
    for lead in (one, two):
        await done(ann, f"/leads/{lead}/interactions", kind="call", note="Ottoline wants forty cards")
        await done(ann, f"/leads/{lead}/consent", given=True, source="Form")
    await done(ann, f"/leads/{two}/nurture", sequence="welcome")
    await done(ann, f"/leads/{lost}/qualify", **BANT)
    deal = (await done(ann, f"/leads/{lost}/convert", **TRIANGLE)).json()["opportunity_id"]
    back, renewed = UUID(int=8), UUID(int=9)
    await served.decide(ReturnLead(lead_id=back, previous=UUID(lost), opportunity_id=UUID(deal), why="timing"))
    terms = {"contract_id": UUID(int=7), "contract_no": "C-1", "opportunity_id": UUID(deal), "previous": UUID(lost)}
    party = await party_of(ann, one)
    await served.decide(CaptureRenewal(lead_id=renewed, party_id=UUID(party), company="Quill Works", ends_on="2026-12-31", **terms))
    await served.react()
    leads = [each["lead_id"] for each in (await ann.get("/leads", params={"limit": 100})).json()["data"]]
    people = [(await ann.get(f"/leads/{each}")).json()["contact_id"] for each in leads]
    head, *others = dict.fromkeys(people)
    await done(max_, f"/leads/{two}/merge", into=one, reason="Asked twice")
    await done(max_, f"/leads/{back}/merge", into=str(renewed), reason="One need")
    await done(max_, f"/parties/{await party_of(ann, two)}/merge", into=party, reason="Same house")
    for other in others:
        await done(max_, f"/contacts/{other}/merge", into=head, reason="Ottoline, says Ottoline")
    await served.react()
    parties = [party, await party_of(ann, two)]
    names = {"lead_id": leads, "party_id": parties, "subject_id": [*dict.fromkeys(people)], "import_id": [import_id]}
    before = await read_everywhere(served, boss, names)
    assert len(before) >= 12, before
    assert not any(place.startswith("table") for place in before), "sealed wherever they are kept"

    await done(lea, f"/people/{others[0]}/forget")
    assert await read_everywhere(served, boss, names) == set()
    # whatever happens then finds nobody either
    await done(max_, f"/leads/{two}/unmerge", reason="Two plants")
    await max_.post("/leads/imports", content=CARD, params={"mapping": "vcard"})
    await import_next_file(served.log)
    await ann.post("/leads", json={"company": "Quill", "channel": "site", "contact": OTTO}, headers={"idempotency-key": "otto"})
    served.pass_days(20)
    await served.react()
    assert await read_everywhere(served, boss, names) == set()
    assert len((await ann.get("/leads", params={"limit": 100})).json()["data"]) == len(leads), "known again, and not anew"
    assert await served.log.pool.fetchval("SELECT count(*) FROM personal_key") == 0
    for each in dict.fromkeys(people):
        assert (await ann.get(f"/contacts/{each}/card.vcf")).json()["code"] == "nothing-to-read"


async def test_one_of_two_merged_leads_is_forgotten_and_the_others_person_stays(
    served: Any, ann: httpx.AsyncClient, max_: httpx.AsyncClient, lea: httpx.AsyncClient
) -> None:
    """Leads are for one need; their people are two, as long as nobody says otherwise."""
    one, two = await owned(ann, "ann", contact={"name": "Jo"}), await owned(ann, "ann", contact=OTTO)
    for lead in (one, two):
        await done(ann, f"/leads/{lead}/interactions", kind="call", note=f"Of {lead}")
    await done(max_, f"/leads/{two}/merge", into=one, reason="Asked twice")
    await done(lea, f"/people/{(await ann.get(f'/leads/{two}')).json()['contact_id']}/forget")
    notes = [each["note"] for each in (await ann.get(f"/leads/{one}/interactions")).json()["data"]]
    assert notes == [None, f"Of {one}"]
    assert (await ann.get(f"/leads/{one}/contact")).json()["name"] == "Jo"
    await done(max_, f"/leads/{two}/unmerge", reason="Two plants")
    refused = await ann.post(f"/leads/{two}/interactions", json={"kind": "call", "note": "Ottoline again"})
    assert refused.json()["code"] == "person-is-forgotten"
