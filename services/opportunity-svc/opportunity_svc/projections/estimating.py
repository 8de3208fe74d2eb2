"""Every version of every estimate, and what was frozen for which decision."""

from ltc_events import Fact, on, projection, put
from ltc_events.opportunity import EstimateFrozen
from ltc_events.projection import Row
from sqlalchemy import JSON, BigInteger, Column, DateTime, Integer, Table, Text
from sqlalchemy.dialects.postgresql import UUID

from ..estimate.rules import EstimateDrafted, cost_of
from .schema import read

estimates = Table(
    "estimate_version",
    read,
    Column("opportunity_id", UUID, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("revenue", BigInteger, nullable=False),
    Column("cost", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("costs", JSON, nullable=False),
    Column("cash", JSON, nullable=False),
    Column("assumptions", Text, nullable=False),
    Column("drafted_by", Text, nullable=False),
    Column("drafted_at", DateTime(timezone=True), nullable=False),
)

frozen = Table(
    "estimate_frozen",
    read,
    Column("opportunity_id", UUID, primary_key=True),
    Column("gate", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("revenue", BigInteger, nullable=False),
    Column("cost", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("frozen_by", Text, nullable=False),
    Column("frozen_at", DateTime(timezone=True), nullable=False),
)


def drafted(estimate: EstimateDrafted, fact: Fact) -> Row:
    """A version as it was written."""
    return {
        "opportunity_id": estimate.opportunity_id,
        "version": estimate.version,
        "revenue": estimate.revenue.amount,
        "cost": cost_of(estimate.costs, estimate.revenue.currency).amount,
        "currency": estimate.revenue.currency,
        "costs": [line.model_dump(mode="json") for line in estimate.costs],
        "cash": [line.model_dump(mode="json") for line in estimate.cash],
        "assumptions": estimate.assumptions,
        "drafted_by": estimate.drafted_by,
        "drafted_at": fact.occurred_at,
    }


def froze(estimate: EstimateFrozen, fact: Fact) -> Row:
    """What a decision is based on."""
    return {
        "opportunity_id": estimate.opportunity_id,
        "gate": estimate.gate,
        "version": estimate.version,
        "revenue": estimate.revenue.amount,
        "cost": estimate.cost.amount,
        "currency": estimate.revenue.currency,
        "frozen_by": estimate.frozen_by,
        "frozen_at": fact.occurred_at,
    }


estimate_list = projection("estimate_list", on(EstimateDrafted, put(estimates, drafted)), on(EstimateFrozen, put(frozen, froze)))
