"""What we find out about a deal and mean to do about it."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from ltc_events import Code, Name
from ltc_runtime.http import EVERYONE, Body, Handle, Read, View
from pydantic import Field
from sqlalchemy import Select, select

from .. import projections as shown
from ..deal.rules.findings import (
    BidNotReady,
    BidTooLate,
    ForgetMember,
    NoteFinding,
    PainCausesItself,
    StrikeFinding,
    SubmitBid,
    UnknownFinding,
    UnknownMember,
)
from ..deal.rules.states import DayInTheFuture, UnknownOpportunity
from ..finding.rules import AnyNotable, BidTerms, ChainMember, Competitor, Initiation, Meddicc, Pain, PlanStep, Poc, Requirement, StruckKind
from .resource import OPEN, opportunities
from .roles import SALES, TRIANGLE, WRITERS


async def noted(opportunity_id: UUID, finding: AnyNotable, handle: Handle) -> None:
    return await handle(NoteFinding(opportunity_id=opportunity_id, finding=finding, actor=handle.actor))


@opportunities.act("/{opportunity_id}/initiation", roles=WRITERS, refuses=OPEN)
async def note_initiation(opportunity_id: UUID, body: Initiation, handle: Handle) -> None:
    """Say what the deal is to us as a project (立项): goal, scope, resources."""
    return await noted(opportunity_id, body, handle)


@opportunities.act("/{opportunity_id}/plan-steps", roles=TRIANGLE, refuses=OPEN)
async def note_plan_step(opportunity_id: UUID, body: PlanStep, handle: Handle) -> None:
    """Plan a step (销售计划), or change one: a code names one step."""
    return await noted(opportunity_id, body, handle)


@opportunities.act("/{opportunity_id}/pains", roles=WRITERS, refuses=(*OPEN, UnknownFinding, PainCausesItself))
async def note_pain(opportunity_id: UUID, body: Pain, handle: Handle) -> None:
    """Note what hurts the customer (痛点链), whom, and because of which other pain; a code names one pain."""
    return await noted(opportunity_id, body, handle)


@opportunities.act("/{opportunity_id}/requirements", roles=TRIANGLE, refuses=OPEN)
async def note_requirement(opportunity_id: UUID, body: Requirement, handle: Handle) -> None:
    """Note what the customer asks for, and how far we comply with it; a code names one requirement."""
    return await noted(opportunity_id, body, handle)


@opportunities.act("/{opportunity_id}/competitors", roles=WRITERS, refuses=OPEN)
async def note_competitor(opportunity_id: UUID, body: Competitor, handle: Handle) -> None:
    """Note who else wants the deal, and how we win against them."""
    return await noted(opportunity_id, body, handle)


@opportunities.act("/{opportunity_id}/meddicc", roles=WRITERS, refuses=OPEN)
async def note_meddicc(opportunity_id: UUID, body: Meddicc, handle: Handle) -> None:
    """Note metrics, decision criteria and decision process; the rest of MEDDICC are findings of their own."""
    return await noted(opportunity_id, body, handle)


@opportunities.act("/{opportunity_id}/pocs", roles=WRITERS, refuses=OPEN)
async def note_poc(opportunity_id: UUID, body: Poc, handle: Handle) -> None:
    """Note that a proof of concept was asked for, or how it ended."""
    return await noted(opportunity_id, body, handle)


@opportunities.act("/{opportunity_id}/bid-terms", roles=WRITERS, refuses=OPEN)
async def note_bid_terms(opportunity_id: UUID, body: BidTerms, handle: Handle) -> None:
    """Name price floor, deadline and bond of the bid.

    A decision to bid is about exactly these: whoever changes them afterwards has to ask for it anew.
    """
    return await noted(opportunity_id, body, handle)


class ChainMemberBody(Body):
    """Somebody who has a say at the customer."""

    code: Code = Field(examples=["cfo"], description="The seat; noted again, it is the same seat.")
    name: Name | None = Field(None, examples=["Jo Doe"], description="Kept sealed.")
    role: Literal["economic_buyer", "technical_buyer", "user_buyer", "coach", "gatekeeper"]
    influence: Literal["high", "medium", "low"]
    attitude: Literal["champion", "supporter", "neutral", "opponent", "unknown"] = "unknown"
    reports_to: Code | None = Field(None, description="The seat above.")


@opportunities.act("/{opportunity_id}/decision-chain", roles=WRITERS, refuses=(*OPEN, UnknownFinding))
async def note_chain_member(opportunity_id: UUID, body: ChainMemberBody, handle: Handle) -> None:
    """Note who has a say at the customer (决策链), how much, and what they think of us."""
    name = None if body.name is None else handle.seal(handle.new_id("person"), body.name)
    return await noted(opportunity_id, ChainMember(**{**dict(body), "name": name}), handle)


@opportunities.act("/{opportunity_id}/people/{subject_id}/forget", roles=("operator", "legal"), refuses=(UnknownOpportunity, UnknownMember))
async def forget_member(opportunity_id: UUID, subject_id: UUID, handle: Handle) -> None:
    """Forget somebody in the decision chain: the key of their name is destroyed, the seat stays."""
    known = await handle.known(subject_id)
    handle.forget(subject_id)
    return await handle(ForgetMember(opportunity_id=opportunity_id, subject_id=subject_id, known=known))


class BidBody(Body):
    """Which bid is with the customer, since when."""

    proposal: Name = Field(examples=["Technical and commercial proposal, version 3"])
    submitted_on: date | None = Field(None, description="Today, if nothing is said.")


@opportunities.act("/{opportunity_id}/bid", roles=SALES, refuses=(*OPEN, DayInTheFuture, BidNotReady, BidTooLate))
async def submit_bid(opportunity_id: UUID, body: BidBody, handle: Handle) -> None:
    """Note that our bid is with the customer; where the pipeline has the gate ATB, it is passed first."""
    command = SubmitBid(
        opportunity_id=opportunity_id,
        proposal=body.proposal,
        submitted_on=body.submitted_on or handle.today,
        today=handle.today,
        actor=handle.actor,
    )
    return await handle(command)


class StrikeBody(Body):
    """What no longer holds."""

    kind: StruckKind
    code: Code | None = Field(None, description="Of what a deal may have several of.")


@opportunities.act("/{opportunity_id}/findings/strike", roles=WRITERS, refuses=(*OPEN, UnknownFinding))
async def strike_finding(opportunity_id: UUID, body: StrikeBody, handle: Handle) -> None:
    """Take back what no longer holds."""
    return await handle(StrikeFinding(opportunity_id=opportunity_id, kind=body.kind, code=body.code or "", actor=handle.actor))


class FindingView(View):
    """Something noted about a deal."""

    kind: str
    code: str
    content: dict[str, Any]
    noted_by: str | None
    noted_at: datetime


class FindingsView(View):
    """Everything noted about a deal; who has a say is in its decision chain."""

    data: Sequence[FindingView]


@opportunities.query("/{opportunity_id}/findings", roles=EVERYONE, refuses=(UnknownOpportunity,))
async def list_findings(opportunity_id: UUID, read: Read, kind: str | None = None) -> FindingsView:
    """What is known about a deal: requirements, pains, competitors, plan and terms."""
    await must_be_known(opportunity_id, read)
    found = of(opportunity_id).where(shown.findings.c.kind != "chain_member")
    if kind is not None:
        found = found.where(shown.findings.c.kind == kind)
    return FindingsView(data=[FindingView(**row) for row in await read.all(found)])


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


@opportunities.query("/{opportunity_id}/decision-chain", roles=TRIANGLE, refuses=(UnknownOpportunity,))
async def show_decision_chain(opportunity_id: UUID, read: Read) -> DecisionChain:
    """The map of who decides at the customer."""
    await must_be_known(opportunity_id, read)
    rows = await read.all(of(opportunity_id).where(shown.findings.c.kind == "chain_member"))
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
    table = shown.findings.c
    return select(shown.findings).where(table.opportunity_id == opportunity_id).order_by(table.kind, table.code)


async def must_be_known(opportunity_id: UUID, read: Read) -> None:
    table = shown.opportunities.c
    await read.one(select(table.opportunity_id).where(table.opportunity_id == opportunity_id), UnknownOpportunity)
