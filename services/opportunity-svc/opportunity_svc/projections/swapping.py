"""What is to be delivered in place of what was sold."""

from ltc_events import Fact, change, on, projection, put
from ltc_events.opportunity import OptionSwapped
from ltc_events.projection import Row
from sqlalchemy import BigInteger, Column, DateTime, Integer, Table, Text
from sqlalchemy.dialects.postgresql import UUID

from ..swap.rules.selection import SelectionEnded, SwapProposed, SwapRejected
from .schema import read

swaps = Table(
    "option_swap",
    read,
    Column("opportunity_id", UUID, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("status", Text, nullable=False),
    Column("line", Integer, nullable=False),
    Column("old", Text, nullable=False),
    Column("new", Text, nullable=False),
    Column("cost_before", BigInteger, nullable=False),
    Column("cost_after", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("proposed_by", Text, nullable=False),
    Column("proposed_at", DateTime(timezone=True), nullable=False),
    Column("decided_by", Text),
    Column("rejection", Text),
)


def proposed(swap: SwapProposed, fact: Fact) -> Row:
    """Nobody agreed yet."""
    return {
        **swap.model_dump(exclude={"quote_id", "cost_before", "cost_after"}),
        "status": "proposed",
        "cost_before": swap.cost_before.amount,
        "cost_after": swap.cost_after.amount,
        "currency": swap.cost_before.currency,
        "proposed_at": fact.occurred_at,
        "decided_by": None,
        "rejection": None,
    }


def approved(swap: OptionSwapped) -> Row:
    """It is to be delivered."""
    return {"opportunity_id": swap.opportunity_id, "number": swap.number, "status": "approved", "decided_by": swap.approved_by}


def rejected(swap: SwapRejected) -> Row:
    """It is not."""
    return {
        "opportunity_id": swap.opportunity_id,
        "number": swap.number,
        "status": "rejected",
        "decided_by": swap.rejected_by,
        "rejection": swap.reason,
    }


def lapsed(selection: SelectionEnded) -> list[Row]:
    """The contract was signed first."""
    return [{"opportunity_id": selection.opportunity_id, "number": number, "status": "lapsed"} for number in selection.lapsed]


option_swap = projection(
    "option_swap",
    on(SwapProposed, put(swaps, proposed)),
    on(OptionSwapped, change(swaps, approved)),
    on(SwapRejected, change(swaps, rejected)),
    on(SelectionEnded, change(swaps, lapsed)),
)
