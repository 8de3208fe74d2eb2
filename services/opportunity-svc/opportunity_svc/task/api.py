"""What owners and managers do with tasks."""

from uuid import UUID

from ltc_events import UserId
from ltc_runtime.http import Api, Body, Handle

from ..deal.rules.roles import DECIDERS, MANAGERS
from . import rules as task
from .rules.states import DoTask, NotYourTask, ReassignTask, TaskOver, UnknownTask

tasks = Api("/tasks", stream=task.decider)


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
