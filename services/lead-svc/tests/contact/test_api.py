"""Contacts over HTTP: who may be one person, merged and made two again, and what that means for their rights."""

from datetime import UTC, datetime
from importlib import import_module
from typing import Any
from uuid import UUID

import httpx
import pytest
from contact_facts import JO, lea, max_, merged, met
from leads import done, owned

__all__ = ["lea", "max_"]

JOE = {"name": "Doe, Jo", "email": "JO@acme.example"}


async def people(client: httpx.AsyncClient, party: str, **at: str) -> dict[str, set[str]]:
    """Who is listed at a party, and whom each of them is also."""
    answer = await client.get(f"/parties/{party}/contacts", params=at)
    assert answer.status_code == 200, answer.text
    rows = answer.json()["data"]
    assert len({row["contact_id"] for row in rows}) == len(rows)
    return {row["contact_id"]: set(row["also"]) for row in rows}


async def duplicates(client: httpx.AsyncClient, party: str, **asked: int) -> dict[str, Any]:
    answer = await client.get(f"/parties/{party}/contacts/duplicates", params=asked)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def refused(client: httpx.AsyncClient, path: str, **body: str) -> tuple[int, str]:
    answer = await client.post(path, json=body)
    return answer.status_code, answer.json()["code"]


async def test_two_people_of_one_party_who_may_be_one_are_shown_in_pairs_the_likeliest_first(served: Any, ann: httpx.AsyncClient) -> None:
    jo, _, party = await met(ann, JO)
    joe, _, _ = await met(ann, JOE)
    bo, _, _ = await met(ann, {"name": "Bo Roe", "phone": "001 (555) 0100"})
    await met(ann, JO, company="Other")
    await served.react()
    found = await duplicates(ann, party)
    assert [({pair["contact_id"], pair["other_id"]}, pair["weight"], pair["kinds"]) for pair in found["data"]] == [
        ({jo, joe}, 100, ["email", "name"]),
        ({jo, bo}, 40, ["phone"]),
    ]
    assert {found["data"][0]["name"], found["data"][0]["other"]} == {"Jo Doe", "Doe, Jo"}
    assert (found["compared"], found["more"]) == (3, False)
    assert [pair["weight"] for pair in (await duplicates(ann, party, limit=1))["data"]] == [100]


async def test_people_of_parties_that_are_merged_are_compared_too(served: Any, ann: httpx.AsyncClient, max_: httpx.AsyncClient) -> None:
    jo, _, party = await met(ann, JO)
    joe, _, other = await met(ann, JOE, company="Acme Incorporated")
    await served.react()
    assert (await duplicates(ann, party))["data"] == []
    await done(max_, f"/parties/{other}/merge", into=party, reason="Same house")
    (pair,) = (await duplicates(ann, party))["data"]
    assert {pair["contact_id"], pair["other_id"]} == {jo, joe}


async def test_who_is_forgotten_or_merged_is_in_no_pair(
    served: Any, ann: httpx.AsyncClient, max_: httpx.AsyncClient, lea: httpx.AsyncClient
) -> None:
    jo, _, party = await met(ann, JO)
    joe, _, _ = await met(ann, JOE)
    bo, _, _ = await met(ann, {"name": "Bo Roe", "email": "jo@acme.example"})
    await served.react()
    await merged(max_, joe, jo)
    (pair,) = (await duplicates(ann, party))["data"]
    assert {pair["contact_id"], pair["other_id"]} == {jo, bo}
    await done(lea, f"/people/{bo}/forget")
    found = await duplicates(ann, party)
    assert (found["data"], found["compared"]) == ([], 1)


async def test_what_was_said_under_a_merged_contact_still_tells_of_a_third(
    served: Any, ann: httpx.AsyncClient, max_: httpx.AsyncClient
) -> None:
    jo, _, party = await met(ann, {"name": "Jo Doe"})
    joe, _, _ = await met(ann, JOE)
    bo, _, _ = await met(ann, {"email": "jo@acme.example"})
    await served.react()
    await merged(max_, joe, jo)
    (pair,) = (await duplicates(ann, party))["data"]
    assert ({pair["contact_id"], pair["other_id"]}, pair["kinds"]) == ({jo, bo}, ["email"])


async def test_so_many_people_at_most_are_compared_and_it_is_said_where_there_are_more(
    served: Any, ann: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_module("lead_svc.party_contact.read"), "COMPARED", 2)
    for _ in range(3):
        _, _, party = await met(ann, JO)
    await served.react()
    found = await duplicates(ann, party)
    assert (found["compared"], found["more"], len(found["data"])) == (2, True, 1)


async def test_merged_contacts_are_listed_once_and_as_two_again_when_it_is_undone_and_any_day_as_it_was(
    served: Any, ann: httpx.AsyncClient, max_: httpx.AsyncClient
) -> None:
    jo, one, party = await met(ann, JO)
    joe, two, _ = await met(ann, JOE)
    third, _, _ = await met(ann, {"name": "Joe"})
    await served.react()
    before = datetime.now(UTC).isoformat()
    await merged(max_, joe, jo)
    await merged(max_, third, jo)
    between = datetime.now(UTC).isoformat()
    assert await people(ann, party) == {jo: {joe, third}}
    await done(max_, f"/contacts/{joe}/unmerge", reason="Father and son")
    assert await people(ann, party) == {jo: {third}, joe: set()}
    assert await people(ann, party, at=between) == {jo: {joe, third}}
    assert await people(ann, party, at=before) == {jo: set(), joe: set(), third: set()}
    assert {(await ann.get(f"/leads/{lead}")).json()["contact_id"] for lead in (one, two)} == {jo, joe}, "no lead was rewritten"

    seen = (await ann.get(f"/contacts/{jo}")).json()
    assert (seen["name"], seen["head"], set(seen["members"])) == ("Jo Doe", jo, {jo, third})
    assert [(each["contact_id"], each["into"], each["unmerged_by"]) for each in seen["merges"]] == [(joe, jo, "max"), (third, jo, None)]
    assert (seen["merges"][0]["reason"], seen["merges"][0]["unmerge_reason"]) == ("Same mail address as Jo", "Father and son")
    assert (await ann.get(f"/contacts/{third}")).json()["head"] == jo


async def test_the_list_of_people_goes_on_page_by_page_and_into_a_file_with_whom_each_is_also(
    served: Any, ann: httpx.AsyncClient, max_: httpx.AsyncClient
) -> None:
    jo, _, party = await met(ann, JO)
    joe, _, _ = await met(ann, JOE)
    bo, _, _ = await met(ann, {"name": "Bo Roe"})
    await served.react()
    await merged(max_, joe, jo)
    path, found, cursor = f"/parties/{party}/contacts", dict[str, list[str]](), None
    for _ in range(2):
        page = (await ann.get(path, params={"limit": 1} if cursor is None else {"limit": 1, "cursor": cursor})).json()
        found |= {row["contact_id"]: row["also"] for row in page["data"]}
        cursor = page["next_cursor"]
    assert (found, cursor) == ({jo: [joe], bo: []}, None)
    file = (await ann.get(path, headers={"accept": "text/csv"})).text
    (line,) = [line for line in file.splitlines() if line.startswith(jo)]
    assert joe in line


async def test_a_merge_of_contacts_leaves_no_plain_word_of_the_reason_behind(
    served: Any, ann: httpx.AsyncClient, max_: httpx.AsyncClient, lea: httpx.AsyncClient
) -> None:
    jo, _, _ = await met(ann, JO)
    joe, _, _ = await met(ann, JOE)
    await served.react()
    await merged(max_, joe, jo)
    assert not await served.log.pool.fetchval("SELECT count(*) FROM log t WHERE t::text LIKE '%as Jo%'")
    assert await served.log.pool.fetchval("SELECT count(*) FROM log WHERE type LIKE '%contact-merged%' AND partition IS NOT NULL") == 0
    await done(lea, f"/people/{jo}/forget")
    (merge,) = (await ann.get(f"/contacts/{jo}")).json()["merges"]
    assert (merge["reason"], merge["merged_by"]) == (None, "max")


async def test_a_contact_of_another_party_is_listed_as_whom_they_are_shown_under(
    served: Any, ann: httpx.AsyncClient, max_: httpx.AsyncClient
) -> None:
    jo, _, party = await met(ann, JO)
    joe, _, other = await met(ann, JOE, company="Other")
    await served.react()
    await merged(max_, joe, jo)
    assert await people(ann, other) == await people(ann, party) == {jo: {joe}}


@pytest.mark.parametrize("asked", ["head", "member"])
async def test_whoever_of_a_merged_person_asks_to_be_forgotten_everything_sealed_of_them_is_gone(
    served: Any, ann: httpx.AsyncClient, max_: httpx.AsyncClient, lea: httpx.AsyncClient, asked: str
) -> None:
    jo, one, party = await met(ann, JO)
    joe, two, _ = await met(ann, JOE)
    bo, _, _ = await met(ann, {"name": "Bo Roe"})
    await done(max_, f"/leads/{two}/assign", owner="ann")
    await done(ann, f"/leads/{two}/interactions", kind="call", note="Prefers mornings")
    await served.react()
    await merged(max_, joe, jo)
    for _ in range(2):  # asked again, it is done already
        await done(lea, f"/people/{jo if asked == 'head' else joe}/forget")
    for lead in (one, two):
        contact = (await ann.get(f"/leads/{lead}/contact")).json()
        assert (contact["name"], contact["email"], contact["forgotten"]) == (None, None, True)
    (touch,) = (await ann.get(f"/leads/{two}/interactions")).json()["data"]
    assert touch["note"] is None
    assert await served.log.pool.fetchval("SELECT count(*) FROM personal_key WHERE subject = ANY($1)", [UUID(jo), UUID(joe)]) == 0
    assert await served.log.pool.fetchval("SELECT count(*) FROM log WHERE type = 'ltc.lead.person-forgotten.v1'") == 2
    assert await people(ann, party) == {jo: {joe}, bo: set()}
    assert (await ann.get(f"/contacts/{bo}")).json()["name"] == "Bo Roe"


async def test_who_was_a_merged_person_and_is_two_again_is_forgotten_alone(
    served: Any, ann: httpx.AsyncClient, max_: httpx.AsyncClient, lea: httpx.AsyncClient
) -> None:
    jo, _, _ = await met(ann, JO)
    joe, _, _ = await met(ann, JOE)
    await served.react()
    await merged(max_, joe, jo)
    await done(max_, f"/contacts/{joe}/unmerge", reason="Father and son")
    await done(lea, f"/people/{jo}/forget")
    assert (await ann.get(f"/contacts/{jo}")).json()["forgotten"] is True
    assert (await ann.get(f"/contacts/{joe}")).json()["name"] == "Doe, Jo"


@pytest.mark.parametrize("forgotten", [0, 1])
async def test_why_two_were_one_is_forgotten_with_either_of_them(
    forgotten: int, served: Any, ann: httpx.AsyncClient, max_: httpx.AsyncClient, lea: httpx.AsyncClient
) -> None:
    both = [(await met(ann, who))[0] for who in (JO, JOE)]
    await served.react()
    await merged(max_, both[1], both[0])
    await done(max_, f"/contacts/{both[1]}/unmerge", reason="Jo Doe and her father")

    async def reasons() -> set[str | None]:
        shown = [(await ann.get(f"/contacts/{each}")).json()["merges"] for each in both]
        return {merge[why] for merges in shown for merge in merges for why in ("reason", "unmerge_reason")}

    assert await reasons() == {"Same mail address as Jo", "Jo Doe and her father"}
    await done(lea, f"/people/{both[forgotten]}/forget")
    assert await reasons() == {None}


async def test_a_day_before_somebody_was_met_does_not_show_them(served: Any, ann: httpx.AsyncClient) -> None:
    jo, _, party = await met(ann, JO)
    between = datetime.now(UTC).isoformat()
    joe, _, _ = await met(ann, JOE)
    await served.react()
    assert await people(ann, party, at=between) == {jo: set()}
    assert await people(ann, party) == {jo: set(), joe: set()}


async def test_a_note_gives_nobody_a_key_again_who_was_forgotten_meanwhile(served: Any, ann: httpx.AsyncClient) -> None:
    lead = await owned(ann, "ann", contact=JO)
    contact = (await ann.get(f"/leads/{lead}")).json()["contact_id"]
    await served.log.pool.execute("DELETE FROM personal_key WHERE subject = $1", UUID(contact))  # the list does not know of it yet
    assert await refused(ann, f"/leads/{lead}/interactions", kind="call", note="Has a cold") == (409, "person-is-forgotten")
    assert await served.log.pool.fetchval("SELECT count(*) FROM personal_key WHERE subject = $1", UUID(contact)) == 0


async def test_a_merged_person_takes_consent_back_for_all_leads_of_theirs(
    served: Any, ann: httpx.AsyncClient, max_: httpx.AsyncClient
) -> None:
    jo, one, _ = await met(ann, JO)
    joe, two, _ = await met(ann, JOE)
    _, other, _ = await met(ann, {"name": "Bo Roe"})
    over = await owned(ann, "ann", contact=JO)
    was = (await ann.get(f"/leads/{over}")).json()["contact_id"]
    for lead in (one, two, other, over):
        await done(ann, f"/leads/{lead}/consent", given=True, source="Form")
    await done(ann, f"/leads/{over}/disqualify", reason="No")
    await served.react()
    await merged(max_, joe, jo)
    await merged(max_, was, jo)

    async def agreed() -> list[bool | None]:
        return [(await ann.get(f"/leads/{lead}")).json()["consent"] for lead in (one, two, over, other)]

    assert await agreed() == [True] * 4
    await done(ann, f"/leads/{two}/consent", given=False, source="Call")
    assert await agreed() == [False, False, False, True]
    await done(ann, f"/leads/{two}/consent", given=True, source="Form")
    assert await agreed() == [False, True, False, True], "they agree for a lead"
    await done(ann, f"/leads/{over}/consent", given=False, source="Call")
    assert await agreed() == [False, False, False, True], "whatever became of the lead they say it of"
    assert await refused_consent(ann, str(UUID(int=7))) == "unknown-lead"


async def refused_consent(client: httpx.AsyncClient, lead: str) -> str:
    return str((await client.post(f"/leads/{lead}/consent", json={"given": False, "source": "Call"})).json()["code"])


async def test_only_a_manager_merges_contacts_and_what_is_wrong_is_said(
    served: Any, ann: httpx.AsyncClient, max_: httpx.AsyncClient, lea: httpx.AsyncClient
) -> None:
    jo, lead, party = await met(ann, JO)
    joe, _, _ = await met(ann, JOE)
    bo, _, _ = await met(ann, {"name": "Bo Roe"})
    await served.react()
    body = {"into": jo, "reason": "Same"}
    assert (await ann.post(f"/contacts/{joe}/merge", json=body)).status_code == 403
    assert await refused(max_, f"/contacts/{lead}/merge", **body) == (404, "unknown-person")
    assert await refused(max_, f"/contacts/{jo}/merge", **body) == (409, "contact-merged-into-itself")
    assert await refused(max_, f"/contacts/{jo}/unmerge", reason="Two") == (409, "contact-not-merged")
    assert await refused(max_, f"/contacts/{lead}/unmerge", reason="Two") == (404, "unknown-person")
    await merged(max_, joe, jo)
    await merged(max_, joe, jo)
    assert await refused(max_, f"/contacts/{bo}/merge", into=joe, reason="Same") == (409, "contact-merged-already")
    await done(lea, f"/people/{bo}/forget")
    assert await refused(max_, f"/contacts/{bo}/merge", **body) == (409, "person-is-forgotten")
    for path in (f"/contacts/{party}", f"/parties/{jo}/contacts/duplicates"):
        assert (await ann.get(path)).status_code == 404, path
