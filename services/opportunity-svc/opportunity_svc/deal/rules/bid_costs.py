"""Costs of a bid: booked once it was decided to invest in the deal."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from ltc_events import Command, Money, Refusal, Text, UserId, amount_text, must_be_dealt_in
from ltc_events.opportunity_gates import BidCostBooked, BidCostKind

from .criteria import unmet
from .stages import undecided
from .states import Open, OpportunityEvent, must_have_come


class BookBidCost(Command):
    """Book what working for a deal cost; an amount below nothing takes back what was booked wrongly."""

    opportunity_id: UUID
    cost_id: UUID
    kind: BidCostKind
    amount: Money
    spent_on: date
    what_for: Text
    actor: UserId
    today: date


class InvestmentUndecided(Refusal):
    """Cost of a bid is booked once ATI is decided. Missing: {unmet}."""


class CostOfNothing(Refusal):
    """Nothing was spent: there is nothing to book."""


class MoreThanBooked(Refusal):
    """Only {booked} was booked: no more can be taken back."""


def book(deal: Open, command: BookBidCost) -> list[OpportunityEvent]:
    if command.cost_id in deal.costs:
        return []  # asked twice, booked once
    must_have_come(command.spent_on, command.today)
    must_be_decided(deal)
    if command.amount.amount == 0:
        raise CostOfNothing
    must_leave_an_amount(command.amount, deal.costs.values())
    return [BidCostBooked(**command.model_dump(exclude={"actor", "today", "amount"}), amount=command.amount, booked_by=command.actor)]


def must_be_decided(deal: Open) -> None:
    """Where the pipeline has the gate ATI, it is passed."""
    stages = [stage for stage in deal.course.pipeline.stages if stage.gate == "ATI"]
    missing = undecided(deal, stages)
    if missing:
        raise InvestmentUndecided(unmet=[*unmet(stages, deal.known()), *missing])


def must_leave_an_amount(more: Money, costs: Iterable[Money]) -> None:
    """No more is taken back than was booked in its currency, and what is booked stays an amount we deal in."""
    booked = sum(cost.amount for cost in costs if cost.currency == more.currency)
    if more.amount > 0:
        must_be_dealt_in(booked + more.amount, more.currency, "What is booked for this deal")
    elif booked + more.amount < 0:
        raise MoreThanBooked(booked=amount_text(booked, more.currency))
