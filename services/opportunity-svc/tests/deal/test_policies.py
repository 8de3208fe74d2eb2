"""What a deal does when something happens."""

from datetime import UTC, date, datetime
from uuid import UUID

from ltc_events import At, Fact, Money
from ltc_events.lead import LeadConverted
from ltc_events.opportunity import OpportunityOpened
from ltc_events.opportunity_gates import DecisionRequested
from ltc_events.testing import given
from opportunity_svc.deal import rules as opportunity
from opportunity_svc.deal.policies import escalate_decision, open_opportunity, remind_of_bid
from opportunity_svc.deal.rules.decisions import EscalateDecision
from opportunity_svc.deal.rules.events import FindingNoted
from opportunity_svc.deal.rules.findings import RemindOfBid
from opportunity_svc.deal.rules.opened import OpenOpportunity
from opportunity_svc.finding.rules import BidTerms, FilledForm

converted = LeadConverted(
    lead_id=UUID(int=1),
    opportunity_id=UUID(int=2),
    party_id=UUID(int=3),
    company="Acme",
    need="Servers",
    budget=Money(amount=500_000, currency="USD"),
    account_manager="ann",
    solution_manager="sam",
    fulfilment_manager="fay",
    expected_close=date(2026, 12, 24),
)


def test_a_converted_lead_opens_the_opportunity_it_names() -> None:
    (command,) = open_opportunity(converted)
    assert isinstance(command, OpenOpportunity)
    assert (command.opportunity_id, command.lead_id, command.value) == (UUID(int=2), UUID(int=1), converted.budget)


def test_hearing_of_a_lead_twice_opens_one_opportunity() -> None:
    (command,) = open_opportunity(converted)
    (opened,) = given(opportunity.decider).when(command).events
    assert isinstance(opened, OpportunityOpened)
    given(opportunity.decider, opened).when(command).then_nothing()


def test_a_decision_is_looked_after_when_it_is_due() -> None:
    due = datetime(2026, 11, 26, 9, 30, tzinfo=UTC)
    requested = DecisionRequested(
        opportunity_id=UUID(int=2), gate="ATI", round=1, amount=converted.budget, business_case="It pays", requested_by="ann", due=due
    )
    assert escalate_decision(requested) == [At(due, EscalateDecision(opportunity_id=UUID(int=2), gate="ATI", round=1))]


def test_a_bid_is_remembered_a_week_three_days_and_a_day_before_it_is_due() -> None:
    noted_at = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
    fact = Fact(1, "opportunity", UUID(int=2), 1, noted_at, noted_at, "ann", UUID(int=2))
    terms = BidTerms(price_floor=converted.budget, deadline=date(2026, 11, 30), bond=converted.budget)
    noted = FindingNoted(opportunity_id=UUID(int=2), finding=terms)
    assert remind_of_bid(noted, fact) == [
        At(datetime(2026, 11, day, tzinfo=UTC), RemindOfBid(opportunity_id=UUID(int=2), deadline=terms.deadline, days=30 - day))
        for day in (27, 29)
    ], "a week before is over"
    assert remind_of_bid(noted.model_copy(update={"finding": FilledForm(code="F1")}), fact) == []
