"""A deal that turns out to be another one, and what of the decisions about it still holds."""

from datetime import timedelta
from typing import Any

import pytest
from deal_facts import accepted, approved, drafted, sent, win
from gate_facts import (
    ASKED,
    DEAL,
    TODAY,
    decide,
    delegated,
    enter,
    granted,
    guiding,
    made,
    opened,
    request,
    requested,
    usd,
)
from ltc_events.opportunity_gates import DealTerms, OpportunityChanged
from ltc_events.testing import given
from opportunity_svc.deal import rules as opportunity
from opportunity_svc.deal.rules.events import DecisionLapsed
from opportunity_svc.deal.rules.stages import StageNotDone
from opportunity_svc.deal.rules.terms import ChangeOpportunity, CloseDayBehind, TriangleNotThreePeople, ValueBelowNothing

BEFORE = DealTerms(value=usd(500_000), expected_close=TODAY, account_manager="ann", solution_manager="sam", fulfilment_manager="fay")
LAPSED = DecisionLapsed(opportunity_id=DEAL, gate="ATI", round=1)


def change(**said: Any) -> ChangeOpportunity:
    return ChangeOpportunity(opportunity_id=DEAL, reason="They want more", actor="ann", today=TODAY, **said)


def changed(weighted: int = 50_000, **said: Any) -> OpportunityChanged:
    return OpportunityChanged(
        opportunity_id=DEAL,
        before=BEFORE,
        after=BEFORE.model_copy(update=said),
        weighted=usd(weighted),
        reason="They want more",
        changed_by="ann",
    )


def test_value_day_and_people_change_with_a_reason_and_both_are_kept() -> None:
    given(opportunity.decider, opened).when(change(value=usd(600_000))).then(changed(60_000, value=usd(600_000)))
    later = TODAY + timedelta(days=30)
    given(opportunity.decider, opened).when(change(expected_close=later)).then(changed(expected_close=later))
    given(opportunity.decider, opened).when(change(solution_manager="sue")).then(changed(solution_manager="sue"))
    given(opportunity.decider, opened).when(change(value=usd(500_000), account_manager="ann")).then_nothing()


def test_a_deal_stays_one() -> None:
    given(opportunity.decider, opened).when(change(value=usd(-1))).then_refused(ValueBelowNothing)
    given(opportunity.decider, opened).when(change(expected_close=TODAY - timedelta(days=1))).then_refused(CloseDayBehind, day="2026-11-23")
    given(opportunity.decider, opened).when(change(account_manager="sam")).then_refused(TriangleNotThreePeople)
    past = opened.model_copy(update={"expected_close": TODAY - timedelta(days=9)})
    assert given(opportunity.decider, past).when(change(value=usd(1))).refusal is None, "its day may have passed"
    two = opened.model_copy(update={"solution_manager": "ann"})
    assert given(opportunity.decider, two).when(change(value=usd(1))).refusal is None, "it was opened with two"


def test_what_was_asked_about_another_amount_or_for_another_manager_is_asked_anew() -> None:
    less = changed(40_000, value=usd(400_000))
    given(opportunity.decider, *ASKED).when(change(value=usd(400_000))).then(less, LAPSED)
    given(opportunity.decider, *ASKED).when(change(account_manager="bob")).then(changed(account_manager="bob"), LAPSED)
    given(opportunity.decider, *ASKED).when(change(fulfilment_manager="fox")).then(changed(fulfilment_manager="fox"))
    anew = requested.model_copy(update={"round": 2, "amount": usd(400_000)})
    given(opportunity.decider, *ASKED, less, LAPSED).when(request).then(anew)


WIDE = made.model_copy(update={"limit": usd(600_000)})


def test_a_decision_holds_as_far_as_its_mandate() -> None:
    given(opportunity.decider, *ASKED, WIDE).when(change(value=usd(600_000))).then(changed(60_000, value=usd(600_000)))
    more = changed(60_000, value=usd(600_001))
    given(opportunity.decider, *ASKED, WIDE).when(change(value=usd(600_001))).then(more, LAPSED)
    refusal = given(opportunity.decider, *ASKED, WIDE, more, LAPSED).when(enter).refusal
    assert isinstance(refusal, StageNotDone)
    assert [each.operation for each in refusal.details["unmet"]] == ["request_decision"]
    yuan = usd(1).model_copy(update={"currency": "CNY"})
    assert given(opportunity.decider, *ASKED, WIDE).when(change(value=yuan)).events[1:] == [LAPSED]


def test_a_decision_that_does_not_say_how_far_it_goes_goes_as_far_as_was_asked() -> None:
    old = made.model_copy(update={"limit": None})
    assert given(opportunity.decider, *ASKED, old).when(change(value=usd(400_000))).events[1:] == []
    assert given(opportunity.decider, *ASKED, old).when(change(value=usd(500_001))).events[1:] == [LAPSED]


def test_it_lapses_also_behind_the_deal() -> None:
    assert given(opportunity.decider, *ASKED, made, guiding).when(change(value=usd(500_001))).events[1:] == [LAPSED]
    grown = changed(125_000, value=usd(500_001))
    quoted = (drafted, approved, sent, accepted)
    refusal = given(opportunity.decider, *ASKED, made, guiding, grown, LAPSED, *quoted).when(win).refusal
    assert refusal is not None
    assert ("gate_passed", "ATI") in {(each.criterion, each.gate) for each in refusal.details["unmet"]}


def test_who_decided_does_not_manage_the_account_afterwards() -> None:
    for_mia = made.model_copy(update={"decided_by": "dan", "on_behalf_of": "mia"})
    for who in ("dan", "mia"):
        assert given(opportunity.decider, *ASKED, for_mia).when(change(account_manager=who)).events[1:] == [LAPSED]
    assert given(opportunity.decider, *ASKED, for_mia).when(change(account_manager="bob")).events[1:] == []


def test_what_atc_was_decided_on_is_a_quote_whatever_the_deal_is_worth() -> None:
    atc = (requested.model_copy(update={"gate": "ATC"}), made.model_copy(update={"gate": "ATC"}))
    assert given(opportunity.decider, *ASKED, made, *atc).when(change(value=usd(500_001))).events[1:] == [LAPSED]


@pytest.mark.parametrize(("own", "lent", "limit"), [(600_000, 500_000, 500_000), (500_000, 600_000, 500_000)])
def test_a_delegate_decides_no_further_than_both(own: int, lent: int, limit: int) -> None:
    mandates = (granted.model_copy(update={"max_amount": usd(own)}), delegated.model_copy(update={"max_amount": usd(lent)}))
    by_dan = decide.model_copy(update={"actor": "dan", "on_behalf_of": "mia"})
    (event,) = given(opportunity.decider, *ASKED, *mandates).when(by_dan).events
    assert event.limit == usd(limit)  # type: ignore[attr-defined]
