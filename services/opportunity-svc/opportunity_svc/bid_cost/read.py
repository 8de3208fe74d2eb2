"""Costs of bids: every booking, and what was booked in all against what was planned."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from ltc_events import Currency, Event, Fact, Money, projection
from ltc_events.opportunity import CostLine
from ltc_events.opportunity_gates import BidCostBooked, BidCostKind
from ltc_events.read_model import Index, Key, ReadModel, on, put
from ltc_runtime.http import EVERYONE, PREVIEW, Page, Paging, Read, View
from pydantic import Field
from sqlalchemy import func, select

from ..deal.read import OpportunityRow
from ..deal.rules.states import UnknownOpportunity
from ..estimate.read import EstimateVersionRow
from .api import bid_costs

PRESALES = "presales"
"""The category of an estimate's cost that is meant for winning the deal."""


class BidCostRow(ReadModel, table="bid_cost"):
    """One booking."""

    cost_id: Key[UUID]
    opportunity_id: UUID = Field(exclude=True)
    kind: BidCostKind
    amount: Money
    currency: str = Field(exclude=True)
    spent_on: date
    what_for: str
    booked_by: str
    booked_at: datetime

    of_opportunity: ClassVar = Index("opportunity_id")


def booked_at(cost: Event, fact: Fact) -> datetime:
    return fact.occurred_at


bid_cost_list = projection("bid_cost", on(BidCostBooked, put(BidCostRow, booked_at=booked_at)))


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


@bid_costs.query("/{opportunity_id}/bid-costs", roles=EVERYONE, refuses=(UnknownOpportunity,))
async def list_bid_costs(opportunity_id: UUID, read: Read) -> BidCosts:
    """What was booked for a deal, the day it was spent on first, and how that compares with its estimate."""
    await read.row(OpportunityRow, UnknownOpportunity, opportunity_id=opportunity_id)
    rows, more = await read.latest_rows(PREVIEW, BidCostRow, AS_SPENT, opportunity_id=opportunity_id)
    return BidCosts(sums=await bid_cost_sums(opportunity_id, read), data=rows, more=more)


@bid_costs.query("/{opportunity_id}/bid-costs/all", roles=EVERYONE, refuses=(UnknownOpportunity,))
async def list_all_bid_costs(opportunity_id: UUID, read: Read, paging: Paging) -> Page[BidCostRow]:
    """Everything that was booked for a deal, what was spent last first."""
    await read.row(OpportunityRow, UnknownOpportunity, opportunity_id=opportunity_id)
    return await read.page_of(BidCostRow, AS_SPENT, paging, opportunity_id=opportunity_id)


AS_SPENT = ("spent_on", "booked_at", "cost_id")


async def bid_cost_sums(opportunity_id: UUID, read: Read) -> list[BidCostSum]:
    """What working for a deal cost in all, by currency."""
    table = BidCostRow.table.c
    found = select(table.currency, func.sum(table.amount).label("booked")).where(table.opportunity_id == opportunity_id)
    booked = {row["currency"]: int(row["booked"]) for row in await read.all(found.group_by(table.currency))}
    return sums(booked, await planned(opportunity_id, read))


async def planned(opportunity_id: UUID, read: Read) -> list[Money]:
    """What the current estimate means for winning the deal."""
    table = EstimateVersionRow.table.c
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
