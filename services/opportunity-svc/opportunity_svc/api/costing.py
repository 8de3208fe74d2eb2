"""What working for a deal costs us before it is won."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from uuid import UUID

from ltc_events import Currency, Money, Text
from ltc_events.opportunity import CostLine
from ltc_events.opportunity_gates import BidCostKind
from ltc_runtime.edge import EVERYONE, Body, Handle, Read, View
from pydantic import Field
from sqlalchemy import select

from .. import projections as shown
from ..domain.opportunity import DayInTheFuture, UnknownOpportunity
from ..domain.opportunity.costing import BookBidCost, CostOfNothing, InvestmentUndecided, MoreThanBooked
from .resource import OPEN, opportunities
from .roles import TRIANGLE

PRESALES = "presales"
"""The category of an estimate's cost that is meant for winning the deal."""


class BidCostBody(Body):
    """What was spent, when, and what for."""

    kind: BidCostKind = Field(examples=["travel"])
    amount: Money = Field(description="Below nothing, to take back what was booked wrongly.")
    spent_on: date | None = Field(None, description="Today, if nothing is said.")
    what_for: Text = Field(examples=["Two days at the works"])


@opportunities.act(
    "/{opportunity_id}/bid-costs",
    roles=(*TRIANGLE, "finance"),
    refuses=(*OPEN, DayInTheFuture, InvestmentUndecided, CostOfNothing, MoreThanBooked),
    money=True,
)
async def book_bid_cost(opportunity_id: UUID, body: BidCostBody, handle: Handle) -> None:
    """Book what working for an open deal cost.

    Where its pipeline has the gate ATI (立项), that is decided first; what is missing is listed, with who can see to it.
    """
    command = BookBidCost(
        opportunity_id=opportunity_id,
        cost_id=handle.new_id("bid-cost"),
        kind=body.kind,
        amount=body.amount,
        spent_on=body.spent_on or handle.today,
        what_for=body.what_for,
        actor=handle.actor,
        today=handle.today,
    )
    return await handle(command)


class BidCostRow(View):
    """One booking."""

    cost_id: UUID
    kind: BidCostKind
    amount: Money
    spent_on: date
    what_for: str
    booked_by: str
    booked_at: datetime


class BidCostSum(View):
    """What was booked in one currency, in minor units, against what was planned."""

    currency: Currency
    booked: int
    planned: int | None = Field(description="The cost `presales` of the current estimate; null, if it has none in this currency.")
    left: int | None = Field(description="Planned less booked; below nothing, if more was spent.")


class BidCosts(View):
    """What working for a deal cost, and in all."""

    sums: Sequence[BidCostSum]
    data: Sequence[BidCostRow]


@opportunities.query("/{opportunity_id}/bid-costs", roles=EVERYONE, refuses=(UnknownOpportunity,))
async def list_bid_costs(opportunity_id: UUID, read: Read) -> BidCosts:
    """What was booked for a deal, the day it was spent on first, and how that compares with its estimate."""
    deals, table = shown.opportunities.c, shown.bid_costs.c
    await read.one(select(deals.opportunity_id).where(deals.opportunity_id == opportunity_id), UnknownOpportunity)
    found = select(shown.bid_costs).where(table.opportunity_id == opportunity_id).order_by(table.spent_on, table.booked_at, table.cost_id)
    rows = await read.all(found)
    booked = [Money(amount=row["amount"], currency=row["currency"]) for row in rows]
    data = [BidCostRow(**{**row, "amount": amount}) for row, amount in zip(rows, booked, strict=True)]
    return BidCosts(sums=sums(booked, await planned(opportunity_id, read)), data=data)


async def planned(opportunity_id: UUID, read: Read) -> list[Money]:
    """What the current estimate means for winning the deal."""
    table = shown.estimates.c
    found = select(table.costs).where(table.opportunity_id == opportunity_id).order_by(table.version.desc()).limit(1)
    estimate = await read.maybe(found)
    lines = [] if estimate is None else [CostLine(**line) for line in estimate["costs"]]
    return [line.amount for line in lines if line.category == PRESALES]


def sums(booked: Sequence[Money], planned: Sequence[Money]) -> list[BidCostSum]:
    """By currency; what was planned and not touched is there too."""
    return [in_one(currency, booked, planned) for currency in sorted({each.currency for each in (*booked, *planned)})]


def in_one(currency: str, booked: Sequence[Money], planned: Sequence[Money]) -> BidCostSum:
    spent = amount_of(currency, booked)
    meant = amount_of(currency, planned) if any(each.currency == currency for each in planned) else None
    return BidCostSum(currency=currency, booked=spent, planned=meant, left=None if meant is None else meant - spent)


def amount_of(currency: str, amounts: Iterable[Money]) -> int:
    return sum(each.amount for each in amounts if each.currency == currency)
