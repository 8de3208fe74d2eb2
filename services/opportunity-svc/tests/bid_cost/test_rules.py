"""What working for a deal costs is booked once it was decided to invest in it."""

from datetime import timedelta
from uuid import UUID

from deal_facts import cancelled, suspended
from gate_facts import ASKED, DEAL, PROJECT_DEAL, TODAY, choose, made, opened, usd
from ltc_events import AmountTooLarge
from ltc_events.filled import DayInTheFuture
from ltc_events.opportunity_gates import BidCostBooked
from ltc_events.testing import given
from opportunity_svc.bid_cost.read import BidCostSum, sums
from opportunity_svc.deal import rules as opportunity
from opportunity_svc.deal.rules.bid_costs import BookBidCost, CostOfNothing, InvestmentUndecided, MoreThanBooked
from opportunity_svc.deal.rules.events import DecisionLapsed
from opportunity_svc.deal.rules.opened import DealUnderWay
from opportunity_svc.deal.rules.states import DealSuspended, OpportunityClosed

book = BookBidCost(
    opportunity_id=DEAL, cost_id=UUID(int=20), kind="travel", amount=usd(900), spent_on=TODAY, what_for="A visit", actor="sam", today=TODAY
)
booked = BidCostBooked(
    opportunity_id=DEAL, cost_id=UUID(int=20), kind="travel", amount=usd(900), spent_on=TODAY, what_for="A visit", booked_by="sam"
)


def test_a_project_books_no_cost_before_it_was_decided_to_invest() -> None:
    refusal = given(opportunity.decider, *PROJECT_DEAL).when(book).refusal
    assert isinstance(refusal, InvestmentUndecided)
    missing = [(each.criterion, each.operation) for each in refusal.details["unmet"]]
    assert missing[0] == ("initiation_described", "note_initiation")
    assert missing[-1] == ("gate_passed", "request_decision")
    given(opportunity.decider, *ASKED).when(book).then_refused(InvestmentUndecided)
    given(opportunity.decider, *ASKED, made).when(book).then(booked)
    given(opportunity.decider, *ASKED, made, DecisionLapsed(opportunity_id=DEAL, gate="ATI", round=1)).when(book).then_refused(
        InvestmentUndecided
    )


def test_where_nobody_decides_about_investing_cost_is_booked_at_once_and_the_way_is_kept() -> None:
    given(opportunity.decider, opened).when(book).then(booked)
    given(opportunity.decider, opened, booked).when(book).then_nothing()
    given(opportunity.decider, opened, booked).when(choose).then_refused(DealUnderWay, pipeline="light")


def test_what_is_booked_was_spent() -> None:
    given(opportunity.decider, opened).when(book.model_copy(update={"spent_on": TODAY + timedelta(days=1)})).then_refused(DayInTheFuture)
    given(opportunity.decider, opened).when(book.model_copy(update={"amount": usd(0)})).then_refused(CostOfNothing)


def test_no_more_is_taken_back_than_was_booked() -> None:
    back = book.model_copy(update={"cost_id": UUID(int=21), "amount": usd(-900)})
    taken = booked.model_copy(update={"cost_id": UUID(int=21), "amount": usd(-900)})
    given(opportunity.decider, opened, booked).when(back).then(taken)
    again = back.model_copy(update={"cost_id": UUID(int=22)})
    given(opportunity.decider, opened, booked, taken).when(again).then_refused(MoreThanBooked)
    yuan = back.model_copy(update={"amount": usd(-1).model_copy(update={"currency": "CNY"})})
    given(opportunity.decider, opened, booked).when(yuan).then_refused(MoreThanBooked)


def test_no_more_is_booked_than_can_be_money_and_what_was_once_is_taken_back_all_the_same() -> None:
    most = booked.model_copy(update={"amount": usd(10**15)})
    more = book.model_copy(update={"cost_id": UUID(int=21), "amount": usd(1)})
    refusal = given(opportunity.decider, opened, most).when(more).refusal
    assert isinstance(refusal, AmountTooLarge)
    assert "What is booked for this deal comes to 10,000,000,000,000.01 USD" in refusal.message
    beyond = booked.model_copy(update={"cost_id": UUID(int=21), "amount": usd(1)})  # as older versions let it be booked
    back = book.model_copy(update={"cost_id": UUID(int=22), "amount": usd(-900)})
    taken = booked.model_copy(update={"cost_id": UUID(int=22), "amount": usd(-900)})
    given(opportunity.decider, opened, most, beyond).when(back).then(taken)


def test_only_a_deal_that_goes_on_costs_anything() -> None:
    given(opportunity.decider, opened, suspended).when(book).then_refused(DealSuspended)
    given(opportunity.decider, opened, cancelled).when(book).then_refused(OpportunityClosed)


def test_what_was_booked_is_compared_with_what_was_planned() -> None:
    assert sums({"USD": 800, "CNY": 5}, [usd(300), usd(400)]) == [
        BidCostSum(currency="CNY", booked=5, planned=None, left=None),
        BidCostSum(currency="USD", booked=800, planned=700, left=-100),
    ]
    assert sums({}, [usd(700)]) == [BidCostSum(currency="USD", booked=0, planned=700, left=700)]
