"""Decisions at gates: requested, made within a mandate, escalated, withdrawn."""

from datetime import date

import pytest
from gate_facts import (
    ASKED,
    DEAL,
    ESTIMATE,
    IF,
    LENT,
    PROJECT_DEAL,
    chosen,
    decide,
    delegated,
    granted,
    initiated,
    made,
    made_if,
    noted,
    opened,
    request,
    requested,
    usd,
    verifying,
)
from ltc_events import Event, Money
from ltc_events.opportunity_gates import (
    ConditionFulfilled,
    DecisionEscalated,
)
from ltc_events.testing import given
from opportunity_svc.deal import rules as opportunity
from opportunity_svc.deal.rules.decisions import (
    AlreadyPassed,
    AlreadyRequested,
    AuthorityBackToMaker,
    BeyondMandate,
    DeciderIsMaker,
    EscalateDecision,
    FulfilCondition,
    GateNotReached,
    GateNotReady,
    NothingRequested,
    NotYourRequest,
    RequestHasChanged,
    UnknownCondition,
    UnknownGate,
    Verdict,
    WithdrawRequest,
)
from opportunity_svc.deal.rules.events import (
    DecisionLapsed,
    FindingStruck,
)
from opportunity_svc.mandate.rules import MandateRevoked, Scope, mandate_id
from pydantic import ValidationError

# ── decisions ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_decision_is_asked_for_when_its_gate_is_ready() -> None:
    given(opportunity.decider, *PROJECT_DEAL, *initiated).when(request).then(requested)
    refusal = given(opportunity.decider, *PROJECT_DEAL).when(request).refusal
    assert isinstance(refusal, GateNotReady)
    assert [each.criterion for each in refusal.details["unmet"]] == ["initiation_described", "plan_present", "estimate_frozen"]


def test_the_estimate_of_another_gate_is_none_of_this_one() -> None:
    other = noted(ESTIMATE.model_copy(update={"code": "ATB"}))
    refusal = given(opportunity.decider, *PROJECT_DEAL, *initiated[:2], *other).when(request).refusal
    assert refusal is not None
    assert [each.criterion for each in refusal.details["unmet"]] == ["estimate_frozen"]


def test_no_gate_passes_without_three_people() -> None:
    two = opened.model_copy(update={"solution_manager": "ann"})
    refusal = given(opportunity.decider, two, chosen, verifying, *initiated).when(request).refusal
    assert isinstance(refusal, GateNotReady)
    assert [each.criterion for each in refusal.details["unmet"]] == ["triangle_named"]


def test_a_gate_is_asked_for_in_its_place_and_once() -> None:
    given(opportunity.decider, opened).when(request).then_refused(UnknownGate, gate="ATI")
    given(opportunity.decider, *PROJECT_DEAL).when(request.model_copy(update={"gate": "ATB"})).then_refused(GateNotReached, stage="bidding")
    given(opportunity.decider, *ASKED).when(request).then_refused(AlreadyRequested)
    given(opportunity.decider, *ASKED, made).when(request).then_refused(AlreadyPassed)


def test_a_rejected_request_is_made_anew() -> None:
    rejected = made.model_copy(update={"outcome": "rejected", "reason": "No"})
    given(opportunity.decider, *ASKED, rejected).when(request).then(requested.model_copy(update={"round": 2}))


def test_who_holds_a_mandate_decides() -> None:
    given(opportunity.decider, *ASKED, granted).when(decide).then(made)
    given(opportunity.decider, *ASKED, granted).when(decide.model_copy(update={"verdict": IF})).then(made_if)


@pytest.mark.parametrize(
    "mandate",
    [
        (),
        (granted.model_copy(update={"max_amount": usd(499_999)}),),
        (granted.model_copy(update={"max_amount": Money(amount=10**9, currency="CNY")}),),
        (granted.model_copy(update={"gates": ("ATB",)}),),
        (granted.model_copy(update={"valid_from": date(2026, 11, 25), "valid_to": None}),),
        (granted.model_copy(update={"valid_from": date(2026, 1, 1), "valid_to": date(2026, 11, 23)}),),
        (granted, MandateRevoked(mandate_id=mandate_id("mia"), user="mia", scopes=(Scope(gate="ATI", currency="USD"),), revoked_by="max")),
    ],
)
def test_whose_mandate_does_not_cover_it_does_not_decide(mandate: tuple[Event, ...]) -> None:
    given(opportunity.decider, *ASKED, *mandate).when(decide).then_refused(BeyondMandate)


def test_nobody_decides_what_they_asked_for_or_manage() -> None:
    for maker in ("sam", "ann"):
        own = granted.model_copy(update={"mandate_id": mandate_id(maker), "user": maker})
        given(opportunity.decider, *ASKED, own).when(decide.model_copy(update={"actor": maker})).then_refused(DeciderIsMaker)


def test_a_delegate_decides_within_both_mandate_and_delegation() -> None:
    by_dan = decide.model_copy(update={"actor": "dan", "on_behalf_of": "mia"})
    for_mia = made.model_copy(update={"decided_by": "dan", "on_behalf_of": "mia", "authority_ref": LENT})
    given(opportunity.decider, *ASKED, granted, delegated).when(by_dan).then(for_mia)
    given(opportunity.decider, *ASKED, granted).when(by_dan).then_refused(BeyondMandate)
    less = delegated.model_copy(update={"max_amount": usd(499_999)})
    given(opportunity.decider, *ASKED, granted, less).when(by_dan).then_refused(BeyondMandate)
    ended = delegated.model_copy(update={"valid_to": date(2026, 11, 23), "valid_from": date(2026, 11, 1)})
    given(opportunity.decider, *ASKED, granted, ended).when(by_dan).then_refused(BeyondMandate)
    over = granted.model_copy(update={"valid_from": date(2026, 1, 1), "valid_to": date(2026, 11, 23)})
    given(opportunity.decider, *ASKED, over, delegated).when(by_dan).then_refused(BeyondMandate)


def test_authority_does_not_come_back_to_the_maker() -> None:
    of_sam = {"mandate_id": mandate_id("sam"), "user": "sam"}
    history = (*ASKED, granted.model_copy(update=of_sam), delegated.model_copy(update=of_sam))
    by_dan = decide.model_copy(update={"actor": "dan", "on_behalf_of": "sam"})
    given(opportunity.decider, *history).when(by_dan).then_refused(AuthorityBackToMaker, holder="sam")


def test_one_decides_on_what_one_has_read_and_on_what_is_still_there() -> None:
    given(opportunity.decider, *PROJECT_DEAL, granted).when(decide).then_refused(NothingRequested)
    given(opportunity.decider, *ASKED, granted).when(decide.model_copy(update={"round": 2})).then_refused(RequestHasChanged)
    struck = FindingStruck(opportunity_id=DEAL, kind="initiation", code="", struck_by="ann")
    given(opportunity.decider, *ASKED, struck, granted).when(decide).then_refused(GateNotReady)
    no = decide.model_copy(update={"verdict": Verdict(outcome="rejected", reason="Too thin")})
    assert given(opportunity.decider, *ASKED, struck, granted).when(no).refusal is None, "what is not ready can be rejected"


def test_a_verdict_is_whole() -> None:
    for wrong in ({"outcome": "conditional"}, {"outcome": "approved", "conditions": IF.conditions}, {"outcome": "rejected"}):
        with pytest.raises(ValidationError):
            Verdict(**wrong)


def test_conditions_are_fulfilled_once_each() -> None:
    fulfil = FulfilCondition(opportunity_id=DEAL, gate="ATI", number=1, evidence="Here", actor="fay")
    fulfilled = ConditionFulfilled(opportunity_id=DEAL, gate="ATI", round=1, number=1, evidence="Here", fulfilled_by="fay")
    given(opportunity.decider, *ASKED, made_if).when(fulfil).then(fulfilled)
    given(opportunity.decider, *ASKED, made_if, fulfilled).when(fulfil).then_nothing()
    given(opportunity.decider, *ASKED, made).when(fulfil).then_refused(UnknownCondition)
    given(opportunity.decider, *ASKED, made_if).when(fulfil.model_copy(update={"number": 0})).then_refused(UnknownCondition)


def test_a_request_is_withdrawn_by_who_made_it_or_manages_the_account() -> None:
    lapsed = DecisionLapsed(opportunity_id=DEAL, gate="ATI", round=1)
    withdraw = WithdrawRequest(opportunity_id=DEAL, gate="ATI", actor="sam")
    given(opportunity.decider, *ASKED).when(withdraw).then(lapsed)
    given(opportunity.decider, *ASKED).when(withdraw.model_copy(update={"actor": "ann"})).then(lapsed)
    given(opportunity.decider, *ASKED).when(withdraw.model_copy(update={"actor": "bob"})).then_refused(NotYourRequest)
    given(opportunity.decider, *PROJECT_DEAL).when(withdraw).then_refused(NothingRequested)


def test_what_nobody_decided_in_time_is_escalated_once() -> None:
    escalate = EscalateDecision(opportunity_id=DEAL, gate="ATI", round=1)
    escalated = DecisionEscalated(opportunity_id=DEAL, gate="ATI", round=1, requested_by="sam", due=requested.due)
    given(opportunity.decider, *ASKED).when(escalate).then(escalated)
    given(opportunity.decider, *ASKED, escalated).when(escalate).then_nothing()
    given(opportunity.decider, *ASKED, made).when(escalate).then_nothing()
    given(opportunity.decider, *ASKED).when(escalate.model_copy(update={"round": 2})).then_nothing()
    given(opportunity.decider).when(escalate).then_nothing()
