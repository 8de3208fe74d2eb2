"""What is known about each deal."""

from typing import Any

from ltc_events import Fact, on, projection, put, remove
from ltc_events.opportunity_forms import FormFilled
from ltc_events.opportunity_gates import BidSubmitted
from ltc_events.projection import Row
from sqlalchemy import JSON, Column, DateTime, Table, Text
from sqlalchemy.dialects.postgresql import UUID

from ..deal.rules.events import FindingNoted, FindingStruck
from ..deal.rules.history import filled_form
from ..finding.rules import AnyFinding, Bid, key_of
from .schema import read

findings = Table(
    "deal_finding",
    read,
    Column("opportunity_id", UUID, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("code", Text, primary_key=True),
    Column("content", JSON, nullable=False),
    Column("noted_by", Text),
    Column("noted_at", DateTime(timezone=True), nullable=False),
)


def row_of(opportunity_id: Any, finding: AnyFinding, by: str | None, fact: Fact) -> Row:
    kind, code = key_of(finding)
    return {
        "opportunity_id": opportunity_id,
        "kind": kind,
        "code": code,
        "content": finding.model_dump(mode="json"),
        "noted_by": by,
        "noted_at": fact.occurred_at,
    }


def noted(deal: FindingNoted, fact: Fact) -> Row:
    """What was found out last under this code."""
    return row_of(deal.opportunity_id, deal.finding, deal.noted_by, fact)


def submitted(deal: BidSubmitted, fact: Fact) -> Row:
    """The bid that is with the customer."""
    return row_of(deal.opportunity_id, Bid(proposal=deal.proposal, submitted_on=deal.submitted_on), deal.submitted_by, fact)


def filled(deal: FormFilled, fact: Fact) -> Row:
    """The form that is filled in."""
    return row_of(deal.opportunity_id, filled_form(deal), deal.filled_by, fact)


deal_findings = projection(
    "deal_finding",
    on(FindingNoted, put(findings, noted)),
    on(BidSubmitted, put(findings, submitted)),
    on(FormFilled, put(findings, filled)),
    on(
        FindingStruck,
        remove(findings, lambda deal: {"opportunity_id": deal.opportunity_id, "kind": deal.kind, "code": deal.code}),
    ),
)
