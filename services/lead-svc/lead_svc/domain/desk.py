"""A desk: the open leads of one of us, so that nobody gets more than they can care for."""

from dataclasses import dataclass, replace
from typing import Literal, TypeAlias
from uuid import UUID

from ltc_events import Command, Decider, Event, UserId, derive_id

How = Literal["by_hand", "rule", "claim"]


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


@dataclass(frozen=True, slots=True)
class Desk:
    """Which open leads they have, and when they had a turn last."""

    open: frozenset[UUID] = frozenset()
    claimed: frozenset[UUID] = frozenset()
    turn: int = 0


DeskCommand: TypeAlias = NoteTaken | NoteGone
DeskEvent: TypeAlias = LeadTaken | LeadGone


def decide(desk: Desk, command: DeskCommand) -> list[DeskEvent]:
    match command:
        case NoteTaken():
            return [] if command.lead_id in desk.open else [LeadTaken(**dict(command))]
        case NoteGone():
            return [LeadGone(**dict(command))] if command.lead_id in desk.open else []


def evolve(desk: Desk, event: DeskEvent) -> Desk:
    match event:
        case LeadTaken(lead_id=lead_id):
            claimed = desk.claimed | {lead_id} if event.how == "claim" else desk.claimed - {lead_id}
            return Desk(desk.open | {lead_id}, claimed, desk.turn if event.turn is None else event.turn)
        case LeadGone(lead_id=lead_id):
            return replace(desk, open=desk.open - {lead_id}, claimed=desk.claimed - {lead_id})


decider: Decider[Desk, DeskCommand, DeskEvent] = Decider(
    kind="desk", id="desk_id", initial=Desk(), decide=decide, evolve=evolve, commands=DeskCommand, events=DeskEvent, shared=True
)
