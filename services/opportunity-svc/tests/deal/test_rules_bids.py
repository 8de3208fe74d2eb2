"""Bids are submitted on decided terms and in time."""

from datetime import date

from gate_facts import DEAL, PROJECT_DEAL, TERMS, TODAY, made, note, noted, opened, requested, usd
from ltc_events.opportunity_gates import (
    BidSubmitted,
)
from ltc_events.testing import given
from opportunity_svc.deal import rules as opportunity
from opportunity_svc.deal.rules.events import (
    BidDeadlineNeared,
    DecisionLapsed,
    FindingStruck,
)
from opportunity_svc.deal.rules.findings import (
    BidNotReady,
    BidTooLate,
    RemindOfBid,
    StrikeFinding,
    SubmitBid,
    UnknownFinding,
)

bid_asked = requested.model_copy(update={"gate": "ATB"})
bid_made = made.model_copy(update={"gate": "ATB"})
submit = SubmitBid(opportunity_id=DEAL, proposal="v3", submitted_on=TODAY, actor="ann")
submitted = BidSubmitted(
    opportunity_id=DEAL, proposal="v3", deadline=TERMS.deadline, bond=TERMS.bond, submitted_on=TODAY, submitted_by="ann"
)


def test_new_terms_void_what_was_asked_and_decided_on_the_old() -> None:
    new = TERMS.model_copy(update={"price_floor": usd(2)})
    lapsed = DecisionLapsed(opportunity_id=DEAL, gate="ATB", round=1)
    for history in ((bid_asked,), (bid_asked, bid_made)):
        given(opportunity.decider, opened, *noted(TERMS), *history).when(note(new)).then(*noted(new), lapsed)
    strike = StrikeFinding(opportunity_id=DEAL, kind="bid_terms", code="", actor="ann")
    struck = FindingStruck(opportunity_id=DEAL, kind="bid_terms", code="", struck_by="ann")
    given(opportunity.decider, opened, *noted(TERMS), bid_asked, bid_made).when(strike).then(struck, lapsed)
    given(opportunity.decider, opened).when(strike).then_refused(UnknownFinding)


def test_a_bid_is_submitted_on_its_terms_in_time_and_when_it_was_decided() -> None:
    given(opportunity.decider, opened, *noted(TERMS)).when(submit).then(submitted)
    given(opportunity.decider, opened, *noted(TERMS), submitted).when(submit).then_nothing()
    given(opportunity.decider, opened).when(submit).then_refused(BidNotReady)
    refusal = given(opportunity.decider, *PROJECT_DEAL, *noted(TERMS)).when(submit).refusal
    assert isinstance(refusal, BidNotReady)
    assert [each.gate for each in refusal.details["unmet"]] == ["ATB"]
    given(opportunity.decider, *PROJECT_DEAL, *noted(TERMS), bid_asked, bid_made).when(submit).then(submitted)
    late = submit.model_copy(update={"submitted_on": date(2026, 12, 2)})
    given(opportunity.decider, opened, *noted(TERMS)).when(late).then_refused(BidTooLate, deadline="2026-12-01")


def test_a_bid_that_is_due_is_remembered_until_it_is_submitted() -> None:
    remind = RemindOfBid(opportunity_id=DEAL, deadline=TERMS.deadline, days=7)
    neared = BidDeadlineNeared(opportunity_id=DEAL, deadline=TERMS.deadline, days=7, account_manager="ann")
    given(opportunity.decider, opened, *noted(TERMS)).when(remind).then(neared)
    given(opportunity.decider, opened, *noted(TERMS), submitted).when(remind).then_nothing()
    given(opportunity.decider, opened, *noted(TERMS)).when(remind.model_copy(update={"deadline": TODAY})).then_nothing()
    given(opportunity.decider, opened).when(remind).then_nothing()
