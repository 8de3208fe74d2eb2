"""A desk: the open leads of one of us, so that nobody gets more than they can care for."""

from dataclasses import dataclass, replace
from typing import NamedTuple, TypeAlias
from uuid import UUID

from ltc_events import Code, Command, Decider, Event, JointDecider, Refusal, States, Stream, UserId, derive_id
from ltc_events.lead import DeskHandedOver, DeskTakenUp

How = Code
"""``by_hand``, ``rule``, ``claim``, ``hand_over`` or ``unmerge``: how a lead came to them."""


def desk_of(owner: str) -> UUID:
    """The stream of somebody's desk."""
    return derive_id("desk", owner)


class NoteTaken(Command):
    """Note that they have this lead now, if it is not noted yet."""

    desk_id: UUID
    owner: UserId
    lead_id: UUID
    how: How


class NoteGone(Command):
    """Note that they no longer have this lead."""

    desk_id: UUID
    lead_id: UUID
    merged: bool | None = None
    """It is shown under another one, and may come back as they had it."""


class HandDeskOver(Command):
    """Let somebody who leaves hand all their open leads to somebody else, now and whatever still reaches them."""

    desk_id: UUID
    hand_over_id: UUID
    owner: UserId
    to: UserId | None = None
    """Nobody named: the rules say who gets them, and what no rule fits is in the pool, with an alarm."""
    by: UserId | None = None
    """Who orders it."""


class TakeDeskUp(Command):
    """Let somebody who had left have leads again."""

    desk_id: UUID
    owner: UserId


class LeadTaken(Event, type="ltc.lead.lead-taken.v1"):
    """They have one lead more."""

    desk_id: UUID
    owner: UserId
    lead_id: UUID
    how: How
    turn: int | None = None
    """By a rule: the number of this turn among those who take turns."""


class LeadGone(Event, type="ltc.lead.lead-gone.v1"):
    """They have one lead less."""

    desk_id: UUID
    lead_id: UUID
    merged: bool | None = None
    """It is shown under another one, and may come back as they had it."""


class LeadsHandedOver(Event, type="ltc.lead.leads-handed-over.v1"):
    """These are some of them; each is moved by itself."""

    desk_id: UUID
    hand_over_id: UUID
    owner: UserId
    to: UserId | None = None
    lead_ids: tuple[UUID, ...]


class HandedToOneself(Refusal):
    """Who leaves cannot hand leads to themselves."""


class SuccessorLeft(Refusal):
    """{to} left as well: name somebody who is here."""


class AtOnce(NamedTuple):
    """Where the leads of somebody who left go."""

    hand_over_id: UUID
    to: str | None
    told: bool = True
    """Others heard of it: not where it was ordered before hand-overs were told."""


PART = 50
"""So many leads are moved by one event."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Which open leads they have, and when they had a turn last."""

    open: frozenset[UUID] = frozenset()
    claimed: frozenset[UUID] = frozenset()
    merged: frozenset[UUID] = frozenset()
    """Of the leads that are shown under others now, those they had claimed."""
    turn: int = 0
    left: AtOnce | None = None


DeskCommand: TypeAlias = NoteTaken | NoteGone | TakeDeskUp
DeskEvent: TypeAlias = LeadTaken | LeadGone | DeskHandedOver | LeadsHandedOver | DeskTakenUp


def decide(desk: Desk, command: DeskCommand) -> list[DeskEvent]:
    match command:
        case NoteTaken():
            return [] if command.lead_id in desk.open else [LeadTaken(**dict(command)), *at_once(desk, command)]
        case NoteGone():
            return [LeadGone(**dict(command))] if command.lead_id in desk.open else []
        case TakeDeskUp():
            return [DeskTakenUp(desk_id=command.desk_id, owner=command.owner)] if desk.left else []


def at_once(desk: Desk, taken: NoteTaken) -> list[LeadsHandedOver]:
    """What still reaches somebody who left goes where their other leads went."""
    if desk.left is None:
        return []
    return [parted(taken.desk_id, taken.owner, desk.left, (taken.lead_id,))]


def hand_over(states: States, command: HandDeskOver) -> list[Event]:
    """Decided with the desk of the successor: two who left must not hand the same leads to each other for ever."""
    if command.to == command.owner:
        raise HandedToOneself
    if command.to is not None and states.of(decider, desk_of(command.to)).left is not None:
        raise SuccessorLeft(to=command.to)
    desk = states.of(decider, command.desk_id)
    if desk.left is not None and desk.left.to == command.to and desk.left.told and not desk.open:
        return []  # that is done already
    where, leads = AtOnce(command.hand_over_id, command.to), sorted(desk.open)
    parts = [tuple(leads[begin : begin + PART]) for begin in range(0, len(leads), PART)]
    handed = DeskHandedOver(**dict(command), leads=len(leads))
    return [handed, *(parted(command.desk_id, command.owner, where, part) for part in parts)]


def parted(desk_id: UUID, owner: str, where: AtOnce, leads: tuple[UUID, ...]) -> LeadsHandedOver:
    return LeadsHandedOver(desk_id=desk_id, hand_over_id=where.hand_over_id, owner=owner, to=where.to, lead_ids=leads)


def evolve(desk: Desk, event: DeskEvent) -> Desk:
    match event:
        case LeadTaken():
            return taken(desk, event)
        case LeadGone(lead_id=lead_id):
            merged = {lead_id} & desk.claimed if event.merged else frozenset[UUID]()
            return replace(desk, open=desk.open - {lead_id}, claimed=desk.claimed - {lead_id}, merged=desk.merged | merged)
        case DeskHandedOver():
            return replace(desk, left=AtOnce(event.hand_over_id, event.to, told=event.by is not None))
        case LeadsHandedOver():
            return desk  # each lead leaves it when it is moved
        case DeskTakenUp():
            return replace(desk, left=None)


def taken(desk: Desk, event: LeadTaken) -> Desk:
    this = {event.lead_id}
    by_claim = event.how == "claim" or (event.how == "unmerge" and this <= desk.merged)
    claimed = desk.claimed | this if by_claim else desk.claimed - this
    turn = desk.turn if event.turn is None else event.turn
    return replace(desk, open=desk.open | this, claimed=claimed, merged=desk.merged - this, turn=turn)


decider: Decider[Desk, DeskCommand, DeskEvent] = Decider(
    kind="desk", id="desk_id", initial=Desk(), decide=decide, evolve=evolve, commands=DeskCommand, events=DeskEvent, shared=True
)


def streams(command: HandDeskOver) -> list[Stream]:
    return [decider.of(command.desk_id), *([] if command.to is None else [decider.of(desk_of(command.to))])]


leaving: JointDecider[HandDeskOver] = JointDecider(commands=HandDeskOver, streams=streams, decide=hand_over, over=(decider,))
