"""What opportunity-svc publishes of open work: tasks, their owners, and how they end."""

from datetime import date
from uuid import UUID

from .opportunity_gates import Gate
from .values import Code, UserId, Value
from .vocabulary import PublishedEvent


class Why(Value):
    """The facts a task was raised for; what its kind is not about is left out."""

    day: date | None = None
    """The expected close that passed, or the deadline of the bid."""
    days: int | None = None
    """So many are left until that deadline."""
    number: int | None = None
    """How often the deal was suspended before: a close that passed is looked at again when it is resumed."""
    quote_id: UUID | None = None
    gate: Gate | None = None
    round: int | None = None
    requested_by: UserId | None = None
    may_decide: bool | None = None
    """The owner may decide, by a mandate; where nothing is said, the owner manages the account."""
    contract_id: UUID | None = None
    order_id: UUID | None = None
    hand_over_id: UUID | None = None
    user: UserId | None = None
    """Who left."""
    hindrance: Code | None = None
    """Why a seat stayed with who left: ``no_successor``, ``successor_left``, ``successor_has_seat``, ``three_people``."""


class TaskRaised(PublishedEvent, type="ltc.opportunity.task-raised.v1"):
    """Somebody has to see to something."""

    task_id: UUID
    opportunity_id: UUID | None = None
    """The deal; None where it is about a user (``why.user``)."""
    kind: Code
    """``close_passed``, ``quote_expired``, ``bid_near``, ``decision_overdue``, ``order_rejected``; of a hand-over ``seat_stays``,
    ``decision_to_ask``, ``forecast_to_set``, ``mandate_stays``, ``authority_stays``."""
    owner: UserId
    due: date
    why: Why


class TaskReassigned(PublishedEvent, type="ltc.opportunity.task-reassigned.v1"):
    """The task has another owner."""

    task_id: UUID
    opportunity_id: UUID | None = None
    about: UserId | None = None
    """Of whom it is, where it is of no deal."""
    kind: Code
    previous_owner: UserId
    owner: UserId
    due: date
    reassigned_by: UserId | None = None
    """None where it went with the deal or was handed over."""
    hand_over_id: UUID | None = None


class TaskDone(PublishedEvent, type="ltc.opportunity.task-done.v1"):
    """Somebody has seen to it."""

    task_id: UUID
    opportunity_id: UUID | None = None
    about: UserId | None = None
    """Of whom it is, where it is of no deal."""
    kind: Code
    owner: UserId
    done_by: UserId


class TaskDropped(PublishedEvent, type="ltc.opportunity.task-dropped.v1"):
    """Its reason is gone: the task needs no work any more."""

    task_id: UUID
    opportunity_id: UUID | None = None
    about: UserId | None = None
    """Of whom it is, where it is of no deal."""
    kind: Code
    owner: UserId
    reason: Code
    """``moved``, ``closed``, ``suspended``, ``quoted``, ``bid_submitted``, ``nearer``, ``decided``, ``asked``, ``forecast_set``,
    ``seat_changed``, ``revoked``, ``returned``."""
