"""What a deal will bring and cost: written, refined, frozen for a decision, compared."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from fastapi import Path
from ltc_events import Money, Text
from ltc_events.opportunity import CashLine, CostLine
from ltc_events.opportunity_gates import Gate
from ltc_runtime.http import EVERYONE, PREVIEW, Api, Body, Handle, NaturalKey, Page, Paging, Read, View
from pydantic import Field
from sqlalchemy import select

from .. import projections as shown
from ..deal.rules.states import OPEN
from ..estimate import rules as estimate
from ..estimate.rules import (
    AmountBelowNothing,
    CalcFrozen,
    Cash,
    CashDoesNotSum,
    Costs,
    DraftEstimate,
    EstimateInOtherCurrency,
    FreezeEstimate,
    FreezerIsMaker,
    LaterCalcFrozen,
    MonthsOutOfOrder,
    UnknownEstimate,
    VersionNotCurrent,
    estimate_id,
    margin_rate,
    standing,
)
from .roles import MANAGERS, WRITERS

ESTIMATORS = (*WRITERS, "fulfilment", "finance")
Version = Annotated[int, Path(ge=1, le=1_000_000)]

estimates = Api(
    "/opportunities/{opportunity_id}/estimate", stream=estimate.decider, natural=NaturalKey("opportunity_id", UUID, estimate_id)
)
frozen_estimates = Api("/estimates")


class EstimateBody(Body):
    """What the deal will bring and cost, and when the money moves."""

    revenue: Money = Field(description="Before tax.")
    costs: Costs = Field(examples=[[{"category": "hardware", "amount": {"amount": 700_000, "currency": "USD"}}]])
    cash: Cash = Field(description="By month: inflows come to the revenue, outflows to the cost.")
    assumptions: Text = Field(examples=["Two fitters for three weeks; steel at today's price"])


@estimates.act(
    "",
    roles=ESTIMATORS,
    refuses=(*OPEN, EstimateInOtherCurrency, AmountBelowNothing, MonthsOutOfOrder, CashDoesNotSum),
)
async def draft_estimate(opportunity_id: UUID, body: EstimateBody, handle: Handle) -> None:
    """Estimate an open deal: the first version, or the next one."""
    command = DraftEstimate(
        estimate_id=estimate_id(opportunity_id),
        opportunity_id=opportunity_id,
        revenue=body.revenue,
        costs=body.costs,
        cash=body.cash,
        assumptions=body.assumptions,
        drafted_by=handle.actor,
    )
    return await handle(command)


class FreezeBody(Body):
    """Which version which decision is based on."""

    gate: Gate
    version: int = Field(ge=1, le=1_000_000, description="The version that was looked at; it must be the current one.")


@estimates.act(
    "/freeze",
    roles=(*MANAGERS, "finance"),
    refuses=(
        *OPEN,
        UnknownEstimate,
        VersionNotCurrent,
        CalcFrozen,
        LaterCalcFrozen,
        FreezerIsMaker,
    ),
)
async def freeze_estimate(opportunity_id: UUID, body: FreezeBody, handle: Handle) -> None:
    """Freeze the estimate somebody else wrote as the basis of a decision; it stays as it is for ever."""
    command = FreezeEstimate(
        estimate_id=estimate_id(opportunity_id),
        opportunity_id=opportunity_id,
        gate=body.gate,
        version=body.version,
        frozen_by=handle.actor,
    )
    return await handle(command)


class VersionRow(View):
    """One version, in short."""

    version: int
    revenue: Money
    cost: Money
    margin_rate: Decimal | None = Field(description="(revenue − cost) ÷ revenue, to four places.")
    drafted_by: str
    drafted_at: datetime


class FrozenRow(View):
    """What a decision is based on."""

    opportunity_id: UUID
    gate: Gate
    version: int
    revenue: Money
    cost: Money
    margin_rate: Decimal | None
    frozen_by: str
    frozen_at: datetime


class EstimateView(VersionRow):
    """A version with its lines, and what follows from them."""

    costs: Sequence[CostLine]
    cash: Sequence[CashLine]
    standing: Sequence[int] = Field(description="What has come in less what has gone out by the end of each month, in minor units.")
    most_funding: int = Field(description="How far below nothing that ever is, in minor units.")
    assumptions: str


class EstimateHistory(EstimateView):
    """The current version, the latest versions, and what was frozen."""

    versions: Sequence[VersionRow] = Field(description=f"The latest {PREVIEW}, the newest first.")
    more_versions: bool = Field(description="There are more: `versions` below this path lists them all.")
    frozen: Sequence[FrozenRow]
    actions: list[str]


@estimates.query("", roles=EVERYONE, refuses=(UnknownEstimate,))
async def show_estimate(opportunity_id: UUID, read: Read) -> EstimateHistory:
    """The estimate of a deal: its current version, those before, and which decision is based on which."""
    await read.version_of(estimate.decider.of(estimate_id(opportunity_id)), UnknownEstimate)
    table, kept = shown.estimates, shown.frozen_estimates
    rows, more = await read.first(PREVIEW, select(table).where(table.c.opportunity_id == opportunity_id).order_by(table.c.version.desc()))
    frozen = await read.all(select(kept).where(kept.c.opportunity_id == opportunity_id).order_by(kept.c.frozen_at))
    return EstimateHistory(
        **dict(estimate_view(rows[0])),
        versions=[VersionRow(**in_short(row)) for row in rows],
        more_versions=more,
        frozen=[frozen_row(**row) for row in frozen],
        actions=read.actions(("draft_estimate", "freeze_estimate")),
    )


@estimates.query("/versions", roles=EVERYONE)
async def list_estimate_versions(opportunity_id: UUID, read: Read, paging: Paging) -> Page[VersionRow]:
    """The versions of the estimate of a deal, the newest first."""
    table = shown.estimates.c
    found = select(*IN_SHORT).where(table.opportunity_id == opportunity_id)
    return await read.page(found, key=(table.version,), into=lambda **row: VersionRow(**in_short(row)), paging=paging)


@estimates.query("/versions/{version}", roles=EVERYONE, refuses=(UnknownEstimate,))
async def show_estimate_version(opportunity_id: UUID, version: Version, read: Read) -> EstimateView:
    """One version as it was written."""
    table = shown.estimates
    found = select(table).where(table.c.opportunity_id == opportunity_id, table.c.version == version)
    return estimate_view(await read.one(found, UnknownEstimate))


estimates.history("/history", roles=EVERYONE, refuses=(UnknownEstimate,))


@frozen_estimates.query("", roles=EVERYONE)
async def list_frozen_estimates(read: Read, paging: Paging, gate: Gate | None = None) -> Page[FrozenRow]:
    """What decisions are based on, the last frozen first."""
    table = shown.frozen_estimates.c
    found = select(shown.frozen_estimates)
    if gate is not None:
        found = found.where(table.gate == gate)
    return await read.page(found, key=(table.frozen_at, table.opportunity_id, table.gate), into=frozen_row, paging=paging)


IN_SHORT = [shown.estimates.c[name] for name in ("version", "revenue", "cost", "currency", "drafted_by", "drafted_at")]


def in_short(row: dict[str, Any]) -> dict[str, Any]:
    revenue, cost = (Money(amount=row[name], currency=row["currency"]) for name in ("revenue", "cost"))
    return {
        "version": row["version"],
        "revenue": revenue,
        "cost": cost,
        "margin_rate": margin_rate(revenue, cost),
        "drafted_by": row.get("drafted_by"),
        "drafted_at": row.get("drafted_at"),
    }


def estimate_view(row: dict[str, Any]) -> EstimateView:
    cash = [CashLine(**line) for line in row["cash"]]
    curve = standing(cash)
    return EstimateView(
        **in_short(row),
        costs=[CostLine(**line) for line in row["costs"]],
        cash=cash,
        standing=curve,
        most_funding=max(0, -min(curve)),
        assumptions=row["assumptions"],
    )


def frozen_row(**row: Any) -> FrozenRow:
    revenue, cost = (Money(amount=row[name], currency=row["currency"]) for name in ("revenue", "cost"))
    return FrozenRow(**{**row, "revenue": revenue, "cost": cost, "margin_rate": margin_rate(revenue, cost)})
