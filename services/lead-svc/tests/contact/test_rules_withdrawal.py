"""A no counts whatever became of the lead it is said of, and however long ago it was noted."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import httpx
import pytest
from consent_facts import CAPTURED, FOUR, ONE, SAID_NO, THREE, TWO, agreed, consents, merge, merges, met, over, said_no, says, withdraw
from lead_svc.contact import rules as person
from lead_svc.contact import rules as withdrawing
from lead_svc.contact.rules.states import PersonIsForgotten
from lead_svc.lead import rules as lead
from lead_svc.lead.rules.events import ConsentRecorded
from lead_svc.lead.rules.states import UnknownLead
from lead_svc.lead.rules.touch import RecordConsent
from leads import done
from ltc_events.lead import LeadCaptured, LeadDisqualified, LeadMerged, LeadUnmerged
from ltc_events.testing import fold, given
from nurture_sequences import RULES
from person_facts import MERGE, A, B, C, forgotten, merged

absorbed = LeadMerged(lead_id=ONE, into=TWO, merge_id=MERGE, reason="Asked twice")
released = LeadUnmerged(lead_id=ONE, previously_into=TWO, merge_id=MERGE, reason="Two plants", status="captured")
BEFORE = [ConsentRecorded(lead_id=ONE, given=True, source="Form"), ConsentRecorded(lead_id=ONE, given=False, source="Call")]
"""A yes and a no as they were noted before people had streams of their own: of the lead alone."""


@pytest.fixture
async def max_(served: Any) -> AsyncIterator[httpx.AsyncClient]:
    """Who merges."""
    async with served.client("max", "sales_manager") as client:
        yield client


@pytest.mark.parametrize("became", [LeadDisqualified(lead_id=ONE, reason="No"), absorbed])
def test_a_no_is_taken_down_of_whatever_lead_it_is_said(became: LeadDisqualified | LeadMerged) -> None:
    history = (*CAPTURED, *agreed(ONE, FOUR), became)
    given(withdrawing.decider, *history).when(withdraw((A,), ONE, FOUR, said_of=ONE)).then(*over(ONE, FOUR), *said_no(A))
    given(withdrawing.decider).when(withdraw((), ONE, said_of=ONE)).then_refused(UnknownLead)


def test_a_no_that_is_said_of_a_merged_lead_is_one_when_the_merge_is_undone() -> None:
    history = (*CAPTURED, *agreed(ONE)[:1], absorbed, *over(ONE), released)
    assert fold((lead.decider,), history)[lead.decider.of(ONE)].trail.consent is None


async def test_who_is_written_to_after_their_lead_was_given_up_can_say_no_to_one_of_us(
    served: Any, ann: httpx.AsyncClient, max_: httpx.AsyncClient
) -> None:
    await done(max_, "/rule-books/nurture", **RULES)
    await done(max_, "/rule-books/nurture/1/activate")
    (_, one), (_, two), (_, three) = await met(ann, "Jo Doe"), await met(ann, "Sam"), await met(ann, "Kim")
    await done(ann, f"/leads/{one}/disqualify", reason="No budget")
    await served.react()
    await done(max_, f"/leads/{two}/merge", into=three, reason="Asked twice")
    for lead_id in (one, two):
        await says(ann, lead_id, False)
        yes = await ann.post(f"/leads/{lead_id}/consent", json={"given": True, "source": "Call"})
        assert yes.json()["code"] == "lead-closed"
    assert await consents(ann, one, two, three) == [False, False, True]
    await served.react()
    run = (await ann.get(f"/leads/{one}/nurture")).json()["runs"][0]
    assert (run["status"], run["reason"]) == ("stopped", "they took their consent back")


def test_a_no_of_before_people_had_streams_is_carried_over_by_a_merge() -> None:
    history = (*CAPTURED, *BEFORE, *agreed(TWO))
    carried = (*over(TWO, source=SAID_NO), *said_no(B, source=SAID_NO))
    given(person.decider, *history).when(merge(A, B, ONE, TWO)).then(*merged(A, B), *carried)
    given(person.decider, *history).when(merge(B, A, ONE, TWO)).then(*merged(B, A), *carried)


def test_a_no_of_before_is_carried_over_from_whoever_is_held_to_be_them() -> None:
    history = (*CAPTURED, *BEFORE, *merged(A, C), *agreed(TWO, THREE))
    asked = merge(C, B, ONE, TWO, THREE, people=(A, B, C))
    given(person.decider, *history).when(asked).then(*merged(C, B), *over(TWO, source=SAID_NO), *said_no(B, source=SAID_NO))


def test_a_no_of_before_counts_no_more_once_they_agreed_again() -> None:
    history = (*CAPTURED, *BEFORE, *agreed(TWO))
    given(person.decider, *history, *agreed(ONE)).when(merge(A, B, ONE, TWO)).then(*merged(A, B))
    given(person.decider, *history, *agreed(FOUR)).when(merge(A, B, ONE, TWO, FOUR)).then(*merged(A, B))
    again = ConsentRecorded(lead_id=ONE, given=True, source="Form")
    given(person.decider, *history, again).when(merge(A, B, ONE, TWO)).then(*merged(A, B))


def test_of_a_yes_and_a_no_of_before_for_two_leads_nobody_knows_which_was_last_and_the_no_is_carried_over() -> None:
    older = ConsentRecorded(lead_id=FOUR, given=True, source="Form")
    history = (*CAPTURED, *BEFORE, older, *agreed(TWO))
    given(person.decider, *history).when(merge(A, B, ONE, FOUR, TWO)).then(
        *merged(A, B), *over(TWO, source=SAID_NO), *said_no(B, source=SAID_NO)
    )


def test_of_a_merged_lead_a_no_of_before_is_carried_over_too() -> None:
    history = (*CAPTURED, *BEFORE, absorbed, *agreed(TWO))
    given(person.decider, *history).when(merge(A, B, ONE, TWO)).then(*merged(A, B), *over(TWO, source=SAID_NO), *said_no(B, source=SAID_NO))
    given(person.decider, *history, *forgotten(A)).when(merge(A, B, ONE, TWO)).then_refused(PersonIsForgotten)


def test_who_never_answered_said_no_no() -> None:
    silent = LeadCaptured(lead_id=UUID(int=15), party_id=MERGE, contact_id=A, company="Acme", channel="site")
    given(person.decider, *CAPTURED, silent, *agreed(TWO)).when(merge(A, B, TWO)).then(*merged(A, B))


async def test_a_no_of_an_old_log_reaches_who_is_merged_with_them(served: Any, ann: httpx.AsyncClient, max_: httpx.AsyncClient) -> None:
    (jo, one), (joe, two) = await met(ann, "Jo Doe", agrees=False), await met(ann, "Doe, Jo")
    for yes in (True, False):
        await served.decide(RecordConsent(lead_id=UUID(one), given=yes, source="Call"))
    await merges(max_, joe, jo)
    assert await consents(ann, one, two) == [False, False]
    await says(ann, two, True)
    assert await consents(ann, one, two) == [False, True], "asked again, and agreed"
