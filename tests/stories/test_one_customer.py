"""One customer under two names: found, made one, made two again; and a person of theirs who is forgotten everywhere."""

import re
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest

from ..api_client import ANN, FIN, MAX, Person, Refused
from ..cli_runner import ltc
from ..deals import CONTRACTS, LEADS, OPPORTUNITIES, Deal
from ..platform import Platform
from ..story_client import LEA, StoryClient, facts

pytestmark = pytest.mark.stack

EVERYTHING = Person("eve", ("sales", "sales_manager", "solution", "fulfilment", "legal", "finance", "analyst", "operator"))
OTTO = {"name": "Ottoline Marsh", "email": "ottoline@quill.example", "phone": "+1 555 0177"}
MARSH = {"name": "Marsh, Ottoline", "email": "OTTOLINE@quill.example"}
NOTE = "Ottoline dislikes the telephone"
TOLD = (*OTTO.values(), *MARSH.values(), "Ottoline", NOTE)


async def met(story: StoryClient, company: str, contact: dict[str, str], **more: Any) -> tuple[Deal, dict[str, Any]]:
    """A lead of a company, its owner, and what the capture was answered."""
    body = {"company": company, "channel": "referral", "contact": contact, **more}
    answer = await story.do("capture_lead", "/leads?duplicates=true", ANN, body)
    deal = Deal(story.api_client, answer["lead_id"])
    deal.ids |= {"lead": answer["lead_id"], "contact": answer["contact_id"]}
    await story.do("assign_lead", f"/leads/{answer['lead_id']}/assign", ANN, {"owner": "ann"})
    deal.ids["party"] = (await story.look(f"/leads/{answer['lead_id']}"))["party_id"]
    return deal, answer


async def deals_of(story: StoryClient, party: str) -> set[str]:
    """The deals seen under a party: of its leads, and of all that are held to be it."""
    leads = (await story.look(f"/parties/{party}/leads"))["data"]
    members = (await story.look(f"/parties/{party}"))["members"]
    deals = [(await story.api_client.look(OPPORTUNITIES, f"/opportunities?party_id={each}"))["data"] for each in members]
    found = {row["opportunity_id"] for rows in deals for row in rows}
    assert found == {row["opportunity_id"] for row in leads}, "both services see the same deals"
    return found


async def people_of(story: StoryClient, party: str) -> dict[str, set[str]]:
    """Who is listed at a party, and whom each of them is also."""
    return {row["contact_id"]: set(row["also"]) for row in (await story.look(f"/parties/{party}/contacts"))["data"]}


async def test_a_customer_with_two_names_is_shown_at_capture_and_both_deals_are_under_one_until_it_is_undone(platform: Platform) -> None:
    story = StoryClient(platform, "two-names")
    platform.people |= {"Perpetua Lyle", "Lyle, Perpetua", "perpetua@vellum.example"}
    one, first = await met(
        story, "Vellum Inc", {"name": "Perpetua Lyle", "email": "perpetua@vellum.example"}, website="https://www.vellum.example/en"
    )
    assert first["duplicates"] == []
    await story.until(f"/parties/{one.ids['party']}", lambda now: now["names"] == ["Vellum Inc"])
    two, second = await met(
        story, "VELLUM Corporation", {"name": "Lyle, Perpetua", "email": "perpetua@vellum.example"}, website="vellum.example"
    )
    (candidate,) = second["duplicates"]
    assert (candidate["party_id"], candidate["weight"]) == (one.ids["party"], 100)
    assert [(reason["kind"], reason["value"]) for reason in candidate["reasons"]] == [("website", "vellum.example"), ("name", "vellum")]
    for deal in (one, two):
        await deal.convert()
    a, b = one.ids["party"], two.ids["party"]
    mine, theirs = {one.ids["opportunity"]}, {two.ids["opportunity"]}
    await story.until(f"/parties/{b}", lambda now: now["members"] == [b])
    assert (await deals_of(story, a), await deals_of(story, b)) == (mine, theirs)

    await story.do("merge_party", f"/parties/{b}/merge", MAX, {"into": a, "reason": "One house, two letterheads"})
    assert await deals_of(story, a) == mine | theirs
    assert (await story.look(f"/parties/{b}"))["head"] == a
    (pair,) = (await story.look(f"/parties/{a}/contacts/duplicates"))["data"]
    jo, joe = one.ids["contact"], two.ids["contact"]
    assert ({pair["contact_id"], pair["other_id"]}, pair["weight"], pair["kinds"]) == ({jo, joe}, 100, ["email", "name"])
    await story.do("merge_contact", f"/contacts/{joe}/merge", MAX, {"into": jo, "reason": "Perpetua Lyle both times"})
    assert await people_of(story, a) == {jo: {joe}}
    assert {(await story.look(f"/leads/{deal.ids['lead']}"))["party_id"] for deal in (one, two)} == {a, b}, "no fact was rewritten"
    opened = [await story.look(f"/opportunities/{deal.ids['opportunity']}", at=OPPORTUNITIES) for deal in (one, two)]
    assert [deal["party_id"] for deal in opened] == [a, b]

    await story.do("unmerge_contact", f"/contacts/{joe}/unmerge", MAX, {"reason": "Mother and daughter"})
    await story.do("unmerge_party", f"/parties/{b}/unmerge", MAX, {"reason": "Two houses after all"})
    assert (await deals_of(story, a), await deals_of(story, b)) == (mine, theirs)
    assert (await people_of(story, a), await people_of(story, b)) == ({jo: set()}, {joe: set()})
    evidence = await platform.assert_sound()
    (merged,), (unmerged,) = (facts(evidence, f"lead.party-{what}", about=b) for what in ("merged", "unmerged"))
    assert (merged["into"], unmerged["previously_into"], unmerged["merge_id"]) == (a, a, merged["merge_id"])
    assert not any("Perpetua" in message.value.decode() for message in evidence.told), "why two people are one is told to nobody"


def urls(paths: dict[str, Any], ids: list[dict[str, str]]) -> Iterator[str]:
    """Every query of a service, filled in with every id of the story that it may ask for."""
    for path, operations in paths.items():
        if "get" not in operations:
            continue
        names = re.findall(r"{([a-z_]+)}", path)
        for known in ids:
            if set(names) <= set(known):
                yield path.format(**known)


async def read_everywhere(platform: Platform, deals: list[Deal], *, known: dict[str, str]) -> dict[str, list[str]]:
    """Where anything of the person can be read: every query of all five services, as JSON and as a file."""
    api_client, found, asked = platform.api_client, {}, 0
    ids = [{**known, **{f"{name}_id": id for name, id in deal.ids.items()}, "subject_id": deal.ids["contact"]} for deal in deals]
    for service in platform.stack.names:
        paths = (await api_client.fetch(service, "/openapi.json", EVERYTHING)).json()["paths"]
        for url, media in product(dict.fromkeys(["/feed?after=0", *urls(paths, ids)]), ("application/json", "text/csv")):
            try:
                answer = await api_client.fetch(service, url, EVERYTHING, media=media)
            except Refused:
                continue
            asked += 1
            said = [each for each in TOLD if each in answer.text]
            if said:
                found[f"{service} {url} {media}"] = said
    assert asked > 80, "so many queries were answered"
    return found


async def test_who_is_forgotten_can_be_read_nowhere_under_no_name_and_the_chain_still_holds(platform: Platform) -> None:
    story = StoryClient(platform, "forgotten-everywhere")
    platform.people |= {"Ottoline", "ottoline@quill.example", "OTTOLINE@quill.example", "555 0177"}
    paid, _ = await met(story, "Quill Works", OTTO)
    other, _ = await met(story, "Quill Works", MARSH)
    for deal in (paid, other):
        await story.do("log_touch", f"/leads/{deal.ids['lead']}/interactions", ANN, {"kind": "call", "note": NOTE})
        await deal.convert()
    await paid.win()
    await paid.register()
    await (await paid.confirm()).deliver()
    invoices = await paid.invoices(paid.net)
    await paid.pay(invoices)
    await story.until(f"/contracts/{paid.ids['contract']}", lambda now: now["status"] == "closed", at=CONTRACTS)
    one, two = paid.ids["contact"], other.ids["contact"]
    await story.until(f"/parties/{paid.ids['party']}/contacts", lambda now: len(now["data"]) == 2)
    await story.do("merge_contact", f"/contacts/{two}/merge", MAX, {"into": one, "reason": "Ottoline Marsh, says Ottoline"})

    known = {"invoice_id": invoices[0]["invoice_id"]}
    before = await read_everywhere(platform, [paid, other], known=known)
    assert {LEADS} == {place.split()[0] for place in before}, "one service alone ever knew them"
    assert len({place.split()[1] for place in before}) >= 8, before
    with pytest.raises(Refused) as refused:
        await story.do("forget_person", f"/people/{one}/forget", FIN)
    assert refused.value.status == 403
    await story.do("forget_person", f"/people/{two}/forget", LEA)
    assert await read_everywhere(platform, [paid, other], known=known) == {}
    assert {(await story.look(f"/contacts/{each}"))["forgotten"] for each in (one, two)} == {True}
    kept = await platform.api_client.look(CONTRACTS, f"/contracts/{paid.ids['contract']}")
    assert (kept["status"], kept["net"]["amount"]) == ("closed", paid.net), "the books stay as they are"

    evidence = await platform.assert_sound()
    assert {fact["subject_id"] for each in (one, two) for fact in facts(evidence, "lead.person-forgotten", about=each)} == {one, two}
    verified = await ltc(platform, "verify")
    assert verified.code == 0, verified.err
