"""Deals of other systems."""

from ltc_events import on, projection, put
from ltc_events.opportunity import OpportunityImported
from ltc_events.projection import Row
from sqlalchemy import BigInteger, Column, Date, Index, Table, Text
from sqlalchemy.dialects.postgresql import UUID

from .schema import read

past_opportunities = Table(
    "past_opportunity",
    read,
    Column("opportunity_id", UUID, primary_key=True),
    Column("source", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("company", Text, nullable=False),
    Column("product", Text, nullable=False),
    Column("spelled", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("value", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("engaged_on", Date),
    Column("closed_on", Date),
    Index("past_opportunity_by_source", "source", "key"),
)


def imported(deal: OpportunityImported) -> Row:
    """A deal as it stood there."""
    return {**deal.model_dump(exclude={"value"}), "value": deal.value.amount, "currency": deal.value.currency}


past_opportunity = projection("past_opportunity", on(OpportunityImported, put(past_opportunities, imported)))
