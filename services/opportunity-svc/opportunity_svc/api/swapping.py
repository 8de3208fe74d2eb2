"""Options swapped after the win: proposed, approved by somebody else, and the margin they gain."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from ltc_events import Code, Money, Text
from ltc_events.opportunity import LineNo
from ltc_runtime.http import EVERYONE, Api, Body, Handle, Read, View
from pydantic import Field
from sqlalchemy import select

from .. import projections as shown
from ..bid_cost.read import amount_of
from ..deal.read import OpportunityRow
from ..deal.rules.states import UnknownOpportunity
from ..pipeline_report.read import Sum
from ..rule_book.rules.configuration import ConfigurationInvalid
from ..swap.rules import (
    AlreadyProposed,
    ApproverIsProposer,
    ApproveSwap,
    CostsMore,
    CostUnknown,
    NoSuchOption,
    NotWonYet,
    ProposeSwap,
    SwapHasChanged,
    UnitDiffers,
    UnknownLine,
    selection,
)
from ..swap.rules.selection import ContractStands, RejectSwap, UnknownSwap
from .roles import MANAGERS, TRIANGLE

swaps = Api("/opportunities", stream=selection.decider)
SWAPPING = (
    UnknownOpportunity, NotWonYet, ContractStands, UnknownLine, NoSuchOption, UnitDiffers, CostUnknown, CostsMore, ConfigurationInvalid,
)  # fmt: skip


async def sold(opportunity_id: UUID, read: Read) -> UUID | None:
    """The quote that a deal was won with, which never changes; nothing, if it is not won."""
    table = OpportunityRow.table.c
    row = await read.one(select(table.quote_id).where(table.opportunity_id == opportunity_id), UnknownOpportunity)
    found: UUID | None = row["quote_id"]
    return found


class SwapBody(Body):
    """What would be delivered on which line, and why."""

    line: LineNo
    product: Code = Field(description="One the catalogue names for the product of the line.")
    reason: Text = Field(examples=["The same pump by another maker; the customer agreed on 3 March"])


@swaps.act("/{opportunity_id}/swaps", roles=TRIANGLE, refuses=(*SWAPPING, AlreadyProposed))
async def propose_swap(opportunity_id: UUID, body: SwapBody, read: Read, handle: Handle) -> None:
    """Propose to deliver another product on a line of what was sold: as much, at the same price, at no more cost to us.

    Between the win and the signing of the contract. Quote, contract and invoice go on saying what was sold.
    """
    command = ProposeSwap(
        opportunity_id=opportunity_id,
        quote_id=await sold(opportunity_id, read),
        line=body.line,
        product=body.product,
        reason=body.reason,
        actor=handle.actor,
        today=handle.today,
    )
    return await handle(command)


@swaps.act(
    "/{opportunity_id}/swaps/{number}/approve", roles=MANAGERS, refuses=(*SWAPPING, UnknownSwap, ApproverIsProposer, SwapHasChanged)
)  # fmt: skip
async def approve_swap(opportunity_id: UUID, number: int, read: Read, handle: Handle) -> None:
    """Approve a swap somebody else proposed, at the costs it was proposed with; the margin it gains is told."""
    quote_id = await sold(opportunity_id, read)
    command = ApproveSwap(opportunity_id=opportunity_id, quote_id=quote_id, number=number, actor=handle.actor, today=handle.today)
    return await handle(command)


class RejectSwapBody(Body):
    """Why not."""

    reason: Text = Field(examples=["The customer wants the pump they know"])


@swaps.act("/{opportunity_id}/swaps/{number}/reject", roles=TRIANGLE, refuses=(UnknownSwap,))
async def reject_swap(opportunity_id: UUID, number: int, body: RejectSwapBody, handle: Handle) -> None:
    """Reject a swap, or take one's own proposal back."""
    return await handle(RejectSwap(opportunity_id=opportunity_id, number=number, reason=body.reason, actor=handle.actor))


class SwapRow(View):
    """One swap."""

    number: int
    status: Literal["proposed", "approved", "rejected", "lapsed"] = Field(description="It lapses if the contract is signed first.")
    line: int
    old: str
    new: str
    cost_before: Money = Field(description="Of the whole line, on the day it was proposed.")
    cost_after: Money
    margin_gained: Money = Field(description="Cost before less cost after; gained once it is approved.")
    reason: str
    proposed_by: str
    proposed_at: datetime
    decided_by: str | None
    rejection: str | None


class Swaps(View):
    """What is to be delivered in place of what was sold, and what that gains."""

    gained: Sequence[Sum] = Field(description="By the swaps that were approved.")
    data: Sequence[SwapRow]


@swaps.query("/{opportunity_id}/swaps", roles=EVERYONE, refuses=(UnknownOpportunity,))
async def list_swaps(opportunity_id: UUID, read: Read) -> Swaps:
    """The swaps of a deal, and the margin they gained in all."""
    await sold(opportunity_id, read)
    table = shown.swaps.c
    rows = await read.all(select(shown.swaps).where(table.opportunity_id == opportunity_id).order_by(table.number))
    data = [swap_row(**row) for row in rows]
    gained = [row.margin_gained for row in data if row.status == "approved"]
    sums = [Sum(amount=amount_of(currency, gained), currency=currency) for currency in sorted({each.currency for each in gained})]
    return Swaps(gained=sums, data=data)


def swap_row(**row: Any) -> SwapRow:
    before, after = (Money(amount=row[name], currency=row["currency"]) for name in ("cost_before", "cost_after"))
    said = {name: row[name] for name in SwapRow.model_fields if name in row}
    return SwapRow(**{**said, "cost_before": before, "cost_after": after, "margin_gained": before - after})
