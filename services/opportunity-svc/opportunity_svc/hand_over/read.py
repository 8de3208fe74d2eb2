"""Shows what became of the deals and tasks of a user who left, and what stays theirs."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import partial
from typing import Any, Literal
from uuid import UUID

from ltc_events import Fact, Refusal, change, on, projection, put
from ltc_events.opportunity_gates import OpportunityChanged
from ltc_events.opportunity_tasks import TaskReassigned
from ltc_events.projection import Row
from ltc_runtime.http import PREVIEW, Api, Page, Paging, Read, View
from pydantic import Field
from sqlalchemy import Column, ColumnElement, DateTime, Integer, MetaData, Select, Table, Text, and_, func, or_, select
from sqlalchemy.dialects import postgresql

from ..authority_grant.read import GrantRow
from ..deal.read import OpportunityRow
from ..deal.rules.roles import SALES
from ..deal.rules.states import OpportunityStatus
from ..deal.rules.terms import triangle
from ..mandate.read import DelegationRow, MandateRow, delegation_row, delegation_rows, mandate_row, mandate_rows
from ..task.read import task_rows
from ..task.rules.states import TaskKind
from .rules import SEATS
from .rules.workload import WorkHandedOver, WorkPassedOn

read = MetaData(schema="read")
hand_over_rows = Table(
    "hand_over",
    read,
    Column("hand_over_id", postgresql.UUID, primary_key=True),
    Column("user", Text, nullable=False),
    Column("to", Text),
    Column("by", Text, nullable=False),
    Column("deals", Integer, nullable=False),
    Column("tasks", Integer, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
)

handed_work_rows = Table(
    "handed_work",
    read,
    Column("hand_over_id", postgresql.UUID, primary_key=True),
    Column("what", Text, primary_key=True),
    Column("id", postgresql.UUID, primary_key=True),
    # Until it moved: null.
    Column("moved_at", DateTime(timezone=True)),
    Column("owner", Text),
)


def handed(task: TaskReassigned, fact: Fact) -> list[Row]:
    """A task of who leaves is somebody else's."""
    if task.hand_over_id is None:
        return []
    return [{"hand_over_id": task.hand_over_id, "what": "task", "id": task.task_id, "moved_at": fact.occurred_at, "owner": task.owner}]


def moved(deal: OpportunityChanged, fact: Fact) -> list[Row]:
    """Their seats of a deal are somebody else's."""
    if deal.hand_over_id is None:
        return []
    come = next(iter({*triangle(deal.after)} - {*triangle(deal.before)}), None)
    return [{"hand_over_id": deal.hand_over_id, "what": "deal", "id": deal.opportunity_id, "moved_at": fact.occurred_at, "owner": come}]


def passed_on(work: WorkPassedOn) -> list[Row]:
    """It is to be moved."""
    return [{"hand_over_id": work.hand_over_id, "what": work.what, "id": id, "moved_at": None, "owner": None} for id in work.ids]


hand_over_list = projection(
    "hand_over_list",
    on(
        WorkHandedOver,
        put(hand_over_rows, lambda desk, fact: {**desk.model_dump(exclude={"desk_id"}), "at": fact.occurred_at}),
    ),
    on(WorkPassedOn, put(handed_work_rows, passed_on)),
    on(OpportunityChanged, change(handed_work_rows, moved)),
    on(TaskReassigned, change(handed_work_rows, handed)),
)


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
    opened_at: datetime
    moved_at: datetime | None = Field(description="Null: not yet, it stays, or somebody else moved it meanwhile.")
    owner: str | None = Field(description="Who got the seat.")
    left_behind: Sequence[Seat] = Field(description="The seats that who left still holds, of a deal that is not decided.")
    hindrance: str | None = Field(description="Why a seat stayed; whoever ordered the hand-over has a task about it.")


class HandedTask(View):
    """One task of a hand-over."""

    task_id: UUID
    kind: TaskKind
    opportunity_id: UUID | None
    due: date
    moved_at: datetime | None
    owner: str | None = Field(description="Who got it.")
    owner_now: str
    status: Literal["open", "done", "dropped"]


class WorkHandOverView(View):
    """A hand-over, where its deals and tasks are, and what goes to nobody by itself."""

    hand_over_id: UUID
    owner: str = Field(description="Who left.")
    to: str | None
    by: str
    at: datetime
    moved: int
    left_behind: int = Field(description="Deals and tasks who left still has.")
    deals: Sequence[HandedDeal] = Field(description=f"The {PREVIEW} that were opened first.")
    tasks: Sequence[HandedTask] = Field(description=f"The {PREVIEW} that are due first.")
    more: bool = Field(description="There are more: `deals` and `tasks` below this path list them all.")
    mandates: Sequence[MandateRow] = Field(description="Theirs until a manager takes them back; nobody gets them with the deals.")
    delegations: Sequence[DelegationRow] = Field(description="What they lent, and what others lent them, as far as it goes on.")
    authority: Sequence[GrantRow] = Field(description="How much discount they may still allow, likewise.")


@hand_overs.query("/{hand_over_id}", roles=SALES, refuses=(UnknownHandOver,))
async def show_work_hand_over(hand_over_id: UUID, read: Read) -> WorkHandOverView:
    """What became of the deals and tasks of a hand-over; it has the id that lead-svc answered."""
    head = await known(hand_over_id, read)
    user = head["user"]
    of_deals, of_tasks = deals_of(hand_over_id), tasks_of(hand_over_id)
    deals, more_deals = await read.first(PREVIEW, of_deals.order_by(*AS_OPENED))
    tasks, more_tasks = await read.first(PREVIEW, of_tasks.order_by(*AS_DUE))
    counts = [row for each in (counted(of_deals, has_seat(user)), counted(of_tasks, has_task(user))) for row in await read.all(each)]
    return WorkHandOverView(
        **{name: head[name] for name in ("hand_over_id", "to", "by", "at")},
        owner=user,
        moved=sum(each["moved"] for each in counts),
        left_behind=sum(each["left_behind"] for each in counts),
        deals=[handed_deal(user, **row) for row in deals],
        tasks=[HandedTask(**row) for row in tasks],
        more=more_deals or more_tasks,
        mandates=await mandates_of(user, read),
        delegations=await delegations_of(user, read),
        authority=await authority_of(user, read),
    )


@hand_overs.query("/{hand_over_id}/deals", roles=SALES, refuses=(UnknownHandOver,))
async def list_deals_of_hand_over(hand_over_id: UUID, read: Read, paging: Paging) -> Page[HandedDeal]:
    """What became of each deal of a hand-over, in the order in which they were opened."""
    into = partial(handed_deal, (await known(hand_over_id, read))["user"])
    return await read.page(deals_of(hand_over_id), key=AS_OPENED, into=into, paging=paging, newest_first=False)


@hand_overs.query("/{hand_over_id}/tasks", roles=SALES, refuses=(UnknownHandOver,))
async def list_tasks_of_hand_over(hand_over_id: UUID, read: Read, paging: Paging) -> Page[HandedTask]:
    """What became of each task of a hand-over, the earliest due first."""
    await known(hand_over_id, read)
    return await read.page(tasks_of(hand_over_id), key=AS_DUE, into=HandedTask, paging=paging, newest_first=False)


GOING = ("open", "suspended")
AS_OPENED = (OpportunityRow.table.c.opened_at, OpportunityRow.table.c.opportunity_id)
AS_DUE = (task_rows.c.due, task_rows.c.task_id)


async def known(hand_over_id: UUID, read: Read) -> dict[str, Any]:
    """The row of a hand-over."""
    return await read.one(select(hand_over_rows).where(hand_over_rows.c.hand_over_id == hand_over_id), UnknownHandOver)


def deals_of(hand_over_id: UUID) -> Select[Any]:
    """Its deals, who has their seats, and why one stayed."""
    handed, deal, task = handed_work_rows.c, OpportunityRow.table.c, task_rows.c
    stays = select(task.why["hindrance"].as_string()).where(
        task.hand_over_id == hand_over_id, task.opportunity_id == deal.opportunity_id, task.kind == "seat_stays", task.status == "open"
    )  # fmt: skip
    why = stays.order_by(task.raised_at.desc(), task.task_id).limit(1).scalar_subquery().label("hindrance")
    columns = (*AS_OPENED, deal.company, deal.status, *(deal[seat] for seat in SEATS), handed.moved_at, handed.owner, why)
    joined = handed_work_rows.join(OpportunityRow.table, deal.opportunity_id == handed.id)
    return select(*columns).select_from(joined).where(handed.hand_over_id == hand_over_id, handed.what == "deal")


def handed_deal(leaver: str, **row: Any) -> HandedDeal:
    """One of them, with the seats that ``leaver`` still holds."""
    return HandedDeal(**row, left_behind=[seat for seat in SEATS if row["status"] in GOING and row[seat] == leaver])


def tasks_of(hand_over_id: UUID) -> Select[Any]:
    """Its tasks, and whose they are."""
    handed, task = handed_work_rows.c, task_rows.c
    columns = (*AS_DUE, task.kind, task.opportunity_id, task.status, task.owner.label("owner_now"), handed.moved_at, handed.owner)
    joined = handed_work_rows.join(task_rows, task.task_id == handed.id)
    return select(*columns).select_from(joined).where(handed.hand_over_id == hand_over_id, handed.what == "task")


def counted(handed: Select[Any], behind: ColumnElement[bool]) -> Any:
    """How many of these moved, and how many stayed behind."""
    moved = func.count(handed_work_rows.c.moved_at).label("moved")
    return handed.with_only_columns(moved, func.count().filter(behind).label("left_behind"))


def has_seat(leaver: str) -> ColumnElement[bool]:
    deal = OpportunityRow.table.c
    return and_(deal.status.in_(GOING), or_(*(deal[seat] == leaver for seat in SEATS)))


def has_task(leaver: str) -> ColumnElement[bool]:
    return and_(task_rows.c.status == "open", task_rows.c.owner == leaver)


async def mandates_of(user: str, read: Read) -> list[MandateRow]:
    held, today = mandate_rows.c, read.now.date()
    lasts = or_(held.valid_to.is_(None), held.valid_to >= today)
    found = select(mandate_rows).where(held.holder == user, ~held.revoked, lasts).order_by(held.gate, held.currency)
    return [mandate_row(row) for row in await read.all(found)]


async def delegations_of(user: str, read: Read) -> list[DelegationRow]:
    given = delegation_rows.c
    theirs = or_(given.holder == user, given.delegate == user)
    found = select(delegation_rows).where(theirs, ~given.ended, given.valid_to >= read.now.date()).order_by(given.delegated_at)
    return [delegation_row(row) for row in await read.all(found)]


async def authority_of(user: str, read: Read) -> list[GrantRow]:
    """The grants of the user that are valid today or later."""
    held, today = GrantRow.table.c, read.now.date()
    lasts = or_(held.valid_to.is_(None), held.valid_to >= today)
    found = select(GrantRow.table).where(held.user == user, ~held.revoked, lasts).order_by(held.currency)
    return [GrantRow(**row) for row in await read.all(found)]
