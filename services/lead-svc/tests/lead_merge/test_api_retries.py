"""What is merged, asked again, late, or in the same moment: one answer that is true, and nothing that is forgotten."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from import_facts import counts, taken
from lead_svc.contact import rules as person
from lead_svc.lead import rules as lead
from lead_svc.lead.policies import check_response
from lead_svc.lead.rules.assignment import ClaimLead
from lead_svc.lead.rules.capture import ReturnLead
from lead_svc.lead.rules.events import LeadReturned, ResponseAwaited
from lead_svc.lead.rules.pool import OwnedBefore
from lead_svc.lead.rules.response import AwaitResponse
from lead_svc.party import rules as account
from lead_svc.party.rules import MergeParty, PartyNoted
from lead_svc.rule_book.rules import RulesActivated, RulesDrafted, book_id
from leads import BANT, TRIANGLE, captured, done, owned
from ltc_events import AnyDecider, At, Command, Event
from ltc_events.lead import LeadPooled, LeadQualified, LeadRecycled
from ltc_events.testing import fold, given
from ltc_kit.merges import MergesChanged
from merge_facts import BANT as FOUND
from merge_facts import BOTH, MERGE, A, B, C, assigned, converted, merge, merged, unmerge, unmerged
from merge_facts import captured as came
from merge_pages import RESPONSE, let_count, row
from person_facts import merge as merge_contact
from response_facts import RULES

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
live = (
    RulesDrafted(book_id=book_id("response"), book="response", version=1, response=RULES, drafted_by="max"),
    RulesActivated(book_id=book_id("response"), version=1, activated_by="max"),
)


@pytest.fixture
async def max_(served: Any) -> AsyncIterator[httpx.AsyncClient]:
    """Who merges."""
    async with served.client("max", "sales_manager") as client:
        yield client


async def test_whoever_merges_what_is_merged_is_told_the_merge_there_is(
    served: Any, ann: httpx.AsyncClient, max_: httpx.AsyncClient
) -> None:
    one, two = await captured(ann), await captured(ann, company="Acme Group")
    await served.react()
    (this, that) = (await row(ann, one), await row(ann, two))
    for path, whose in (("leads", "lead_id"), ("contacts", "contact_id"), ("parties", "party_id")):
        ids = [(await done(max_, f"/{path}/{that[whose]}/merge", into=this[whose], reason="Same")).json()["merge_id"] for _ in range(2)]
        shown = (await ann.get(f"/{path}/{this[whose]}" + ("/merges" if path == "leads" else ""))).json()
        assert [merge["merge_id"] for merge in shown["merges"]] == [ids[0]]
        assert ids[1] == ids[0]


async def test_a_merge_that_is_submitted_twice_at_once_by_one_key_is_one(ann: httpx.AsyncClient, max_: httpx.AsyncClient) -> None:
    one, two = await captured(ann), await captured(ann)

    async def submit() -> httpx.Response:
        body = {"into": one, "reason": "Asked twice"}
        return await max_.post(f"/leads/{two}/merge", json=body, headers={"idempotency-key": "merge-1"})

    answers = await asyncio.gather(*(submit() for _ in range(5)))
    assert {answer.status_code for answer in answers} <= {200, 409}
    assert {answer.json()["merge_id"] for answer in answers if answer.status_code == 200} == {(await submit()).json()["merge_id"]}
    assert len((await ann.get(f"/leads/{one}/merges")).json()["merges"]) == 1


async def test_whoever_merges_in_the_very_same_moment_is_told_the_merge_there_is(
    served: Any, ann: httpx.AsyncClient, max_: httpx.AsyncClient
) -> None:
    one, two = await captured(ann), await captured(ann, company="Acme Group")
    await served.react()
    this, that = await row(ann, one), await row(ann, two)
    for path, whose in (("leads", "lead_id"), ("contacts", "contact_id"), ("parties", "party_id")):
        body = {"into": this[whose], "reason": "Same"}
        answers = await asyncio.gather(*(max_.post(f"/{path}/{that[whose]}/merge", json=body) for _ in range(6)))
        assert [answer.status_code for answer in answers] == [200] * 6
        shown = (await ann.get(f"/{path}/{this[whose]}" + ("/merges" if path == "leads" else ""))).json()
        assert {answer.json()["merge_id"] for answer in answers} == {merge["merge_id"] for merge in shown["merges"]}


def test_a_merge_is_named_by_its_own_id_and_one_that_was_undone_meanwhile_lends_its_id_to_no_other() -> None:
    """Whoever read that it stands asks ``again`` by its id: what stands by another id, or no more, is looked at anew."""
    noted = tuple(PartyNoted(party_id=party, company="Acme") for party in (A, B))
    asks: tuple[tuple[AnyDecider, tuple[Event, ...], Command], ...] = (
        (lead.decider, BOTH, merge(A, B)),
        (account.decider, noted, MergeParty(party_id=A, into=B, merge_id=MERGE, reason="Same")),
        (person.decider, (), merge_contact(A, B)),
    )
    for decider, before, asked in asks:
        stands = (*before, *given(decider, *before).when(asked).events)
        again, other = asked.model_copy(update={"again": True}), asked.model_copy(update={"merge_id": C})
        given(decider, *stands).when(asked).then_nothing()
        given(decider, *stands).when(again).then_nothing()
        given(decider, *stands).when(other).then_refused(MergesChanged)
        given(decider, *before).when(again).then_refused(MergesChanged)


async def test_one_is_merged_into_another_that_is_merged_at_once_and_all_come_back(
    served: Any, ann: httpx.AsyncClient, max_: httpx.AsyncClient
) -> None:
    for _ in range(5):
        one, two, three = [await captured(ann) for _ in range(3)]
        merges = [(one, two), (two, three)]
        answers = await asyncio.gather(
            *(max_.post(f"/leads/{which}/merge", json={"into": into, "reason": "Asked twice"}) for which, into in merges)
        )
        codes = [answer.status_code for answer in answers]
        assert codes in ([200, 200], [409, 200])
        assert codes == [200, 200] or answers[0].json()["code"] == "lead-merged-already"
        heads = [(await ann.get(f"/leads/{lead_id}/merges")).json()["head"] for lead_id in (one, two, three)]
        assert heads == [three if codes == [200, 200] else one, three, three]
        for which, answer in zip((one, two), answers, strict=True):
            if answer.status_code == 200:
                await done(max_, f"/leads/{which}/unmerge", reason="Two plants")
        assert [(await row(ann, lead_id))["status"] for lead_id in (one, two, three)] == ["captured"] * 3


@pytest.mark.parametrize("way", ["in", "away"])
async def test_a_lead_that_becomes_a_deal_while_it_is_merged_is_either_and_never_both(
    ann: httpx.AsyncClient, max_: httpx.AsyncClient, way: str
) -> None:
    for _ in range(5):
        one, two = await owned(ann, "ann"), await owned(ann, "ann")
        await done(ann, f"/leads/{one}/qualify", **BANT)
        which, into = (two, one) if way == "in" else (one, two)
        converted, merged = await asyncio.gather(
            ann.post(f"/leads/{one}/convert", json=TRIANGLE),
            max_.post(f"/leads/{which}/merge", json={"into": into, "reason": "Asked twice"}),
        )
        statuses = [(await row(ann, lead_id))["status"] for lead_id in (one, two)]
        if way == "in":
            assert converted.status_code == 200
            assert statuses == ["converted", "merged" if merged.status_code == 200 else "assigned"]
        else:
            assert sorted((converted.status_code, merged.status_code)) == [200, 409]
            assert statuses == ["converted" if converted.status_code == 200 else "merged", "assigned"]


awaiting = AwaitResponse(lead_id=A, at=NOON)
awaited = ResponseAwaited(lead_id=A, due=NOON + timedelta(minutes=240), working_minutes=240, rules_version=1)


def test_what_a_lead_is_owed_is_found_out_also_while_it_is_merged() -> None:
    """The rules were asked a moment after it was merged: undone, it must hear of us by its own day."""
    history = (*BOTH, *live, merged(A, B))
    given(lead.decider, *history).when(awaiting).then(awaited)
    given(lead.decider, *history, awaited).when(awaiting).then_nothing()
    undone = unmerged(A, B, response_due=awaited.due)
    given(lead.decider, *BOTH, merged(A, B), awaited).when(unmerge(A, B)).then(undone)
    (again,) = check_response(undone)
    assert isinstance(again, At)
    assert given(lead.decider, *BOTH, merged(A, B), awaited, undone).when(again.command).events
    given(lead.decider, *BOTH, merged(A, B), awaited).when(again.command).then_nothing()


async def test_a_lead_that_is_merged_before_the_rules_were_asked_is_owed_a_response_when_it_is_undone(
    served: Any, ann: httpx.AsyncClient, max_: httpx.AsyncClient
) -> None:
    await let_count(max_, "response", RESPONSE)
    one, two = await owned(ann, "ann"), await owned(ann, "ann")
    await done(max_, f"/leads/{two}/merge", into=one, reason="Asked twice")
    await served.react()
    assert (await row(ann, two))["response_due"] is not None
    await done(max_, f"/leads/{two}/unmerge", reason="Two plants")
    served.pass_days(2)
    await served.react()
    assert (await row(ann, two))["response_overdue"] is True


def test_whoever_let_a_lead_lie_does_not_get_it_back_when_it_comes_again_either() -> None:
    until = NOON + timedelta(days=30)
    lay = LeadRecycled(lead_id=A, reason="untouched", previous_owner="ann", no_return_before=until, rules_version=1)
    pooled = LeadPooled(lead_id=A, reason="untouched", previous_owner="ann", alarm=False)
    before = (came(A), assigned(A), lay, pooled, assigned(A, "bob"), LeadQualified(lead_id=A, bant=FOUND), converted(A))
    back = ReturnLead(lead_id=C, previous=A, opportunity_id=B, why="timing")
    events = given(lead.decider, *before).when(back).events
    (returned,) = [event for event in events if isinstance(event, LeadReturned)]
    assert returned.barred == {"ann": until}
    again = (*events, LeadPooled(lead_id=C, reason="No time", previous_owner="bob", alarm=False))
    claims = [ClaimLead(lead_id=C, owner="ann", at=at) for at in (NOON, until)]
    given(lead.decider, *again).when(claims[0]).then_refused(OwnedBefore, owner="ann", until=until.isoformat())
    assert given(lead.decider, *again).when(claims[1]).events


def test_a_lead_that_came_back_before_that_was_noted_is_barred_to_nobody() -> None:
    returned = LeadReturned.model_validate({"lead_id": str(A), "previous": str(B), "opportunity_id": str(C), "why": "timing"})
    assert fold((lead.decider,), (came(A), returned))[lead.decider.of(A)].trail.barred == {}


async def test_a_file_that_comes_again_changes_nothing_of_leads_and_people_that_are_merged(
    served: Any, ann: httpx.AsyncClient, max_: httpx.AsyncClient
) -> None:
    data = "Lead ID,Company,Last Name,Email\nQ1,Acme,Jo,jo@acme.example\nQ2,Acme Inc,Joe,jo@acme.example\nQ3,Acme,,\n"
    first = counts(rows=3, new=3)
    assert await taken(served, max_, data, dry_run=True) == first
    assert await taken(served, max_, data) == first
    rows = (await ann.get("/leads")).json()["data"]
    one, two = [each for each in rows if each["contact_id"]]
    await done(max_, f"/leads/{two['lead_id']}/merge", into=one["lead_id"], reason="Asked twice")
    await done(max_, f"/contacts/{two['contact_id']}/merge", into=one["contact_id"], reason="Same mail address")
    await served.react()
    streams = "SELECT count(*) FROM log WHERE stream <> 'lead-import'"
    before = await served.log.pool.fetchval(streams), (await ann.get("/leads")).json()["data"]
    for asked in ({"dry_run": True}, {}):
        again = data.replace("Acme Inc", "Acme Incorporated")
        assert await taken(served, max_, again, **asked) == counts(rows=3, known=3), "known by its key, whatever it says now"
        await served.react()
        assert (await served.log.pool.fetchval(streams), (await ann.get("/leads")).json()["data"]) == before
