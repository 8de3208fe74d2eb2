"""Shows tasks: what an owner has to do, and how it ended."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from ltc_events import Fact, UserId, change, on, projection, put
from ltc_events.opportunity_tasks import TaskDone, TaskDropped, TaskRaised, TaskReassigned, Why
from ltc_events.projection import Row
from ltc_runtime.http import EVERYONE, Page, Paging, Read, View, matching
from pydantic import Field
from sqlalchemy import JSON, Column, Date, DateTime, Index, MetaData, Select, Table, Text, select
from sqlalchemy.dialects import postgresql

from ..deal.read import OpportunityRow
from ..deal.rules.roles import MANAGERS
from . import rules as task
from .api import tasks
from .rules.states import TaskKind, UnknownTask

read = MetaData(schema="read")
task_rows = Table(
    "task",
    read,
    Column("task_id", postgresql.UUID, primary_key=True),
    Column("opportunity_id", postgresql.UUID),
    Column("about", Text),
    Column("kind", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("due", Date, nullable=False),
    Column("why", JSON, nullable=False),
    Column("hand_over_id", postgresql.UUID),
    Column("status", Text, nullable=False),
    Column("raised_at", DateTime(timezone=True), nullable=False),
    Column("ended_at", DateTime(timezone=True)),
    Column("done_by", Text),
    Column("dropped_because", Text),
    Index("task_of_owner", "owner", "status", "due", "task_id"),
    Index("task_by_due", "due", "task_id"),
    Index("task_of_deal", "opportunity_id"),
    Index("task_of_hand_over", "hand_over_id"),
)


def raised(task: TaskRaised, fact: Fact) -> Row:
    """Somebody has to see to it."""
    return {
        **task.model_dump(exclude={"why"}),
        "about": task.why.user if task.opportunity_id is None else None,
        "why": task.why.model_dump(mode="json", exclude_none=True),
        "hand_over_id": task.why.hand_over_id,
        "status": "open",
        "raised_at": fact.occurred_at,
        "ended_at": None,
        "done_by": None,
        "dropped_because": None,
    }


def done(task: TaskDone, fact: Fact) -> Row:
    """Somebody has."""
    return {"task_id": task.task_id, "status": "done", "ended_at": fact.occurred_at, "done_by": task.done_by}


def dropped(task: TaskDropped, fact: Fact) -> Row:
    """Nobody has to."""
    return {"task_id": task.task_id, "status": "dropped", "ended_at": fact.occurred_at, "dropped_because": task.reason}


task_list = projection(
    "task_list",
    on(TaskRaised, put(task_rows, raised)),
    on(TaskReassigned, change(task_rows, lambda task: {"task_id": task.task_id, "owner": task.owner})),
    on(TaskDone, change(task_rows, done)),
    on(TaskDropped, change(task_rows, dropped)),
)


TaskStatus = Literal["open", "done", "dropped"]


class TaskRow(View):
    """Something somebody has to see to."""

    task_id: UUID
    kind: TaskKind
    owner: str
    due: date
    opportunity_id: UUID | None = Field(description="The deal; null where it is about one of us.")
    company: str | None
    about: str | None = Field(description="Of whom it is, where it is of no deal.")
    why: Why = Field(description="The facts it was raised for.")
    status: TaskStatus
    raised_at: datetime
    ended_at: datetime | None
    done_by: str | None
    dropped_because: str | None = Field(description="How its reason went away: nobody has to see to it any more.")


class ListedTask(TaskRow):
    """A task, and whether it waits too long."""

    overdue: bool = Field(description="It is open, and was due before today.")


class TaskView(TaskRow):
    """A task, and what the caller may do now."""

    actions: Sequence[str]


def all_tasks() -> Select[Any]:
    """Tasks with the company of their deals."""
    table, deal = task_rows.c, OpportunityRow.table.c
    joined = task_rows.outerjoin(OpportunityRow.table, deal.opportunity_id == table.opportunity_id)
    return select(*table, deal.company).select_from(joined)


@tasks.query("", roles=EVERYONE)
async def list_tasks(
    read: Read,
    paging: Paging,
    owner: UserId | None = None,
    mine: bool = False,
    kind: TaskKind | None = None,
    opportunity_id: UUID | None = None,
    due_before: date | None = None,
    status: TaskStatus | None = None,
    hand_over_id: UUID | None = None,
) -> Page[ListedTask]:
    """What has to be seen to, the earliest due first; `mine` finds the caller's own, and `status=open` what is not over."""
    table, today = task_rows.c, read.now.date()
    asked: dict[Any, Any] = {
        table.owner: owner, table.kind: kind, table.opportunity_id: opportunity_id, table.status: status,
        table.hand_over_id: hand_over_id,
    }  # fmt: skip
    found = all_tasks().where(*matching(asked))
    if mine:
        found = found.where(table.owner == read.caller)
    if due_before is not None:
        found = found.where(table.due < due_before)
    key = (table.due, table.task_id)
    return await read.page(found, key=key, into=lambda **row: listed(row, today), paging=paging, newest_first=False)


@tasks.query("/{task_id}", roles=EVERYONE, refuses=(UnknownTask,))
async def show_task(task_id: UUID, read: Read) -> TaskView:
    """One task."""
    found = all_tasks().where(task_rows.c.task_id == task_id)
    row = task_row(**await read.one(found, UnknownTask, stream=task.decider.of(task_id)))
    theirs = row.status == "open" and (row.owner == read.caller or not read.roles.isdisjoint(MANAGERS))
    return TaskView(**dict(row), actions=read.actions(("do_task", "reassign_task") if theirs else ()))


tasks.history("/{task_id}/history", roles=EVERYONE, refuses=(UnknownTask,))


def listed(row: dict[str, Any], today: date) -> ListedTask:
    return ListedTask(**dict(task_row(**row)), overdue=row["status"] == "open" and row["due"] < today)


def task_row(**row: Any) -> TaskRow:
    return TaskRow(**{name: row[name] for name in TaskRow.model_fields})
