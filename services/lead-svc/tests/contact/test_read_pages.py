"""A person with many contacts and many merges is shown in part, and listed page by page."""

from importlib import import_module
from typing import Any

import httpx
import pytest
from contact_facts import JO, lea, max_, merged, met
from lead_svc.contact import read as consenting
from leads import done
from page_walks import every

__all__ = ["lea", "max_"]


async def test_a_person_is_shown_with_so_many_contacts_and_merges_and_all_are_listed(
    served: Any, ann: httpx.AsyncClient, max_: httpx.AsyncClient, lea: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    jo, _, _ = await met(ann, JO)
    others = [(await met(ann, {"name": f"Jo {number}"}))[0] for number in range(4)]
    for other in others:
        await merged(max_, other, jo)
    await done(max_, f"/contacts/{others[0]}/unmerge", reason="Father and son")
    await merged(max_, others[0], jo)
    whole = (await ann.get(f"/contacts/{jo}")).json()
    assert (len(whole["members"]), len(whole["merges"]), whole["more"]) == (5, 5, False)
    for listed, many in ((3, 3), (5, 5)):
        monkeypatch.setattr(import_module("lead_svc.contact.read"), "PREVIEW", listed)
        answer = await ann.get(f"/contacts/{jo}")
        seen = answer.json()
        assert (len(seen["members"]), len(seen["merges"]), seen["members"][0]) == (many, many, jo)
        assert seen["more"] is (listed == 3)
        assert seen["merges"] == whole["merges"][-many:], "the latest"
        assert "link" not in answer.headers
    members = await every(ann, f"/contacts/{jo}/members", 3)
    assert {row["contact_id"]: row["name"] for row in members} == {other: f"Jo {number}" for number, other in enumerate(others)}
    merges = await every(ann, f"/contacts/{jo}/merges", 2)
    assert merges == whole["merges"][::-1]
    assert (merges[-1]["reason"], merges[-1]["unmerge_reason"]) == ("Same mail address as Jo", "Father and son")
    assert await every(ann, f"/contacts/{others[1]}/members", 2) == []
    assert [row["contact_id"] for row in await every(ann, f"/contacts/{others[1]}/merges", 2)] == [others[1]]
    sheet = await ann.get(f"/contacts/{jo}/members", headers={"accept": "text/csv"})
    assert len(sheet.text.splitlines()) == 5
    for what in ("members", "merges"):
        assert (await lea.get(f"/contacts/{jo}/{what}")).status_code == 403
        unknown = await ann.get(f"/contacts/00000000-0000-0000-0000-000000000007/{what}")
        assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown-person")


async def test_the_pages_of_who_is_forgotten_name_nobody(
    served: Any, ann: httpx.AsyncClient, max_: httpx.AsyncClient, lea: httpx.AsyncClient
) -> None:
    jo, _, _ = await met(ann, JO)
    joe, _, _ = await met(ann, {"name": "Joe"})
    await merged(max_, joe, jo)
    await done(lea, f"/people/{jo}/forget")
    (member,) = await every(ann, f"/contacts/{jo}/members", 2)
    assert (member["contact_id"], member["name"], member["forgotten"]) == (joe, None, True)
    (merge,) = await every(ann, f"/contacts/{jo}/merges", 2)
    assert (merge["merge_id"] is not None, merge["reason"]) == (True, None)


async def test_taking_consent_back_names_only_the_leads_somebody_agreed_for(
    served: Any, ann: httpx.AsyncClient, max_: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    jo, silent, _ = await met(ann, JO)
    joe, agreed, _ = await met(ann, {"name": "Joe"})
    ended, named = (await met(ann, {"name": "J."})), []
    for one in (joe, ended[0]):
        await merged(max_, one, jo)
    for lead in (agreed, ended[1]):
        await done(ann, f"/leads/{lead}/consent", given=True, source="Form")
    await done(ann, f"/leads/{agreed}/consent", given=False, source="Call")
    await done(ann, f"/leads/{ended[1]}/consent", given=True, until="2020-01-01", source="Form")
    read = consenting.agreed_for

    async def seen(*asked: Any) -> Any:
        named.append(await read(*asked))
        return named[-1]

    monkeypatch.setattr(consenting, "agreed_for", seen)
    await done(ann, f"/leads/{silent}/consent", given=False, source="Call")
    assert [[str(each) for each in found] for found in named] == [[ended[1]]]
    assert (await ann.get(f"/leads/{ended[1]}")).json()["consent"] is False
