"""A task: what one of us has to see to, raised once for one cause; done, or dropped when its reason is gone."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal, Never, TypeAlias
from uuid import UUID

from ltc_events import Code, Command, Decider, Event, Refusal, UserId, derive_id
from ltc_events.opportunity_tasks import TaskDone, TaskDropped, TaskRaised, TaskReassigned, Why

TaskKind = Literal[
    "close_passed",
    "quote_expired",
    "bid_near",
    "decision_overdue",
    "order_rejected",
    "seat_stays",
    "decision_to_ask",
    "forecast_to_set",
    "mandate_stays",
    "authority_stays",
]

OF_THE_MANAGER: frozenset[str] = frozenset(
    ("close_passed", "quote_expired", "bid_near", "decision_overdue", "order_rejected", "decision_to_ask", "forecast_to_set")
)
"""What whoever manages the account sees to: it goes with the account."""


def task_id(kind: TaskKind, *cause: UUID | str | int) -> UUID:
    """The task that follows from this cause."""
    return derive_id("task", kind, *cause)


class DoTask(Command):
    """Note that it was seen to."""

    task_id: UUID
    actor: UserId
    manages: bool
    """They may do so with the tasks of others."""


class ReassignTask(Command):
    """Give the task to somebody else."""

    task_id: UUID
    to: UserId
    actor: UserId
    manages: bool


class FollowAccount(Command):
    """Give the task to whoever manages the account now, if whoever did before still has it."""

    task_id: UUID
    owner: UserId
    to: UserId


class DropTask(Command):
    """Let nobody see to it any more: its reason is gone."""

    task_id: UUID
    reason: Code


class TaskSought(Event, type="ltc.opportunity.task-sought.v1"):
    """It is to be looked whether somebody has to see to this."""

    task_id: UUID
    opportunity_id: UUID
    kind: Code
    due: date
    why: Why


class QuoteTraced(Event, type="ltc.opportunity.quote-traced.v1"):
    """The customer got this quote of the deal."""

    task_id: UUID
    opportunity_id: UUID
    quote_id: UUID


class FollowUpPutOff(Event, type="ltc.opportunity.follow-up-put-off.v1"):
    """The quote expired before it was traced which the customer got last; it is followed up once that is known."""

    task_id: UUID
    quote_id: UUID
    due: date


class UnknownTask(Refusal):
    """There is no such task."""

    status = 404


class TaskOver(Refusal):
    """Nobody has to see to this task any more: it is {status}."""


class NotYourTask(Refusal):
    """Only {owner}, whose task it is, or a sales manager does that."""


@dataclass(frozen=True, slots=True)
class NotRaised:
    """Nobody has to see to it."""

    traced: int = 0
    """How often the quote it is about was traced as the one the customer got."""
    put_off: date | None = None
    """The quote expired on that day, and was not traced yet as often as it was sent."""


@dataclass(frozen=True, slots=True)
class Pending:
    """Somebody has to see to it."""

    opportunity_id: UUID | None
    kind: str
    owner: str
    due: date
    why: Why

    @property
    def names(self) -> dict[str, Any]:
        """What every fact says of it."""
        about = self.why.user if self.opportunity_id is None else None
        return {"opportunity_id": self.opportunity_id, "about": about, "kind": self.kind}


@dataclass(frozen=True, slots=True)
class Over:
    """Nobody has to any more."""

    status: Literal["done", "dropped"]


Task: TypeAlias = NotRaised | Pending | Over
TaskEvent: TypeAlias = QuoteTraced | FollowUpPutOff | TaskSought | TaskRaised | TaskReassigned | TaskDone | TaskDropped


def do(task: Pending, command: DoTask) -> list[TaskEvent]:
    must_be_theirs(task, command)
    return [TaskDone(task_id=command.task_id, **task.names, owner=task.owner, done_by=command.actor)]


def reassign(task: Pending, command: ReassignTask) -> list[TaskEvent]:
    must_be_theirs(task, command)
    return [given(command.task_id, task, command.to, by=command.actor)] if command.to != task.owner else []


def follow(task: Task, command: FollowAccount) -> list[TaskEvent]:
    if not isinstance(task, Pending) or task.owner != command.owner or command.to == command.owner:
        return []  # it moved on
    return [given(command.task_id, task, command.to)]


def given(id: UUID, task: Pending, to: str, *, by: str | None = None, hand_over_id: UUID | None = None) -> TaskReassigned:
    return TaskReassigned(
        task_id=id,
        **task.names,
        previous_owner=task.owner,
        owner=to,
        due=task.due,
        reassigned_by=by,
        hand_over_id=hand_over_id,
    )


def drop(task: Task, command: DropTask) -> list[TaskEvent]:
    if not isinstance(task, Pending):
        return []  # it was seen to
    return [TaskDropped(task_id=command.task_id, **task.names, owner=task.owner, reason=command.reason)]


def must_be_pending(task: Task) -> Pending:
    match task:
        case Pending():
            return task
        case NotRaised():
            raise UnknownTask
        case Over(status=status):
            raise TaskOver(status=status)


def must_be_theirs(task: Pending, command: DoTask | ReassignTask) -> None:
    if command.actor != task.owner and not command.manages:
        raise NotYourTask(owner=task.owner)


def evolve(task: Task, event: TaskEvent) -> Task:
    match event:
        case QuoteTraced():
            return replace(task, traced=task.traced + 1) if isinstance(task, NotRaised) else task
        case FollowUpPutOff(due=due):
            return replace(task, put_off=due) if isinstance(task, NotRaised) else task
        case TaskSought():
            return task
        case TaskRaised():
            return Pending(event.opportunity_id, event.kind, event.owner, event.due, event.why)
        case TaskReassigned(owner=owner):
            return replace(task, owner=owner) if isinstance(task, Pending) else task
        case TaskDone():
            return Over("done")
        case TaskDropped():
            return Over("dropped")


history: Decider[Task, Any, TaskEvent] = Decider(
    kind="task", id="task_id", initial=NotRaised(), evolve=evolve, commands=Never, events=TaskEvent
)
"""Tasks as other nouns read them: their states, without what may be done with them."""
