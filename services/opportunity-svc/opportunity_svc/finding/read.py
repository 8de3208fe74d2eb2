"""Findings about deals, and the decision chain of the customer."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from ltc_events import Fact, projection
from ltc_events import put as put_rows
from ltc_events.opportunity_forms import FormFilled
from ltc_events.opportunity_gates import BidSubmitted
from ltc_events.projection import Row
from ltc_events.read_model import Key, ReadModel, on, remove
from ltc_runtime.http import EVERYONE, Read, View
from pydantic import Field
from sqlalchemy import Select, select

from ..deal.read import OpportunityRow
from ..deal.rules.events import FindingNoted, FindingStruck
from ..deal.rules.history import filled_form
from ..deal.rules.states import UnknownOpportunity
from .api import TRIANGLE, findings
from .rules import AnyFinding, Bid, key_of


class FindingRow(ReadModel, table="deal_finding"):
    """Something noted about a deal."""

    opportunity_id: Key[UUID] = Field(exclude=True)
    kind: Key[str]
    code: Key[str]
    content: dict[str, Any]
    noted_by: str | None
    noted_at: datetime


def row_of(opportunity_id: UUID, finding: AnyFinding, by: str | None, fact: Fact) -> Row:
    kind, code = key_of(finding)
    return {
        "opportunity_id": opportunity_id,
        "kind": kind,
        "code": code,
        "content": finding.model_dump(mode="json"),
        "noted_by": by,
        "noted_at": fact.occurred_at,
    }


def on_finding_noted(deal: FindingNoted, fact: Fact) -> Row:
    return row_of(deal.opportunity_id, deal.finding, deal.noted_by, fact)


def on_bid_submitted(deal: BidSubmitted, fact: Fact) -> Row:
    return row_of(deal.opportunity_id, Bid(proposal=deal.proposal, submitted_on=deal.submitted_on), deal.submitted_by, fact)


def on_form_filled(deal: FormFilled, fact: Fact) -> Row:
    return row_of(deal.opportunity_id, filled_form(deal), deal.filled_by, fact)


finding_list = projection(
    "deal_finding",
    on(FindingNoted, put_rows(FindingRow.table, on_finding_noted)),
    on(BidSubmitted, put_rows(FindingRow.table, on_bid_submitted)),
    on(FormFilled, put_rows(FindingRow.table, on_form_filled)),
    on(FindingStruck, remove(FindingRow)),
)


class FindingsView(View):
    """Everything noted about a deal; who has a say is in its decision chain."""

    data: Sequence[FindingRow]


@findings.query("/{opportunity_id}/findings", roles=EVERYONE, refuses=(UnknownOpportunity,))
async def list_findings(opportunity_id: UUID, read: Read, kind: str | None = None) -> FindingsView:
    """What is known about a deal: requirements, pains, competitors, plan and terms."""
    await read.row(OpportunityRow, UnknownOpportunity, opportunity_id=opportunity_id)
    found = of(opportunity_id).where(FindingRow.table.c.kind != "chain_member")
    if kind is not None:
        found = found.where(FindingRow.table.c.kind == kind)
    return FindingsView(data=[FindingRow(**row) for row in await read.all(found)])


class SeatView(View):
    """Somebody who has a say; the name is null where nobody said it, or where they are forgotten."""

    seat: str
    name: str | None
    subject_id: UUID | None = Field(description="By this id they are forgotten.")
    role: str
    influence: str
    attitude: str
    reports_to: str | None
    noted_at: datetime


class DecisionChain(View):
    """Who decides at the customer, and who reports to whom."""

    data: Sequence[SeatView]
    unclear: Sequence[str] = Field(description="What a good map would show and this one does not.")


@findings.query("/{opportunity_id}/decision-chain", roles=TRIANGLE, refuses=(UnknownOpportunity,))
async def show_decision_chain(opportunity_id: UUID, read: Read) -> DecisionChain:
    """The map of who decides at the customer."""
    await read.row(OpportunityRow, UnknownOpportunity, opportunity_id=opportunity_id)
    rows = await read.all(of(opportunity_id).where(FindingRow.table.c.kind == "chain_member"))
    names = await read.open_many([row["content"]["name"] for row in rows])
    seats = [seat_of(row, name) for row, name in zip(rows, names, strict=True)]
    return DecisionChain(data=seats, unclear=unclear(seats))


def seat_of(row: dict[str, Any], name: str | None) -> SeatView:
    content = row["content"]
    subject = None if content["name"] is None else UUID(content["name"].split(".")[2])
    said = {key: content[key] for key in ("role", "influence", "attitude", "reports_to")}
    return SeatView(seat=row["code"], name=name, subject_id=subject, noted_at=row["noted_at"], **said)


def unclear(seats: Sequence[SeatView]) -> list[str]:
    """Gaps of the map."""
    gaps = {
        "nobody is the economic buyer": not any(seat.role == "economic_buyer" for seat in seats),
        "nobody is our champion": not any(seat.attitude == "champion" for seat in seats),
    }
    unknown = [f"what {seat.seat} thinks of us" for seat in seats if seat.influence == "high" and seat.attitude == "unknown"]
    return [*(gap for gap, is_there in gaps.items() if is_there), *unknown]


def of(opportunity_id: UUID) -> Select[Any]:
    table = FindingRow.table.c
    return select(FindingRow.table).where(table.opportunity_id == opportunity_id).order_by(table.kind, table.code)
