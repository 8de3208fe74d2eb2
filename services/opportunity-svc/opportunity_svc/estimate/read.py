"""Every version of every estimate, and which decision is based on which."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from ltc_events import Currency, Fact, Money, projection
from ltc_events.opportunity import CashLine, CostLine, EstimateFrozen
from ltc_events.opportunity_gates import Gate
from ltc_events.read_model import Key, ReadModel, on, put
from ltc_runtime.http import EVERYONE, PREVIEW, Page, Paging, Read, View
from pydantic import Field

from .api import Version, estimates, frozen_estimates
from .rules import EstimateDrafted, UnknownEstimate, cost_of, decider, estimate_id, margin_rate, standing


class EstimateVersionRow(ReadModel, table="estimate_version"):
    """One version as it was written."""

    opportunity_id: Key[UUID] = Field(exclude=True)
    version: Key[int]
    revenue: Money
    cost: Money
    currency: Currency = Field(exclude=True)
    costs: Sequence[CostLine]
    cash: Sequence[CashLine]
    assumptions: str
    drafted_by: str
    drafted_at: datetime


class FrozenEstimateRow(ReadModel, table="estimate_frozen"):
    """What a decision is based on."""

    opportunity_id: Key[UUID]
    gate: Key[Gate]
    version: int
    revenue: Money
    cost: Money
    currency: Currency = Field(exclude=True)
    frozen_by: str
    frozen_at: datetime


def occurred_at(_: EstimateDrafted | EstimateFrozen, fact: Fact) -> datetime:
    return fact.occurred_at


def cost(estimate: EstimateDrafted) -> Money:
    return cost_of(estimate.costs, estimate.revenue.currency)


estimate_list = projection(
    "estimate_list",
    on(EstimateDrafted, put(EstimateVersionRow, cost=cost, drafted_at=occurred_at)),
    on(EstimateFrozen, put(FrozenEstimateRow, frozen_at=occurred_at)),
)


# ── queries ───────────────────────────────────────────────────────────────────────────────────────────────────────────


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
    standing: Sequence[int] = Field(description="Inflows less outflows up to the end of each month, in minor units.")
    most_funding: int = Field(description="The deepest shortfall of these, in minor units.")
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
    await read.version_of(decider.of(estimate_id(opportunity_id)), UnknownEstimate)
    rows, more = await read.latest_rows(PREVIEW, EstimateVersionRow, ("version",), opportunity_id=opportunity_id)
    frozen = await read.rows(FrozenEstimateRow, opportunity_id=opportunity_id)
    return EstimateHistory(
        **dict(estimate_view(rows[-1])),
        versions=[VersionRow(**in_short(row)) for row in reversed(rows)],
        more_versions=more,
        frozen=[frozen_row(row) for row in sorted(frozen, key=lambda row: row.frozen_at)],
        actions=read.actions(("draft_estimate", "freeze_estimate")),
    )


@estimates.query("/versions", roles=EVERYONE)
async def list_estimate_versions(opportunity_id: UUID, read: Read, paging: Paging) -> Page[VersionRow]:
    """The versions of the estimate of a deal, the newest first."""
    page = await read.page_of(EstimateVersionRow, ("version",), paging, opportunity_id=opportunity_id)
    return Page(data=[VersionRow(**in_short(row)) for row in page.data], next_cursor=page.next_cursor)


@estimates.query("/versions/{version}", roles=EVERYONE, refuses=(UnknownEstimate,))
async def show_estimate_version(opportunity_id: UUID, version: Version, read: Read) -> EstimateView:
    """One version as it was written."""
    return estimate_view(await read.row(EstimateVersionRow, UnknownEstimate, opportunity_id=opportunity_id, version=version))


estimates.history("/history", roles=EVERYONE, refuses=(UnknownEstimate,))


@frozen_estimates.query("", roles=EVERYONE)
async def list_frozen_estimates(read: Read, paging: Paging, gate: Gate | None = None) -> Page[FrozenRow]:
    """What decisions are based on, the last frozen first."""
    page = await read.page_of(FrozenEstimateRow, ("frozen_at", "opportunity_id", "gate"), paging, gate=gate)
    return Page(data=[frozen_row(row) for row in page.data], next_cursor=page.next_cursor)


def in_short(row: EstimateVersionRow) -> dict[str, Any]:
    return {**dict(row), "margin_rate": margin_rate(row.revenue, row.cost)}


def estimate_view(row: EstimateVersionRow) -> EstimateView:
    curve = standing(row.cash)
    return EstimateView(**in_short(row), standing=curve, most_funding=max(0, -min(curve)))


def frozen_row(row: FrozenEstimateRow) -> FrozenRow:
    return FrozenRow(**dict(row), margin_rate=margin_rate(row.revenue, row.cost))
