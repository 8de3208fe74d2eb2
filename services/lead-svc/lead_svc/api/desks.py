"""Who leaves, and where their leads go."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from ltc_events import Refusal, UserId
from ltc_runtime.edge import Api, Body, Handle, Read, View
from pydantic import Field
from sqlalchemy import select

from .. import projections as shown
from ..domain import desk
from ..domain.desk import HandDeskOver, HandedToOneself, SuccessorLeft, TakeDeskUp, desk_of
from ..domain.lead import LeadStatus
from .resource import MANAGERS, OPEN, SALES

desks = Api("/desks", stream=desk.decider)


class UnknownHandOver(Refusal):
    """There is no such hand-over."""

    status = 404


class HandOverBody(Body):
    """Who gets the leads."""

    to: UserId | None = Field(
        None, examples=["bob"], description="Nobody named: the rules say who; what fits none is in the pool, with an alarm."
    )


class HandOverStarted(View):
    """Where to see how far it is."""

    hand_over_id: UUID


@desks.act("/{owner}/hand-over", roles=MANAGERS, refuses=(HandedToOneself, SuccessorLeft))
async def hand_desk_over(owner: UserId, body: HandOverBody, handle: Handle) -> HandOverStarted:
    """Hand all open work of somebody who leaves to somebody else: leads here, deals and tasks in opportunity-svc, which hears of it.

    Each lead and deal is moved by itself, with its history. Whatever still reaches the one who left goes the same way, and rules give them
    nothing more. `GET /desks/hand-overs/{hand_over_id}` says what became of the leads, `GET /hand-overs/{hand_over_id}` of opportunity-svc
    what became of the deals.
    """
    hand_over_id = handle.new_id("hand-over")
    command = HandDeskOver(desk_id=desk_of(owner), hand_over_id=hand_over_id, owner=owner, to=body.to, by=handle.actor)
    return await handle(command, HandOverStarted(hand_over_id=hand_over_id))


@desks.act("/{owner}/take-up", roles=MANAGERS)
async def take_desk_up(owner: UserId, handle: Handle) -> None:
    """Let somebody who had left have leads and deals again."""
    return await handle(TakeDeskUp(desk_id=desk_of(owner), owner=owner))


class HandedLead(View):
    """One lead of a hand-over."""

    lead_id: UUID
    company: str
    moved_at: datetime | None = Field(description="Null: not yet, or somebody else moved it meanwhile.")
    owner: str | None = Field(description="Who got it; null where it went to the pool.")
    now: LeadStatus
    owner_now: str | None


class HandOverView(View):
    """A hand-over, and where each lead is."""

    hand_over_id: UUID
    owner: str
    to: str | None
    leads: int
    by: str
    at: datetime
    moved: int
    left_behind: int = Field(description="Leads the one who left still has.")
    data: Sequence[HandedLead]


@desks.query("/hand-overs/{hand_over_id}", roles=SALES, refuses=(UnknownHandOver,))
async def show_hand_over(hand_over_id: UUID, read: Read) -> HandOverView:
    """What became of each lead in a hand-over."""
    head = await read.one(select(shown.hand_overs).where(shown.hand_overs.c.hand_over_id == hand_over_id), UnknownHandOver)
    handed, lead = shown.handed_leads.c, shown.leads.c
    columns = (handed.lead_id, lead.company, handed.moved_at, handed.owner, lead.status.label("now"), lead.owner.label("owner_now"))
    joined = shown.handed_leads.join(shown.leads, lead.lead_id == handed.lead_id)
    found = select(*columns).select_from(joined).where(handed.hand_over_id == hand_over_id).order_by(lead.captured_at, lead.lead_id)
    rows = [HandedLead(**row) for row in await read.all(found)]
    behind = sum(row.owner_now == head["owner"] and row.now in OPEN for row in rows)
    return HandOverView(**head, moved=sum(row.moved_at is not None for row in rows), left_behind=behind, data=rows)
