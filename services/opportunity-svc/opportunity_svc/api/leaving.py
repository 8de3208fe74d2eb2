"""What became of the deals and tasks of somebody who left, and what stays theirs."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from ltc_events import Refusal
from ltc_runtime.edge import Api, Read, View
from pydantic import Field
from sqlalchemy import or_, select

from .. import projections as shown
from ..domain.leaving import SEATS
from ..domain.opportunity import OpportunityStatus
from ..domain.task import TaskKind
from .authority import GrantRow, grant_row
from .mandates import DelegationRow, MandateRow, delegation_row, mandate_row
from .roles import SALES

hand_overs = Api("/hand-overs")


class UnknownHandOver(Refusal):
    """Nothing is known here of such a hand-over: there is none, or it was not heard of yet."""

    status = 404


Seat = Literal["account_manager", "solution_manager", "fulfilment_manager"]


class HandedDeal(View):
    """One deal of a hand-over."""

    opportunity_id: UUID
    company: str
    status: OpportunityStatus
    moved_at: datetime | None = Field(description="Null: not yet, it stays, or somebody else moved it meanwhile.")
    owner: str | None = Field(description="Who got the seat.")
    left_behind: Sequence[Seat] = Field(description="The seats that who left still holds, of a deal that is not decided.")
    hindrance: str | None = Field(description="Why a seat stayed; whoever ordered the hand-over has a task about it.")


class HandedTask(View):
    """One task of a hand-over."""

    task_id: UUID
    kind: TaskKind
    opportunity_id: UUID | None
    moved_at: datetime | None
    owner: str | None = Field(description="Who got it.")
    owner_now: str
    status: Literal["open", "done", "dropped"]


class WorkHandOverView(View):
    """A hand-over, where each deal and task is, and what goes to nobody by itself."""

    hand_over_id: UUID
    owner: str = Field(description="Who left.")
    to: str | None
    by: str
    at: datetime
    moved: int
    left_behind: int = Field(description="Deals and tasks who left still has.")
    deals: Sequence[HandedDeal]
    tasks: Sequence[HandedTask]
    mandates: Sequence[MandateRow] = Field(description="Theirs until a manager takes them back; nobody gets them with the deals.")
    delegations: Sequence[DelegationRow] = Field(description="What they lent, and what others lent them, as far as it goes on.")
    authority: Sequence[GrantRow] = Field(description="How much discount they may still allow, likewise.")


@hand_overs.query("/{hand_over_id}", roles=SALES, refuses=(UnknownHandOver,))
async def show_work_hand_over(hand_over_id: UUID, read: Read) -> WorkHandOverView:
    """What became of each deal and task in a hand-over; it has the id that lead-svc answered."""
    head = await read.one(select(shown.hand_overs).where(shown.hand_overs.c.hand_over_id == hand_over_id), UnknownHandOver)
    user = head["user"]
    deals, tasks = await deals_of(hand_over_id, user, read), await tasks_of(hand_over_id, read)
    behind = [deal for deal in deals if deal.left_behind]
    waiting = [task for task in tasks if task.status == "open" and task.owner_now == user]
    return WorkHandOverView(
        **{name: head[name] for name in ("hand_over_id", "to", "by", "at")},
        owner=user,
        moved=sum(deal.moved_at is not None for deal in deals) + sum(task.moved_at is not None for task in tasks),
        left_behind=len(behind) + len(waiting),
        deals=deals,
        tasks=tasks,
        mandates=await mandates_of(user, read),
        delegations=await delegations_of(user, read),
        authority=await authority_of(user, read),
    )


async def deals_of(hand_over_id: UUID, user: str, read: Read) -> list[HandedDeal]:
    handed, deal, task = shown.handed_work.c, shown.opportunities.c, shown.tasks.c
    joined = shown.handed_work.join(shown.opportunities, deal.opportunity_id == handed.id)
    seats = tuple(deal[seat] for seat in SEATS)
    columns = (deal.opportunity_id, deal.company, deal.status, handed.moved_at, handed.owner, *seats)
    found = select(*columns).select_from(joined).where(handed.hand_over_id == hand_over_id, handed.what == "deal")
    stays = select(task.opportunity_id, task.why).where(
        task.hand_over_id == hand_over_id, task.kind == "seat_stays", task.status == "open"
    )  # fmt: skip
    why = {row["opportunity_id"]: row["why"]["hindrance"] for row in await read.all(stays)}
    rows = await read.all(found.order_by(deal.opened_at, deal.opportunity_id))
    return [handed_deal(row, user, why.get(row["opportunity_id"])) for row in rows]


def handed_deal(row: dict[str, Any], user: str, hindrance: str | None) -> HandedDeal:
    going = row["status"] in ("open", "suspended")
    said = {name: row[name] for name in ("opportunity_id", "company", "status", "moved_at", "owner")}
    return HandedDeal(**said, left_behind=[seat for seat in SEATS if going and row[seat] == user], hindrance=hindrance)


async def tasks_of(hand_over_id: UUID, read: Read) -> list[HandedTask]:
    handed, task = shown.handed_work.c, shown.tasks.c
    joined = shown.handed_work.join(shown.tasks, task.task_id == handed.id)
    columns = (task.task_id, task.kind, task.opportunity_id, task.status, task.owner.label("owner_now"), handed.moved_at, handed.owner)
    found = select(*columns).select_from(joined).where(handed.hand_over_id == hand_over_id, handed.what == "task")
    return [HandedTask(**row) for row in await read.all(found.order_by(task.due, task.task_id))]


async def mandates_of(user: str, read: Read) -> list[MandateRow]:
    held, today = shown.mandates.c, read.now.date()
    lasts = or_(held.valid_to.is_(None), held.valid_to >= today)
    found = select(shown.mandates).where(held.holder == user, ~held.revoked, lasts).order_by(held.gate, held.currency)
    return [mandate_row(row) for row in await read.all(found)]


async def delegations_of(user: str, read: Read) -> list[DelegationRow]:
    given = shown.delegations.c
    theirs = or_(given.holder == user, given.delegate == user)
    found = select(shown.delegations).where(theirs, ~given.ended, given.valid_to >= read.now.date()).order_by(given.delegated_at)
    return [delegation_row(row) for row in await read.all(found)]


async def authority_of(user: str, read: Read) -> list[GrantRow]:
    held, today = shown.authority_grants.c, read.now.date()
    lasts = or_(held.valid_to.is_(None), held.valid_to >= today)
    found = select(shown.authority_grants).where(held.holder == user, ~held.revoked, lasts).order_by(held.currency)
    return [grant_row(**row) for row in await read.all(found)]
