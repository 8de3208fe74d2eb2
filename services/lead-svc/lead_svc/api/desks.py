"""Who leaves, and where their leads go."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from ltc_events import Refusal, UserId
from ltc_runtime.http import PREVIEW, Api, Body, Handle, Page, Paging, Read, View
from pydantic import Field
from sqlalchemy import Select, func, select

from .. import projections as shown
from ..lead.rules.states import LeadStatus
from ..workload import rules as desk
from ..workload.rules import HandDeskOver, HandedToOneself, SuccessorLeft, TakeDeskUp, workload_of
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
    command = HandDeskOver(desk_id=workload_of(owner), hand_over_id=hand_over_id, owner=owner, to=body.to, by=handle.actor)
    return await handle(command, HandOverStarted(hand_over_id=hand_over_id))


@desks.act("/{owner}/take-up", roles=MANAGERS)
async def take_desk_up(owner: UserId, handle: Handle) -> None:
    """Let somebody who had left have leads and deals again."""
    return await handle(TakeDeskUp(desk_id=workload_of(owner), owner=owner))


class HandedLead(View):
    """One lead of a hand-over."""

    lead_id: UUID
    company: str
    captured_at: datetime
    moved_at: datetime | None = Field(description="Null: not yet, or somebody else moved it meanwhile.")
    owner: str | None = Field(description="Who got it; null where it went to the pool.")
    now: LeadStatus
    owner_now: str | None


class HandOverView(View):
    """A hand-over, and where its leads are."""

    hand_over_id: UUID
    owner: str
    to: str | None
    leads: int
    by: str
    at: datetime
    moved: int
    left_behind: int = Field(description="Leads the one who left still has.")
    data: Sequence[HandedLead] = Field(description=f"The {PREVIEW} that came first.")
    more: bool = Field(description="There are more: `/desks/hand-overs/{hand_over_id}/leads` lists them all.")


@desks.query("/hand-overs/{hand_over_id}", roles=SALES, refuses=(UnknownHandOver,))
async def show_hand_over(hand_over_id: UUID, read: Read) -> HandOverView:
    """What became of the leads of a hand-over."""
    head = await known(hand_over_id, read)
    (counts,) = await read.all(counted(hand_over_id, head["owner"]))
    rows, more = await read.first(PREVIEW, handed_of(hand_over_id).order_by(*IN_TURN))
    return HandOverView(**head, **counts, data=[HandedLead(**row) for row in rows], more=more)


@desks.query("/hand-overs/{hand_over_id}/leads", roles=SALES, refuses=(UnknownHandOver,))
async def list_leads_of_hand_over(hand_over_id: UUID, read: Read, paging: Paging) -> Page[HandedLead]:
    """What became of each lead of a hand-over, in the order in which they came."""
    await known(hand_over_id, read)
    return await read.page(handed_of(hand_over_id), key=IN_TURN, into=HandedLead, paging=paging, newest_first=False)


IN_TURN = (shown.leads.c.captured_at, shown.leads.c.lead_id)


async def known(hand_over_id: UUID, read: Read) -> dict[str, Any]:
    """The row of a hand-over."""
    return await read.one(select(shown.hand_overs).where(shown.hand_overs.c.hand_over_id == hand_over_id), UnknownHandOver)


def handed_of(hand_over_id: UUID) -> Select[Any]:
    """Its leads, and where they are."""
    handed, lead = shown.handed_leads.c, shown.leads.c
    then, now = (handed.moved_at, handed.owner), (lead.status.label("now"), lead.owner.label("owner_now"))
    joined = shown.handed_leads.join(shown.leads, lead.lead_id == handed.lead_id)
    return select(*IN_TURN, lead.company, *then, *now).select_from(joined).where(handed.hand_over_id == hand_over_id)


def counted(hand_over_id: UUID, leaver: str) -> Any:
    """How many of them moved, and how many the one who left still has."""
    each = handed_of(hand_over_id).subquery().c
    behind = (each.owner_now == leaver) & each.now.in_(OPEN)
    return select(func.count(each.moved_at).label("moved"), func.count().filter(behind).label("left_behind"))
