"""What has to be seen to, and by whom; and where the work of who leaves went."""

from ltc_events import Fact, change, on, projection, put
from ltc_events.opportunity_gates import OpportunityChanged
from ltc_events.opportunity_tasks import TaskDone, TaskDropped, TaskRaised, TaskReassigned
from ltc_events.projection import Row
from sqlalchemy import JSON, Column, Date, DateTime, Index, Integer, Table, Text
from sqlalchemy.dialects.postgresql import UUID

from ..deal.rules.terms import triangle
from ..hand_over.rules.workload import WorkHandedOver, WorkPassedOn
from .schema import read

tasks = Table(
    "task",
    read,
    Column("task_id", UUID, primary_key=True),
    Column("opportunity_id", UUID),
    Column("about", Text),
    Column("kind", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("due", Date, nullable=False),
    Column("why", JSON, nullable=False),
    Column("hand_over_id", UUID),
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

hand_overs = Table(
    "hand_over",
    read,
    Column("hand_over_id", UUID, primary_key=True),
    Column("user", Text, nullable=False),
    Column("to", Text),
    Column("by", Text, nullable=False),
    Column("deals", Integer, nullable=False),
    Column("tasks", Integer, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
)

handed_work = Table(
    "handed_work",
    read,
    Column("hand_over_id", UUID, primary_key=True),
    Column("what", Text, primary_key=True),
    Column("id", UUID, primary_key=True),
    # Until it moved: null.
    Column("moved_at", DateTime(timezone=True)),
    Column("owner", Text),
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


task_list = projection(
    "task_list",
    on(TaskRaised, put(tasks, raised)),
    on(TaskReassigned, change(tasks, lambda task: {"task_id": task.task_id, "owner": task.owner})),
    on(TaskDone, change(tasks, done)),
    on(TaskDropped, change(tasks, dropped)),
)

hand_over_list = projection(
    "hand_over_list",
    on(
        WorkHandedOver,
        put(hand_overs, lambda desk, fact: {**desk.model_dump(exclude={"desk_id"}), "at": fact.occurred_at}),
    ),
    on(WorkPassedOn, put(handed_work, passed_on)),
    on(OpportunityChanged, change(handed_work, moved)),
    on(TaskReassigned, change(handed_work, handed)),
)
