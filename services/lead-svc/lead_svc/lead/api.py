"""Sales work on leads: assign, claim, release, qualify, disqualify, convert and join."""

from datetime import date
from uuid import UUID

from ltc_events import Text, UserId
from ltc_runtime.http import Api, Body, Handle, Role, View
from pydantic import Field

from ..conversion.rules import TriangleNotThreePeople
from ..deal.rules import DealDecided, UnknownDeal
from .rules import decider
from .rules.assignment import AssignLead, ClaimantLeft, ClaimLead, ClaimLimitReached
from .rules.conversion import ConvertLead, JoinDeal, Profile, opportunity_of
from .rules.pool import LeadInPool, LeadNotInPool, OwnedBefore, ReleaseLead
from .rules.qualification import DisqualifyLead, QualifyLead
from .rules.states import (
    BantIncomplete,
    LeadAlreadyQualified,
    LeadClosed,
    LeadNotAssigned,
    LeadNotQualified,
    NotYourLead,
    UnknownLead,
)

SALES: tuple[Role, ...] = ("sales", "sales_manager")
CLOSED = (UnknownLead, LeadClosed)
ASSIGNED = (*CLOSED, LeadNotAssigned, LeadAlreadyQualified)

leads = Api("/leads", stream=decider)
leads.act("/{lead_id}/qualify", QualifyLead, roles=SALES, refuses=(*ASSIGNED, BantIncomplete))
leads.act("/{lead_id}/disqualify", DisqualifyLead, roles=SALES, refuses=CLOSED)


class AssignBody(Body):
    """The new owner."""

    owner: UserId = Field(examples=["ann"])


@leads.act("/{lead_id}/assign", roles=SALES, refuses=(*CLOSED, LeadInPool, OwnedBefore))
async def assign_lead(lead_id: UUID, body: AssignBody, handle: Handle) -> None:
    """Assign a lead to an owner. Out of the pool only a manager assigns it; others claim it."""
    command = AssignLead(lead_id=lead_id, owner=body.owner, by_manager="sales_manager" in handle.roles, at=handle.now)
    return await handle(command)


@leads.act("/{lead_id}/claim", roles=SALES, refuses=(*CLOSED, LeadNotInPool, OwnedBefore, ClaimLimitReached, ClaimantLeft))
async def claim_lead(lead_id: UUID, handle: Handle) -> None:
    """Take a lead out of the pool."""
    return await handle(ClaimLead(lead_id=lead_id, owner=handle.actor, at=handle.now))


class ReleaseBody(Body):
    """Why it is given back."""

    reason: Text = Field(examples=["Not my trade"])


@leads.act("/{lead_id}/release", roles=SALES, refuses=(*ASSIGNED, NotYourLead))
async def release_lead(lead_id: UUID, body: ReleaseBody, handle: Handle) -> None:
    """Give a lead back to the pool. Only its owner or a manager does."""
    by_manager = "sales_manager" in handle.roles
    return await handle(ReleaseLead(lead_id=lead_id, reason=body.reason, actor=handle.actor, by_manager=by_manager))


class ConvertBody(Body):
    """The iron triangle: three different people."""

    account_manager: UserId = Field(examples=["ann"])
    solution_manager: UserId = Field(examples=["sam"])
    fulfilment_manager: UserId = Field(examples=["fay"])
    expected_close: date | None = Field(None, description="When the deal should be closed; the timing of the customer, if nothing is said.")
    profile: Profile = None


class Converted(View):
    """The deal it becomes, in opportunity-svc."""

    opportunity_id: UUID


@leads.act("/{lead_id}/convert", roles=SALES, refuses=(*CLOSED, LeadNotQualified, TriangleNotThreePeople))
async def convert_lead(lead_id: UUID, body: ConvertBody, handle: Handle) -> Converted:
    """Hand a qualified lead over to sales as an opportunity."""
    return await handle(ConvertLead(lead_id=lead_id, **dict(body)), Converted(opportunity_id=opportunity_of(lead_id)))


class JoinBody(Body):
    """The open deal."""

    opportunity_id: UUID


@leads.act("/{lead_id}/join", roles=SALES, refuses=(*CLOSED, LeadNotQualified, UnknownDeal, DealDecided))
async def join_opportunity(lead_id: UUID, body: JoinBody, handle: Handle) -> Converted:
    """Hand a qualified lead over to sales as part of an open deal, with its iron triangle.

    If the deal is decided at the same moment, the lead returns, qualified as before.
    """
    return await handle(JoinDeal(lead_id=lead_id, opportunity_id=body.opportunity_id), Converted(opportunity_id=body.opportunity_id))
