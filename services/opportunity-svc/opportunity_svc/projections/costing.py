"""What working for deals cost us."""

from ltc_events import Fact, on, projection, put
from ltc_events.opportunity_gates import BidCostBooked
from ltc_events.projection import Row
from sqlalchemy import BigInteger, Column, Date, DateTime, Index, Table, Text
from sqlalchemy.dialects.postgresql import UUID

from .schema import read

bid_costs = Table(
    "bid_cost",
    read,
    Column("cost_id", UUID, primary_key=True),
    Column("opportunity_id", UUID, nullable=False),
    Column("kind", Text, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("spent_on", Date, nullable=False),
    Column("what_for", Text, nullable=False),
    Column("booked_by", Text, nullable=False),
    Column("booked_at", DateTime(timezone=True), nullable=False),
    Index("bid_cost_of_opportunity", "opportunity_id"),
)


def booked(cost: BidCostBooked, fact: Fact) -> Row:
    """One booking."""
    return {
        **cost.model_dump(exclude={"amount"}),
        "amount": cost.amount.amount,
        "currency": cost.amount.currency,
        "booked_at": fact.occurred_at,
    }


bid_cost = projection("bid_cost", on(BidCostBooked, put(bid_costs, booked)))
