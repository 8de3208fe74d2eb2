"""Propose, approve and reject swaps."""

from uuid import UUID

from ltc_events import Code, Text
from ltc_events.opportunity import LineNo
from ltc_runtime.http import Api, Body, Handle, Read, Role
from pydantic import Field
from sqlalchemy import select

from ..deal.read import OpportunityRow
from ..deal.rules.states import UnknownOpportunity
from ..rule_book.rules.configuration import ConfigurationInvalid
from .rules import (
    AlreadyProposed,
    ApproverIsProposer,
    ApproveSwap,
    CostsMore,
    CostUnknown,
    NoSuchOption,
    NotWonYet,
    ProposeSwap,
    RejectSwap,
    SwapHasChanged,
    UnitDiffers,
    UnknownLine,
    decider,
)
from .rules.selection import ContractStands, UnknownSwap

MANAGERS: tuple[Role, ...] = ("sales_manager",)
TRIANGLE: tuple[Role, ...] = ("sales", "sales_manager", "solution", "fulfilment")

swaps = Api("/opportunities", stream=decider)
SWAPPING = (
    UnknownOpportunity, NotWonYet, ContractStands, UnknownLine, NoSuchOption, UnitDiffers, CostUnknown, CostsMore, ConfigurationInvalid,
)  # fmt: skip
swaps.act("/{opportunity_id}/swaps/{number}/reject", RejectSwap, roles=TRIANGLE, refuses=(UnknownSwap,))


async def won_quote(opportunity_id: UUID, read: Read) -> UUID | None:
    """The quote that the deal is won with, which never changes; none if it is not won."""
    table = OpportunityRow.table.c
    row = await read.one(select(table.quote_id).where(table.opportunity_id == opportunity_id), UnknownOpportunity)
    found: UUID | None = row["quote_id"]
    return found


class SwapBody(Body):
    """Another product for a line, and why."""

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
        quote_id=await won_quote(opportunity_id, read),
        **body.__dict__,
        actor=handle.actor,
        today=handle.today,
    )
    return await handle(command)


@swaps.act(
    "/{opportunity_id}/swaps/{number}/approve", roles=MANAGERS, refuses=(*SWAPPING, UnknownSwap, ApproverIsProposer, SwapHasChanged)
)  # fmt: skip
async def approve_swap(opportunity_id: UUID, number: int, read: Read, handle: Handle) -> None:
    """Approve a swap somebody else proposed, at the costs it was proposed with; the margin it gains is published."""
    quote_id = await won_quote(opportunity_id, read)
    command = ApproveSwap(opportunity_id=opportunity_id, quote_id=quote_id, number=number, actor=handle.actor, today=handle.today)
    return await handle(command)
