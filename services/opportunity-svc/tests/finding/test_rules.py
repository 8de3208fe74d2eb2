"""Findings about a deal and its customer: noted once, consistent, forgotten on request."""

from uuid import UUID

from gate_facts import DEAL, ESTIMATE, TERMS, declined, note, noted, opened
from ltc_events.testing import given
from opportunity_svc.deal import rules as opportunity
from opportunity_svc.deal.rules.events import (
    FindingNoted,
    MemberForgotten,
)
from opportunity_svc.deal.rules.findings import (
    ForgetMember,
    NoteFinding,
    PainCausesItself,
    UnknownFinding,
    UnknownMember,
)
from opportunity_svc.finding.rules import ChainMember, Pain


def test_what_was_found_for_a_deal_that_is_over_comes_too_late() -> None:
    found = NoteFinding(opportunity_id=DEAL, finding=ESTIMATE)
    given(opportunity.decider, opened).when(found).then(FindingNoted(opportunity_id=DEAL, finding=ESTIMATE))
    given(opportunity.decider, opened, declined).when(found).then_nothing()


def test_the_same_finding_is_noted_once() -> None:
    given(opportunity.decider, opened).when(note(TERMS)).then(*noted(TERMS))
    given(opportunity.decider, opened, *noted(TERMS)).when(note(TERMS)).then_nothing()


def test_a_chain_of_pains_has_a_beginning() -> None:
    first, second = (Pain(code=code, text="It hurts", owner="CFO", because_of=cause) for code, cause in (("P1", None), ("P2", "P1")))
    given(opportunity.decider, opened, *noted(first)).when(note(second)).then(*noted(second))
    given(opportunity.decider, opened).when(note(second)).then_refused(UnknownFinding)
    circle = first.model_copy(update={"because_of": "P2"})
    given(opportunity.decider, opened, *noted(first, second)).when(note(circle)).then_refused(PainCausesItself)
    given(opportunity.decider, opened).when(note(first.model_copy(update={"because_of": "P1"}))).then_refused(PainCausesItself)


def test_a_seat_reports_to_a_seat_that_is_there() -> None:
    head = ChainMember(code="head", role="user_buyer", influence="low", reports_to="cfo")
    given(opportunity.decider, opened).when(note(head)).then_refused(UnknownFinding)


def test_somebody_in_the_decision_chain_is_forgotten_even_when_the_deal_is_over() -> None:
    forget = ForgetMember(opportunity_id=DEAL, subject_id=UUID(int=6), known=True)
    forgotten = MemberForgotten(opportunity_id=DEAL, subject_id=UUID(int=6))
    given(opportunity.decider, opened, declined).when(forget).then(forgotten)
    given(opportunity.decider, opened).when(forget.model_copy(update={"known": False})).then_refused(UnknownMember)
