"""The swaps of each deal, and the margin they gain."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from ltc_events import Currency, Fact, Money, projection
from ltc_events import change as change_rows
from ltc_events.opportunity import OptionSwapped
from ltc_events.projection import Row
from ltc_events.read_model import Key, ReadModel, change, on, put
from ltc_runtime.http import EVERYONE, Read, View
from pydantic import Field

from ..deal.rules.states import UnknownOpportunity
from .api import swaps, won_quote
from .rules.selection import SelectionEnded, SwapProposed, SwapRejected

Status = Literal["proposed", "approved", "rejected", "lapsed"]


class SwapRow(ReadModel, table="option_swap"):
    """One swap."""

    opportunity_id: Key[UUID] = Field(exclude=True)
    number: Key[int]
    status: Status = Field(description="It lapses if the contract is signed first.")
    line: int
    old: str
    new: str
    cost_before: Money = Field(description="Of the whole line, on the day it was proposed.")
    cost_after: Money
    margin_gained: Money = Field(description="Cost before less cost after; gained once it is approved.")
    currency: str = Field(exclude=True)
    reason: str
    proposed_by: str
    proposed_at: datetime
    decided_by: str | None
    rejection: str | None


def margin_gained(swap: SwapProposed) -> int:
    return swap.cost_before.amount - swap.cost_after.amount


def proposed_at(swap: SwapProposed, fact: Fact) -> datetime:
    return fact.occurred_at


def approved_by(swap: OptionSwapped) -> str:
    return swap.approved_by


def rejected_by(swap: SwapRejected) -> str:
    return swap.rejected_by


def rejection(swap: SwapRejected) -> str:
    return swap.reason


def lapsed(selection: SelectionEnded) -> list[Row]:
    """The open proposals when the contract was signed."""
    return [{"opportunity_id": selection.opportunity_id, "number": number, "status": "lapsed"} for number in selection.lapsed]


option_swap = projection(
    "option_swap",
    on(SwapProposed, put(SwapRow, status="proposed", margin_gained=margin_gained, proposed_at=proposed_at)),
    on(OptionSwapped, change(SwapRow, status="approved", decided_by=approved_by)),
    on(SwapRejected, change(SwapRow, status="rejected", decided_by=rejected_by, rejection=rejection)),
    on(SelectionEnded, change_rows(SwapRow.table, lapsed)),
    version=2,
)


class MarginGained(View):
    """The margin gained in one currency, in minor units."""

    amount: int
    currency: Currency


class Swaps(View):
    """The swaps of a deal, and the margin they gain."""

    gained: Sequence[MarginGained] = Field(description="By the swaps that were approved.")
    data: Sequence[SwapRow]


@swaps.query("/{opportunity_id}/swaps", roles=EVERYONE, refuses=(UnknownOpportunity,))
async def list_swaps(opportunity_id: UUID, read: Read) -> Swaps:
    """The swaps of a deal, and the margin they gained in all."""
    await won_quote(opportunity_id, read)
    rows = await read.rows(SwapRow, opportunity_id=opportunity_id)
    gained = [row.margin_gained for row in rows if row.status == "approved"]
    sums = [
        MarginGained(amount=sum(each.amount for each in gained if each.currency == currency), currency=currency)
        for currency in sorted({each.currency for each in gained})
    ]
    return Swaps(gained=sums, data=rows)
