"""How leads become deals: one joins a deal there is, many become deals at one request."""

from collections.abc import Sequence
from datetime import date
from typing import Literal
from uuid import UUID

from ltc_events import Refusal, UserId
from ltc_runtime.http import Api, Body, Handle, Read, View
from pydantic import Field
from sqlalchemy import select

from .. import projections as shown
from ..conversion import rules as converting
from ..conversion.rules import LeadIds, RequestConversions, TriangleNotThreePeople
from ..deal.rules import DealDecided, UnknownDeal
from ..lead.rules.conversion import JoinDeal
from ..lead.rules.states import LeadClosed, LeadNotQualified, UnknownLead
from .resource import SALES, leads
from .working import Converted, Profile

conversions = Api("/conversions", stream=converting.decider)


class UnknownConversion(Refusal):
    """There is no such request to convert leads."""

    status = 404


class JoinBody(Body):
    """Which deal."""

    opportunity_id: UUID


@leads.act("/{lead_id}/join", roles=SALES, refuses=(UnknownLead, LeadClosed, LeadNotQualified, UnknownDeal, DealDecided))
async def join_opportunity(lead_id: UUID, body: JoinBody, handle: Handle) -> Converted:
    """Hand a qualified lead over to sales as part of a deal they work on already, with its iron triangle.

    A deal that is decided in this very moment cannot be joined any more: then the lead comes back, qualified as it was.
    """
    return await handle(JoinDeal(lead_id=lead_id, opportunity_id=body.opportunity_id), Converted(opportunity_id=body.opportunity_id))


class ConversionsBody(Body):
    """Which leads, and the iron triangle of all of them."""

    lead_ids: LeadIds
    account_manager: UserId = Field(examples=["ann"])
    solution_manager: UserId = Field(examples=["sam"])
    fulfilment_manager: UserId = Field(examples=["fay"])
    expected_close: date | None = None
    profile: Profile = None


class ConversionsRequested(View):
    """Where to see what became of each."""

    conversion_id: UUID


@conversions.create("", roles=SALES, refuses=(TriangleNotThreePeople,))
async def convert_leads(body: ConversionsBody, handle: Handle) -> ConversionsRequested:
    """Hand many leads over to sales, each as a deal of its own.

    Each lead is converted by itself: what speaks against one is noted and does not stop the others.
    """
    conversion_id = handle.new_id("conversion")
    return await handle(RequestConversions(conversion_id=conversion_id, **dict(body)), ConversionsRequested(conversion_id=conversion_id))


class ConvertedLead(View):
    """What became of one lead."""

    lead_id: UUID
    outcome: Literal["waiting", "converted", "refused"]
    opportunity_id: UUID | None
    code: str | None = Field(description="Why not, for programs.")
    detail: str | None = Field(description="Why not, for people.")


class Conversions(View):
    """What became of each lead of a request."""

    conversion_id: UUID
    waiting: int
    converted: int
    refused: int
    data: Sequence[ConvertedLead]


@conversions.query("/{conversion_id}", roles=SALES, refuses=(UnknownConversion,))
async def show_conversions(conversion_id: UUID, read: Read) -> Conversions:
    """What became of each lead of a request to convert many."""
    await read.version_of(converting.decider.of(conversion_id), UnknownConversion)
    table = shown.conversions.c
    columns = (table.lead_id, table.outcome, table.opportunity_id, table.code, table.detail)
    found = select(*columns).where(table.conversion_id == conversion_id).order_by(table.outcome, table.place, table.lead_id)
    rows = [ConvertedLead(**row) for row in await read.all(found)]
    counts = {outcome: sum(row.outcome == outcome for row in rows) for outcome in ("waiting", "converted", "refused")}
    return Conversions(conversion_id=conversion_id, data=rows, **counts)
