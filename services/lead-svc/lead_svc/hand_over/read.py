"""Hand-overs, and where their leads are."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from ltc_events import Fact, projection
from ltc_events import change as change_rows
from ltc_events import put as put_rows
from ltc_events.lead import DeskHandedOver, LeadAssigned, LeadPooled
from ltc_events.projection import Row
from ltc_events.read_model import Key, ReadModel, on, put
from ltc_runtime.http import PREVIEW, Page, Paging, Read, Role, View
from pydantic import Field
from sqlalchemy import Select, func, select

from ..lead.read import LeadRow
from ..lead.rules.states import OPEN, LeadStatus
from ..workload.rules import LeadsHandedOver, UnknownHandOver
from .api import desks

SALES: tuple[Role, ...] = ("sales", "sales_manager")

# ── rows ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


class HandOver(ReadModel, table="hand_over"):
    """A hand-over."""

    hand_over_id: Key[UUID]
    owner: str
    to: str | None
    leads: int
    by: str
    at: datetime


class HandedLeadRow(ReadModel, table="handed_lead"):
    """A lead of a hand-over: when it moved, and its new owner; null in the pool."""

    hand_over_id: Key[UUID]
    lead_id: Key[UUID]
    moved_at: datetime | None
    owner: str | None


def handed(part: LeadsHandedOver) -> list[Row]:
    """Each of them waits to be moved."""
    return [{"hand_over_id": part.hand_over_id, "lead_id": lead_id, "moved_at": None, "owner": None} for lead_id in part.lead_ids]


def moved(lead: LeadAssigned | LeadPooled, fact: Fact) -> list[Row]:
    """A lead of a leaver has its new owner, or is in the pool."""
    if lead.hand_over_id is None:
        return []
    owner = lead.owner if isinstance(lead, LeadAssigned) else None
    return [{"hand_over_id": lead.hand_over_id, "lead_id": lead.lead_id, "moved_at": fact.occurred_at, "owner": owner}]


hand_over_list = projection(
    "hand_over_list",
    on(DeskHandedOver, put(HandOver, by=lambda desk, fact: fact.actor, at=lambda desk, fact: fact.occurred_at)),
    on(LeadsHandedOver, put_rows(HandedLeadRow.table, handed)),
    on(LeadAssigned, change_rows(HandedLeadRow.table, moved)),
    on(LeadPooled, change_rows(HandedLeadRow.table, moved)),
)


# ── queries ───────────────────────────────────────────────────────────────────────────────────────────────────────────


class HandedLead(View):
    """One lead of a hand-over."""

    lead_id: UUID
    company: str
    captured_at: datetime
    moved_at: datetime | None = Field(description="Null: not yet, or it was moved otherwise meanwhile.")
    owner: str | None = Field(description="The new owner; null where it went to the pool.")
    now: LeadStatus
    owner_now: str | None


class HandOverView(HandOver):
    """A hand-over, and where its leads are."""

    moved: int
    left_behind: int = Field(description="Leads the leaver still has.")
    data: Sequence[HandedLead] = Field(description=f"The {PREVIEW} that came first.")
    more: bool = Field(description="There are more: `/desks/hand-overs/{hand_over_id}/leads` lists them all.")


@desks.query("/hand-overs/{hand_over_id}", roles=SALES, refuses=(UnknownHandOver,))
async def show_hand_over(hand_over_id: UUID, read: Read) -> HandOverView:
    """Where the leads of a hand-over are."""
    head = await read.row(HandOver, UnknownHandOver, hand_over_id=hand_over_id)
    (counts,) = await read.all(counted(hand_over_id, head.owner))
    rows, more = await read.first(PREVIEW, handed_of(hand_over_id).order_by(*IN_TURN))
    return HandOverView(**dict(head), **counts, data=[HandedLead(**row) for row in rows], more=more)


@desks.query("/hand-overs/{hand_over_id}/leads", roles=SALES, refuses=(UnknownHandOver,))
async def list_leads_of_hand_over(hand_over_id: UUID, read: Read, paging: Paging) -> Page[HandedLead]:
    """Where each lead of a hand-over is, in the order of capture."""
    await read.row(HandOver, UnknownHandOver, hand_over_id=hand_over_id)
    return await read.page(handed_of(hand_over_id), key=IN_TURN, into=HandedLead, paging=paging, newest_first=False)


IN_TURN = (LeadRow.table.c.captured_at, LeadRow.table.c.lead_id)


def handed_of(hand_over_id: UUID) -> Select[Any]:
    """Its leads, and where they are."""
    handed, lead = HandedLeadRow.table.c, LeadRow.table.c
    then, now = (handed.moved_at, handed.owner), (lead.status.label("now"), lead.owner.label("owner_now"))
    joined = HandedLeadRow.table.join(LeadRow.table, lead.lead_id == handed.lead_id)
    return select(*IN_TURN, lead.company, *then, *now).select_from(joined).where(handed.hand_over_id == hand_over_id)


def counted(hand_over_id: UUID, leaver: str) -> Any:
    """How many of them moved, and how many the leaver still has."""
    each = handed_of(hand_over_id).subquery().c
    behind = (each.owner_now == leaver) & each.now.in_(OPEN)
    return select(func.count(each.moved_at).label("moved"), func.count().filter(behind).label("left_behind"))
