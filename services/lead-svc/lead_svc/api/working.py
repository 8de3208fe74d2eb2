"""What people do with a lead, from its owner to its end."""

from datetime import date
from typing import Annotated
from uuid import UUID

from ltc_events import Code, Name, Text, UserId
from ltc_runtime.http import Body, Handle, View
from pydantic import Field

from ..conversion.rules import TriangleNotThreePeople
from ..lead.rules.assignment import AssignLead, ClaimantLeft, ClaimLead, ClaimLimitReached
from ..lead.rules.conversion import ConvertLead, opportunity_of
from ..lead.rules.pool import LeadInPool, LeadNotInPool, OwnedBefore, ReleaseLead
from ..lead.rules.qualification import Budget, DisqualifyLead, QualifyLead
from ..lead.rules.states import (
    BantIncomplete,
    LeadAlreadyQualified,
    LeadClosed,
    LeadNotAssigned,
    LeadNotQualified,
    NotYourLead,
    UnknownLead,
)
from .resource import SALES, leads


class AssignBody(Body):
    """Whose it shall be."""

    owner: UserId = Field(examples=["ann"])


@leads.act("/{lead_id}/assign", roles=SALES, refuses=(UnknownLead, LeadClosed, LeadInPool, OwnedBefore))
async def assign_lead(lead_id: UUID, body: AssignBody, handle: Handle) -> None:
    """Give a lead to one of us. Out of the pool only a manager gives it; others claim it."""
    command = AssignLead(lead_id=lead_id, owner=body.owner, by_manager="sales_manager" in handle.roles, at=handle.now)
    return await handle(command)


@leads.act("/{lead_id}/claim", roles=SALES, refuses=(UnknownLead, LeadClosed, LeadNotInPool, OwnedBefore, ClaimLimitReached, ClaimantLeft))
async def claim_lead(lead_id: UUID, handle: Handle) -> None:
    """Take a lead out of the pool."""
    return await handle(ClaimLead(lead_id=lead_id, owner=handle.actor, at=handle.now))


class ReleaseBody(Body):
    """Why it is given back."""

    reason: Text = Field(examples=["Not my trade"])


@leads.act("/{lead_id}/release", roles=SALES, refuses=(UnknownLead, LeadClosed, LeadNotAssigned, LeadAlreadyQualified, NotYourLead))
async def release_lead(lead_id: UUID, body: ReleaseBody, handle: Handle) -> None:
    """Give a lead back to the pool. The owner does, or a manager."""
    by_manager = "sales_manager" in handle.roles
    return await handle(ReleaseLead(lead_id=lead_id, reason=body.reason, actor=handle.actor, by_manager=by_manager))


class QualifyBody(Body):
    """What was found out; what is still missing is refused by name."""

    need: Text | None = Field(None, examples=["Forty graphics cards by Christmas"])
    budget: Budget | None = None
    authority: Name | None = Field(None, examples=["Head of IT"], description="The role that decides at the customer, not a person.")
    timing: date | None = Field(None, examples=["2026-12-24"], description="When the customer wants it.")


@leads.act("/{lead_id}/qualify", roles=SALES, refuses=(UnknownLead, LeadClosed, LeadNotAssigned, LeadAlreadyQualified, BantIncomplete))
async def qualify_lead(lead_id: UUID, body: QualifyBody, handle: Handle) -> None:
    """Confirm need, budget, authority and timing."""
    return await handle(QualifyLead(lead_id=lead_id, need=body.need, budget=body.budget, authority=body.authority, timing=body.timing))


class DisqualifyBody(Body):
    """Why nothing will come of it."""

    reason: Text = Field(examples=["A student's homework"])


@leads.act("/{lead_id}/disqualify", roles=SALES, refuses=(UnknownLead, LeadClosed))
async def disqualify_lead(lead_id: UUID, body: DisqualifyBody, handle: Handle) -> None:
    """Give a lead up."""
    return await handle(DisqualifyLead(lead_id=lead_id, reason=body.reason))


Profile = Annotated[
    Code | None, Field(examples=["light"], description="The sales process the deal shall follow; the usual one, if nothing is said.")
]


class ConvertBody(Body):
    """The iron triangle: three different people."""

    account_manager: UserId = Field(examples=["ann"])
    solution_manager: UserId = Field(examples=["sam"])
    fulfilment_manager: UserId = Field(examples=["fay"])
    expected_close: date | None = Field(None, description="When the deal should be closed; the customer's timing, if nothing is said.")
    profile: Profile = None


class Converted(View):
    """The deal it becomes, in opportunity-svc."""

    opportunity_id: UUID


@leads.act("/{lead_id}/convert", roles=SALES, refuses=(UnknownLead, LeadClosed, LeadNotQualified, TriangleNotThreePeople))
async def convert_lead(lead_id: UUID, body: ConvertBody, handle: Handle) -> Converted:
    """Hand a qualified lead over to sales as an opportunity."""
    command = ConvertLead(
        lead_id=lead_id,
        account_manager=body.account_manager,
        solution_manager=body.solution_manager,
        fulfilment_manager=body.fulfilment_manager,
        expected_close=body.expected_close,
        profile=body.profile,
    )
    return await handle(command, Converted(opportunity_id=opportunity_of(lead_id)))
