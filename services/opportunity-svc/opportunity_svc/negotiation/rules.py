"""Negotiation: rounds with the customer, concessions given and got in each, and alternatives where neither side moves."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Annotated, Any, Literal, Never, TypeAlias
from uuid import UUID

from ltc_events import Command, Decider, Event, Money, Name, Refusal, Sha256, States, Stream, Text, UserId, Value
from ltc_events.filled import Actor, PastDay, Today
from pydantic import ConfigDict, Field

from ..deal.rules.history import history as deals
from ..deal.rules.states import must_be_open
from ..quote.rules.gates import must_be_of, must_exist
from ..quote.rules.states import Quote
from ..quote.rules.states import history as quotes

About = Literal["price", "payment", "delivery", "scope", "service", "terms", "other"]


class Concession(Value):
    """Something one side gave the other."""

    model_config = ConfigDict(extra="forbid")

    about: About
    what: Name
    value: Money | None = None
    """What it is worth to us, where that can be said; not below nothing."""


class Alternative(Value):
    """Something else that could be done."""

    model_config = ConfigDict(extra="forbid")

    what: Name
    quote_id: UUID | None = None
    """The quote that says it, if there is one."""


Concessions = Annotated[tuple[Concession, ...], Field(max_length=50)]
Alternatives = Annotated[tuple[Alternative, ...], Field(min_length=1, max_length=20)]


class RecordRound(Command):
    """Record a round of negotiation: concessions given and got, about this content of a quote."""

    opportunity_id: UUID
    quote_id: UUID
    quote_hash: Sha256 = Field(description="Of the quote as it was negotiated.")
    gave: Concessions = Field((), description="Concessions given to the customer.")
    got: Concessions = Field((), description="Concessions got from the customer.")
    note: Text | None = None
    held_on: PastDay
    actor: Actor

    def reads(self) -> Sequence[Stream]:
        return [deals.of(self.opportunity_id), history.of(self.opportunity_id), quotes.of(self.quote_id)]


class NoteDeadlock(Command):
    """Note a deadlock and its alternatives."""

    opportunity_id: UUID
    about: Text = Field(examples=["Penalty for late delivery"])
    alternatives: Alternatives
    actor: Actor
    today: Today

    def reads(self) -> Sequence[Stream]:
        return [deals.of(self.opportunity_id), history.of(self.opportunity_id)]


class BreakDeadlock(Command):
    """Say how the negotiation goes on."""

    opportunity_id: UUID
    how: Text
    alternative: Annotated[int, Field(ge=1, le=20)] | None = Field(None, description="Which alternative was taken, from 1.")
    actor: Actor
    today: Today

    def reads(self) -> Sequence[Stream]:
        return [deals.of(self.opportunity_id), history.of(self.opportunity_id)]


class RoundHeld(Event, type="ltc.opportunity.round-held.v1"):
    """A round about this content of a quote was held."""

    opportunity_id: UUID
    round: int
    quote_id: UUID
    revision: int
    quote_hash: Sha256
    net: Money
    gave: tuple[Concession, ...]
    got: tuple[Concession, ...]
    note: Text | None = None
    held_on: date
    recorded_by: UserId


class DeadlockNoted(Event, type="ltc.opportunity.deadlock-noted.v1"):
    """Neither side moves."""

    opportunity_id: UUID
    after_round: int
    about: Text
    alternatives: tuple[Alternative, ...]
    noted_by: UserId
    noted_on: date


class DeadlockBroken(Event, type="ltc.opportunity.deadlock-broken.v1"):
    """The negotiation goes on."""

    opportunity_id: UUID
    alternative: int | None = None
    how: Text
    broken_by: UserId
    broken_on: date


class InDeadlock(Refusal):
    """The negotiation is deadlocked since round {round}: break the deadlock first."""


class NotInDeadlock(Refusal):
    """This negotiation is not deadlocked."""


class NothingNegotiated(Refusal):
    """There was no round yet, so there is no deadlock."""


class RoundBeforeTheLast(Refusal):
    """The last round was held on {day}: rounds are noted in their order."""


class ConcessionBelowNothing(Refusal):
    """A concession is worth less than zero: record it on the other side."""


class RoundOnOtherContent(Refusal):
    """The quote has changed: read it again."""


class NoSuchAlternative(Refusal):
    """The deadlock has only {number} alternatives."""


@dataclass(frozen=True, slots=True)
class Negotiation:
    """Rounds so far and the present deadlock; initially none."""

    rounds: int = 0
    last_on: date | None = None
    deadlock: tuple[Alternative, ...] = field(default=())
    """The alternatives; empty while there is no deadlock."""


NegotiationCommand: TypeAlias = RecordRound | NoteDeadlock | BreakDeadlock
NegotiationEvent: TypeAlias = RoundHeld | DeadlockNoted | DeadlockBroken


def decide(states: States, command: NegotiationCommand) -> Sequence[Event]:
    must_be_open(states.of(deals, command.opportunity_id))
    negotiation = states.of(history, command.opportunity_id)
    match command:
        case RecordRound():
            return record(must_move(negotiation), states.of(quotes, command.quote_id), command)
        case NoteDeadlock():
            return note(must_move(negotiation), command)
        case BreakDeadlock():
            return end(must_be_deadlocked(negotiation), command)


def record(negotiation: Negotiation, quoted: Quote, command: RecordRound) -> list[Event]:
    content = must_exist(quoted).content
    must_be_of(content, command.opportunity_id)
    if content.hash != command.quote_hash:
        raise RoundOnOtherContent
    if negotiation.last_on is not None and command.held_on < negotiation.last_on:
        raise RoundBeforeTheLast(day=negotiation.last_on.isoformat())
    if any(each.value is not None and each.value.amount < 0 for each in (*command.gave, *command.got)):
        raise ConcessionBelowNothing
    happened = RoundHeld(
        opportunity_id=command.opportunity_id,
        round=negotiation.rounds + 1,
        quote_id=command.quote_id,
        revision=content.revision,
        quote_hash=content.hash,
        net=content.net,
        gave=command.gave,
        got=command.got,
        note=command.note,
        held_on=command.held_on,
        recorded_by=command.actor,
    )
    return [happened]


def note(negotiation: Negotiation, command: NoteDeadlock) -> list[Event]:
    if negotiation.rounds == 0:
        raise NothingNegotiated
    happened = DeadlockNoted(
        opportunity_id=command.opportunity_id,
        after_round=negotiation.rounds,
        about=command.about,
        alternatives=command.alternatives,
        noted_by=command.actor,
        noted_on=command.today,
    )
    return [happened]


def end(negotiation: Negotiation, command: BreakDeadlock) -> list[Event]:
    if command.alternative is not None and command.alternative > len(negotiation.deadlock):
        raise NoSuchAlternative(number=len(negotiation.deadlock))
    happened = DeadlockBroken(
        opportunity_id=command.opportunity_id,
        alternative=command.alternative,
        how=command.how,
        broken_by=command.actor,
        broken_on=command.today,
    )
    return [happened]


def must_move(negotiation: Negotiation) -> Negotiation:
    if negotiation.deadlock:
        raise InDeadlock(round=negotiation.rounds)
    return negotiation


def must_be_deadlocked(negotiation: Negotiation) -> Negotiation:
    if not negotiation.deadlock:
        raise NotInDeadlock
    return negotiation


def evolve(negotiation: Negotiation, event: NegotiationEvent) -> Negotiation:
    match event:
        case RoundHeld():
            return replace(negotiation, rounds=event.round, last_on=event.held_on)
        case DeadlockNoted():
            return replace(negotiation, deadlock=event.alternatives)
        case DeadlockBroken():
            return replace(negotiation, deadlock=())


history: Decider[Negotiation, Any, NegotiationEvent] = Decider(
    kind="negotiation", id="opportunity_id", initial=Negotiation(), evolve=evolve, commands=Never, events=NegotiationEvent
)
decider: Decider[Negotiation, NegotiationCommand, NegotiationEvent] = replace(
    history, commands=NegotiationCommand, decide_many=decide, also=(deals, quotes)
)
