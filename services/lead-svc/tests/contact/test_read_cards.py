"""vCards over HTTP, on a real log: a contact written out, and an address book taken over."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import httpx
import pytest
from leads import captured
from ltc_runtime import imports
from ltc_runtime.imports import import_next_file

JO = "BEGIN:VCARD\r\nVERSION:4.0\r\nUID:urn:uuid:00000000-0000-0000-0000-000000000001\r\nFN:Jo Doe\r\nORG:Acme\\, In\r\n c;Sales\r\n"
JO += "EMAIL;PREF=1:jo@acme.example\r\nTEL;VALUE=uri:tel:+1-555-0100\r\nNOTE:Forty cards\\nby May\r\nEND:VCARD\r\n"
LI = "BEGIN:VCARD\nVERSION:3.0\nN:张;三;;;\nORG:华为技术\nEND:VCARD\n"
BAD = "BEGIN:VCARD\nVERSION:2.1\nN:Doe\nEND:VCARD\nBEGIN:VCARD\nVERSION:3.0\nFN:Zebedee\nEND:VCARD\n"


@pytest.fixture
async def max_(served: Any) -> AsyncIterator[httpx.AsyncClient]:
    async with served.client("max", "sales_manager") as client:
        yield client


async def taken(served: Any, client: httpx.AsyncClient, data: str | bytes, **asked: Any) -> tuple[int, int, int, str | None]:
    answer = await client.post("/leads/imports", content=data, params={"mapping": "vcard", **asked})
    assert answer.status_code == 201, answer.text
    assert await import_next_file(served.log)
    found = (await client.get(answer.headers["location"])).json()
    return found["new"], found["known"], found["refused"], found["failure"]


async def leads(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await client.get("/leads")).json()["data"]
    return found


async def contact(client: httpx.AsyncClient, lead: str) -> dict[str, Any]:
    found: dict[str, Any] = (await client.get(f"/leads/{lead}/contact")).json()
    return found


async def test_each_card_of_an_address_book_is_a_lead_once_and_what_is_wrong_is_said_by_its_line(
    served: Any, max_: httpx.AsyncClient
) -> None:
    assert await taken(served, max_, JO + LI + BAD, dry_run=True) == (2, 0, 2, None)
    assert await leads(max_) == []
    assert await taken(served, max_, JO + LI + BAD) == (2, 0, 2, None)
    found = {lead["company"]: lead for lead in await leads(max_)}
    jo, zhang = [await contact(max_, found[company]["lead_id"]) for company in ("Acme, Inc", "华为技术")]
    assert (jo["name"], jo["email"], jo["phone"]) == ("Jo Doe", "jo@acme.example", "+1-555-0100")
    assert (found["Acme, Inc"]["need"], zhang["name"]) == ("Forty cards\nby May", "张三")
    (import_id, *_) = [each["import_id"] for each in (await max_.get("/leads/imports")).json()["data"]]
    errors = (await max_.get(f"/leads/imports/{import_id}/errors")).json()["data"]
    assert [(error["line"], error["reason"]) for error in errors] == [
        (20, "company: is missing"),
        (16, "vCard 2.1 is not read: export it as 3.0 or 4.0"),
    ]
    assert await taken(served, max_, LI + JO.replace("Forty", "Fifty").replace("urn:uuid:", "")) == (0, 2, 0, None)
    assert len(await leads(max_)) == 2
    assert not await served.log.pool.fetchval("SELECT count(*) FROM log t WHERE t::text ILIKE '%jo@acme%' OR t::text ILIKE '%zebedee%'")


async def test_a_large_address_book_is_taken_over_batch_by_batch(
    served: Any, max_: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "ROWS", 50)
    photo = "PHOTO;ENCODING=b:" + "\r\n ".join(["A" * 70] * 200)
    book = "".join(JO.replace("000000000001", f"{number:012}").replace("NOTE", f"{photo}\r\nNOTE") for number in range(300))
    assert await taken(served, max_, book.encode("utf-16")) == (300, 0, 0, None)
    assert await taken(served, max_, book) == (0, 300, 0, None)


async def test_cards_read_by_another_systems_mapping_and_a_table_read_as_cards_say_so(served: Any, max_: httpx.AsyncClient) -> None:
    said = "no column is called Company or Company / Account: is this the right mapping?"
    assert await taken(served, max_, JO, mapping="salesforce") == (0, 0, 0, said)
    assert await taken(served, max_, "Company\nAcme\n") == (0, 0, 0, "no column is called ORG: is this the right mapping?")


async def test_a_contact_is_written_out_as_its_json_neighbour_reads_it_and_comes_back(
    served: Any, ann: httpx.AsyncClient, max_: httpx.AsyncClient
) -> None:
    person = {
        "name": "Jo; Doe, the \\ elder of the two who write to us from the third floor 上海",
        "email": "jo@acme.example",
        "phone": "+1 555",
    }
    lead = await captured(ann, company="Acme, Inc; Sons", contact=person)
    about = await contact(ann, lead)
    card = await ann.get(f"/contacts/{about['contact_id']}/card.vcf")
    assert (card.status_code, card.headers["content-type"]) == (200, "text/vcard; charset=utf-8")
    assert card.headers["content-disposition"] == f'attachment; filename="contact-{about["contact_id"]}.vcf"'
    lines = card.content.split(b"\r\n")
    assert (lines[:2], lines[-2:], max(map(len, lines)) <= 75) == ([b"BEGIN:VCARD", b"VERSION:4.0"], [b"END:VCARD", b""], True)
    assert await taken(served, max_, card.content) == (1, 0, 0, None)
    back = (await leads(max_))[0]
    assert (back["lead_id"] != lead, back["company"]) == (True, "Acme, Inc; Sons")
    again = await contact(ann, back["lead_id"])
    assert {what: again[what] for what in person} == {what: about[what] for what in person} == person


async def test_who_may_not_see_a_contact_gets_no_card_and_of_somebody_forgotten_there_is_none(served: Any, ann: httpx.AsyncClient) -> None:
    nameless = await contact(ann, await captured(ann, contact={"email": "info@acme.example"}))
    assert b"\r\nFN:info@acme.example\r\n" in (await ann.get(f"/contacts/{nameless['contact_id']}/card.vcf")).content
    about = await contact(ann, await captured(ann))
    path = f"/contacts/{about['contact_id']}/card.vcf"
    for role in ("analyst", "finance", "legal", "solution"):
        async with served.client("nat", role) as other:
            assert [(await other.get(each)).status_code for each in (path, path.removesuffix("/card.vcf"))] == [403, 403]
    async with served.client("lea", "legal") as legal:
        await legal.post(f"/people/{about['contact_id']}/forget")
    assert ((await ann.get(path)).status_code, (await ann.get(path)).json()["code"]) == (404, "nothing-to-read")
    assert (await ann.get(f"/contacts/{UUID(int=7)}/card.vcf")).json()["code"] == "unknown-person"
