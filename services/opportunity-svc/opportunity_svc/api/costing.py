"""What working for a deal costs us before it is won."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from ltc_events import Currency, Money, Text
from ltc_events.opportunity import CostLine
from ltc_events.opportunity_gates import BidCostKind
from ltc_runtime.http import EVERYONE, PREVIEW, Body, Handle, Page, Paging, Read, View
from pydantic import Field
from sqlalchemy import Select, func, select

from .. import projections as shown
from ..deal.rules.bid_costs import BookBidCost, CostOfNothing, InvestmentUndecided, MoreThanBooked
from ..deal.rules.states import DayInTheFuture, UnknownOpportunity
from .findings import must_be_known
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
    """What working for a deal cost lately, and in all."""

    sums: Sequence[BidCostSum] = Field(description="Of everything.")
    data: Sequence[BidCostRow] = Field(description=f"The latest {PREVIEW} bookings.")
    more: bool = Field(description="There are more: `all` below this path lists them all.")


@opportunities.query("/{opportunity_id}/bid-costs", roles=EVERYONE, refuses=(UnknownOpportunity,))
async def list_bid_costs(opportunity_id: UUID, read: Read) -> BidCosts:
    """What was booked for a deal, the day it was spent on first, and how that compares with its estimate."""
    await must_be_known(opportunity_id, read)
    rows, more = await read.latest(PREVIEW, costs_of(opportunity_id), key=AS_SPENT)
    return BidCosts(sums=await bid_cost_sums(opportunity_id, read), data=[bid_cost_row(**row) for row in rows], more=more)


@opportunities.query("/{opportunity_id}/bid-costs/all", roles=EVERYONE, refuses=(UnknownOpportunity,))
async def list_all_bid_costs(opportunity_id: UUID, read: Read, paging: Paging) -> Page[BidCostRow]:
    """Everything that was booked for a deal, what was spent last first."""
    await must_be_known(opportunity_id, read)
    return await read.page(costs_of(opportunity_id), key=AS_SPENT, into=bid_cost_row, paging=paging)


AS_SPENT = (shown.bid_costs.c.spent_on, shown.bid_costs.c.booked_at, shown.bid_costs.c.cost_id)


def costs_of(opportunity_id: UUID) -> Select[Any]:
    return select(shown.bid_costs).where(shown.bid_costs.c.opportunity_id == opportunity_id)


def bid_cost_row(**row: Any) -> BidCostRow:
    return BidCostRow(**{**row, "amount": Money(amount=row["amount"], currency=row["currency"])})


async def bid_cost_sums(opportunity_id: UUID, read: Read) -> list[BidCostSum]:
    """What working for a deal cost in all, by currency."""
    table = shown.bid_costs.c
    found = select(table.currency, func.sum(table.amount).label("booked")).where(table.opportunity_id == opportunity_id)
    booked = {row["currency"]: int(row["booked"]) for row in await read.all(found.group_by(table.currency))}
    return sums(booked, await planned(opportunity_id, read))


async def planned(opportunity_id: UUID, read: Read) -> list[Money]:
    """What the current estimate means for winning the deal."""
    table = shown.estimates.c
    found = select(table.costs).where(table.opportunity_id == opportunity_id).order_by(table.version.desc()).limit(1)
    estimate = await read.maybe(found)
    lines = [] if estimate is None else [CostLine(**line) for line in estimate["costs"]]
    return [line.amount for line in lines if line.category == PRESALES]


def sums(booked: Mapping[str, int], planned: Sequence[Money]) -> list[BidCostSum]:
    """By currency; what was planned and not touched is there too."""
    return [in_one(currency, booked.get(currency, 0), planned) for currency in sorted({*booked, *(each.currency for each in planned)})]


def in_one(currency: str, spent: int, planned: Sequence[Money]) -> BidCostSum:
    meant = amount_of(currency, planned) if any(each.currency == currency for each in planned) else None
    return BidCostSum(currency=currency, booked=spent, planned=meant, left=None if meant is None else meant - spent)


def amount_of(currency: str, amounts: Iterable[Money]) -> int:
    return sum(each.amount for each in amounts if each.currency == currency)
