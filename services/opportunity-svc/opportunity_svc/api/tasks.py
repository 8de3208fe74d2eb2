"""What has to be seen to, by whom, and how it ended."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from ltc_events import UserId
from ltc_events.opportunity_tasks import Why
from ltc_runtime.http import EVERYONE, Api, Body, Handle, Page, Paging, Read, View, matching
from pydantic import Field
from sqlalchemy import Select, select

from .. import projections as shown
from ..deal.read import OpportunityRow
from ..task import rules as task
from ..task.rules.states import DoTask, NotYourTask, ReassignTask, TaskKind, TaskOver, UnknownTask
from .roles import DECIDERS, MANAGERS

tasks = Api("/tasks", stream=task.decider)

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
    table, deal = shown.tasks.c, OpportunityRow.table.c
    joined = shown.tasks.outerjoin(OpportunityRow.table, deal.opportunity_id == table.opportunity_id)
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
    table, today = shown.tasks.c, read.now.date()
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
    found = all_tasks().where(shown.tasks.c.task_id == task_id)
    row = task_row(**await read.one(found, UnknownTask, stream=task.decider.of(task_id)))
    theirs = row.status == "open" and (row.owner == read.caller or not read.roles.isdisjoint(MANAGERS))
    return TaskView(**dict(row), actions=read.actions(("do_task", "reassign_task") if theirs else ()))


tasks.history("/{task_id}/history", roles=EVERYONE, refuses=(UnknownTask,))


@tasks.act("/{task_id}/done", roles=DECIDERS, refuses=(UnknownTask, TaskOver, NotYourTask))
async def do_task(task_id: UUID, handle: Handle) -> None:
    """Note that it was seen to. A task whose reason goes away ends by itself."""
    return await handle(DoTask(task_id=task_id, actor=handle.actor, manages=manages(handle)))


class ReassignBody(Body):
    """Whose it shall be."""

    to: UserId


@tasks.act("/{task_id}/reassign", roles=DECIDERS, refuses=(UnknownTask, TaskOver, NotYourTask))
async def reassign_task(task_id: UUID, body: ReassignBody, handle: Handle) -> None:
    """Give a task to somebody else. Whoever gets it may decide and allow what they were granted, and no more."""
    return await handle(ReassignTask(task_id=task_id, to=body.to, actor=handle.actor, manages=manages(handle)))


def manages(handle: Handle) -> bool:
    return not handle.roles.isdisjoint(MANAGERS)


def listed(row: dict[str, Any], today: date) -> ListedTask:
    return ListedTask(**dict(task_row(**row)), overdue=row["status"] == "open" and row["due"] < today)


def task_row(**row: Any) -> TaskRow:
    return TaskRow(**{name: row[name] for name in TaskRow.model_fields})
