"""A desk: the open deals one of us holds a seat of, and their open tasks, so that all of it can be handed over."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, Never, TypeAlias
from uuid import UUID

from ltc_events import Command, Decider, Event, UserId, derive_id

What = Literal["deal", "task"]

PART = 50
"""So much is moved by one event."""


def desk_of(user: str) -> UUID:
    """The stream of somebody's desk."""
    return derive_id("desk", user)


class NoteWork(Command):
    """Note that they hold a seat of this deal now, or have this task."""

    desk_id: UUID
    user: UserId
    what: What
    id: UUID


class NoteWorkGone(Command):
    """Note that they no longer do."""

    desk_id: UUID
    what: What
    id: UUID


class TakeWorkUp(Command):
    """Let somebody who had left have deals again."""

    desk_id: UUID
    user: UserId


class WorkTaken(Event, type="ltc.opportunity.work-taken.v1"):
    """They have one deal or task more."""

    desk_id: UUID
    user: UserId
    what: What
    id: UUID


class WorkGone(Event, type="ltc.opportunity.work-gone.v1"):
    """They have one deal or task less."""

    desk_id: UUID
    what: What
    id: UUID


class WorkHandedOver(Event, type="ltc.opportunity.work-handed-over.v1"):
    """They leave: so many deals and tasks of theirs go to somebody else."""

    desk_id: UUID
    hand_over_id: UUID
    user: UserId
    to: UserId | None = None
    by: UserId
    deals: int
    tasks: int


class WorkPassedOn(Event, type="ltc.opportunity.work-passed-on.v1"):
    """These are some of them; each is moved by itself."""

    desk_id: UUID
    hand_over_id: UUID
    user: UserId
    to: UserId | None = None
    by: UserId
    via: tuple[UserId, ...] = ()
    """Who was to get it before, and has left as well."""
    what: What
    ids: tuple[UUID, ...]


class WorkTakenUp(Event, type="ltc.opportunity.work-taken-up.v1"):
    """They have deals again."""

    desk_id: UUID
    user: UserId


class SeatsKept(Event, type="ltc.opportunity.seats-kept.v1"):
    """They are back, and still hold a seat of these deals: nobody has to see to that any more."""

    desk_id: UUID
    user: UserId
    opportunity_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Away:
    """They left: where their work goes, and who ordered it."""

    hand_over_id: UUID
    to: str | None
    by: str


@dataclass(frozen=True, slots=True)
class Desk:
    """What they work on, and where it goes if they left."""

    deals: frozenset[UUID] = frozenset()
    tasks: frozenset[UUID] = frozenset()
    left: Away | None = None

    def of(self, what: What) -> frozenset[UUID]:
        """Their deals, or their tasks."""
        return self.deals if what == "deal" else self.tasks


DeskEvent: TypeAlias = WorkTaken | WorkGone | WorkHandedOver | WorkPassedOn | WorkTakenUp | SeatsKept


def note(desk: Desk, command: NoteWork) -> list[DeskEvent]:
    return [] if command.id in desk.of(command.what) else [WorkTaken(**dict(command)), *at_once(desk, command)]


def note_gone(desk: Desk, command: NoteWorkGone) -> list[DeskEvent]:
    return [WorkGone(**dict(command))] if command.id in desk.of(command.what) else []


def at_once(desk: Desk, taken: NoteWork) -> Iterator[WorkPassedOn]:
    """What still reaches somebody who left goes where their other work went."""
    if desk.left is not None:
        yield passed_on(taken.desk_id, taken.user, desk.left, taken.what, (taken.id,))


def passed_on(desk_id: UUID, user: str, where: Away, what: What, ids: tuple[UUID, ...], via: tuple[str, ...] = ()) -> WorkPassedOn:
    return WorkPassedOn(
        desk_id=desk_id, hand_over_id=where.hand_over_id, user=user, to=where.to, by=where.by, via=via, what=what, ids=ids
    )  # fmt: skip


def take_up(desk: Desk, command: TakeWorkUp) -> list[DeskEvent]:
    if desk.left is None:
        return []
    kept = [SeatsKept(desk_id=command.desk_id, user=command.user, opportunity_ids=part) for part in parts(desk.deals)]
    return [WorkTakenUp(**dict(command)), *kept]


def parts(ids: frozenset[UUID]) -> Sequence[tuple[UUID, ...]]:
    ordered = sorted(ids)
    return [tuple(ordered[begin : begin + PART]) for begin in range(0, len(ordered), PART)]


def evolve(desk: Desk, event: DeskEvent) -> Desk:
    match event:
        case WorkTaken(what="deal", id=id):
            return replace(desk, deals=desk.deals | {id})
        case WorkTaken(id=id):
            return replace(desk, tasks=desk.tasks | {id})
        case WorkGone(what="deal", id=id):
            return replace(desk, deals=desk.deals - {id})
        case WorkGone(id=id):
            return replace(desk, tasks=desk.tasks - {id})
        case WorkHandedOver():
            return replace(desk, left=Away(event.hand_over_id, event.to, event.by))
        case WorkTakenUp():
            return replace(desk, left=None)
        case WorkPassedOn() | SeatsKept():
            return desk  # each deal and task leaves it when it is moved


history: Decider[Desk, Any, DeskEvent] = Decider(
    kind="desk", id="desk_id", initial=Desk(), evolve=evolve, commands=Never, events=DeskEvent, shared=True
)
"""The work of each user as other nouns read it: without what may be done with it."""
