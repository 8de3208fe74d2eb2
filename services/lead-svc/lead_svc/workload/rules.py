"""A workload: the open leads of one salesperson, so that none gets more than their capacity."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, TypeAlias
from uuid import UUID

from ltc_events import Code, Command, Decider, Event, Refusal, States, Stream, UserId, derive_id
from ltc_events.lead import DeskHandedOver, DeskTakenUp

How = Code
"""How a lead came to its owner: ``by_hand``, ``rule``, ``claim``, ``hand_over`` or ``unmerge``."""

PART = 50
"""The most leads that one event moves."""


# ── commands ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def workload_of(owner: str) -> UUID:
    """The stream of the workload of ``owner``."""
    return derive_id("desk", owner)


class NoteTaken(Command):
    """Add a lead to the workload, if it is not there yet."""

    desk_id: UUID
    owner: UserId
    lead_id: UUID
    how: How


class NoteGone(Command):
    """Remove a lead from the workload."""

    desk_id: UUID
    lead_id: UUID
    merged: bool | None = None
    """It was merged into another lead, and may come back."""


class HandDeskOver(Command):
    """Hand all open leads of a leaver to a successor, now and whenever one still reaches the leaver."""

    desk_id: UUID
    hand_over_id: UUID
    owner: UserId
    to: UserId | None = None
    """Without a successor the assignment rules find owners; what fits no rule is in the pool, with an alarm."""
    by: UserId | None = None
    """The manager who orders it."""

    def reads(self) -> Sequence[Stream]:
        """Both workloads: two leavers must not hand the same leads to each other for ever."""
        return [decider.of(self.desk_id), *([] if self.to is None else [decider.of(workload_of(self.to))])]


class TakeDeskUp(Command):
    """Let a former leaver have leads again."""

    desk_id: UUID
    owner: UserId


# ── events ────────────────────────────────────────────────────────────────────────────────────────────────────────────


class LeadTaken(Event, type="ltc.lead.lead-taken.v1"):
    """The workload has one lead more."""

    desk_id: UUID
    owner: UserId
    lead_id: UUID
    how: How
    turn: int | None = None
    """By a rule: the number of this turn among the owners who take turns."""


class LeadGone(Event, type="ltc.lead.lead-gone.v1"):
    """The workload has one lead less."""

    desk_id: UUID
    lead_id: UUID
    merged: bool | None = None
    """It was merged into another lead, and may come back."""


class LeadsHandedOver(Event, type="ltc.lead.leads-handed-over.v1"):
    """Some leads of a hand-over; each is moved by itself."""

    desk_id: UUID
    hand_over_id: UUID
    owner: UserId
    to: UserId | None = None
    lead_ids: tuple[UUID, ...]


class UnknownHandOver(Refusal):
    """There is no such hand-over."""

    status = 404


class HandedToOneself(Refusal):
    """A leaver cannot hand leads to themselves: name another successor."""


class SuccessorLeft(Refusal):
    """{to} left as well: name a successor who has not left."""


# ── state ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


class Successor(NamedTuple):
    """Where the leads of a leaver go."""

    hand_over_id: UUID
    to: str | None
    published: bool = True
    """Other services know it: not where it was ordered before hand-overs were published."""


@dataclass(frozen=True, slots=True)
class Workload:
    """The open leads of one owner, and the last turn of the owner."""

    open: frozenset[UUID] = frozenset()
    claimed: frozenset[UUID] = frozenset()
    merged: frozenset[UUID] = frozenset()
    """Of the leads that are merged into others now, those that were claimed."""
    turn: int = 0
    left: Successor | None = None


WorkloadCommand: TypeAlias = NoteTaken | NoteGone | HandDeskOver | TakeDeskUp
WorkloadEvent: TypeAlias = LeadTaken | LeadGone | DeskHandedOver | LeadsHandedOver | DeskTakenUp


# ── rules ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def decide(states: States, command: WorkloadCommand) -> Sequence[WorkloadEvent]:
    workload = states.of(decider, command.desk_id)
    match command:
        case NoteTaken():
            return [] if command.lead_id in workload.open else [LeadTaken(**dict(command)), *pass_on(workload, command)]
        case NoteGone():
            return [LeadGone(**dict(command))] if command.lead_id in workload.open else []
        case HandDeskOver():
            successor = None if command.to is None else states.of(decider, workload_of(command.to))
            return hand_over(workload, successor, command)
        case TakeDeskUp():
            return [DeskTakenUp(desk_id=command.desk_id, owner=command.owner)] if workload.left else []


def pass_on(workload: Workload, taken: NoteTaken) -> Sequence[LeadsHandedOver]:
    """A lead that still reaches a leaver goes where the other leads went."""
    return [] if workload.left is None else [part(taken.desk_id, taken.owner, workload.left, (taken.lead_id,))]


def hand_over(workload: Workload, successor: Workload | None, command: HandDeskOver) -> Sequence[WorkloadEvent]:
    if command.to == command.owner:
        raise HandedToOneself
    if successor is not None and successor.left is not None:
        raise SuccessorLeft(to=command.to)
    if workload.left is not None and workload.left.to == command.to and workload.left.published and not workload.open:
        return []  # that is done already
    where, leads = Successor(command.hand_over_id, command.to), sorted(workload.open)
    parts = [tuple(leads[begin : begin + PART]) for begin in range(0, len(leads), PART)]
    handed = DeskHandedOver(**dict(command), leads=len(leads))
    return [handed, *(part(command.desk_id, command.owner, where, each) for each in parts)]


def part(desk_id: UUID, owner: str, where: Successor, leads: tuple[UUID, ...]) -> LeadsHandedOver:
    return LeadsHandedOver(desk_id=desk_id, hand_over_id=where.hand_over_id, owner=owner, to=where.to, lead_ids=leads)


def evolve(workload: Workload, event: WorkloadEvent) -> Workload:
    match event:
        case LeadTaken():
            return on_lead_taken(workload, event)
        case LeadGone(lead_id=lead_id):
            merged = {lead_id} & workload.claimed if event.merged else frozenset[UUID]()
            return replace(workload, open=workload.open - {lead_id}, claimed=workload.claimed - {lead_id}, merged=workload.merged | merged)
        case DeskHandedOver():
            return replace(workload, left=Successor(event.hand_over_id, event.to, published=event.by is not None))
        case LeadsHandedOver():
            return workload  # each lead leaves it when it is moved
        case DeskTakenUp():
            return replace(workload, left=None)


def on_lead_taken(workload: Workload, event: LeadTaken) -> Workload:
    this = {event.lead_id}
    by_claim = event.how == "claim" or (event.how == "unmerge" and this <= workload.merged)
    claimed = workload.claimed | this if by_claim else workload.claimed - this
    turn = workload.turn if event.turn is None else event.turn
    return replace(workload, open=workload.open | this, claimed=claimed, merged=workload.merged - this, turn=turn)


decider: Decider[Workload, WorkloadCommand, WorkloadEvent] = Decider(
    kind="desk",
    id="desk_id",
    initial=Workload(),
    decide_many=decide,
    evolve=evolve,
    commands=WorkloadCommand,
    events=WorkloadEvent,
    shared=True,
)
