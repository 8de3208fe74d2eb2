"""Negotiation: rounds with the customer, what we gave and what we got in each, and what else could be done where nobody moves."""

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Annotated, Literal, Never, TypeAlias
from uuid import UUID

from ltc_events import Command, Decider, Event, JointDecider, Money, Name, Refusal, Sha256, States, Stream, Text, UserId, Value
from pydantic import ConfigDict, Field

from ..deal import rules as opportunity
from ..deal.rules.states import must_be_open, must_have_come
from ..quote import rules as quote
from ..quote.rules.gates import must_be_of, must_exist

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
    """Note what was negotiated about a quote, as it was at that time."""

    opportunity_id: UUID
    quote_id: UUID
    quote_hash: Sha256
    gave: Concessions = ()
    got: Concessions = ()
    note: Text | None = None
    held_on: date
    actor: UserId
    today: date


class NoteDeadlock(Command):
    """Note that nobody moves any more, and what else could be done."""

    opportunity_id: UUID
    about: Text
    alternatives: Alternatives
    actor: UserId
    today: date


class BreakDeadlock(Command):
    """Say how it goes on."""

    opportunity_id: UUID
    alternative: Annotated[int, Field(ge=1, le=20)] | None = None
    """Which of the alternatives was taken, from 1; none of them, if nothing is said."""
    how: Text
    actor: UserId
    today: date


class RoundHeld(Event, type="ltc.opportunity.round-held.v1"):
    """We negotiated, about this content of a quote."""

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
    """Nobody moves any more."""

    opportunity_id: UUID
    after_round: int
    about: Text
    alternatives: tuple[Alternative, ...]
    noted_by: UserId
    noted_on: date


class DeadlockBroken(Event, type="ltc.opportunity.deadlock-broken.v1"):
    """It goes on."""

    opportunity_id: UUID
    alternative: int | None = None
    how: Text
    broken_by: UserId
    broken_on: date


class InDeadlock(Refusal):
    """The negotiation is deadlocked since round {round}: say first what broke the deadlock."""


class NotInDeadlock(Refusal):
    """This negotiation is not deadlocked."""


class NothingNegotiated(Refusal):
    """There was no round yet that could have led into a deadlock."""


class RoundBeforeTheLast(Refusal):
    """The last round was held on {day}: rounds are noted in their order."""


class ConcessionBelowNothing(Refusal):
    """A concession is worth less than nothing: note it on the other side."""


class RoundOnOtherContent(Refusal):
    """The quote says something else by now: read it again, and negotiate about that."""


class NoSuchAlternative(Refusal):
    """The deadlock has only {number} alternatives."""


@dataclass(frozen=True, slots=True)
class Negotiation:
    """How far we are; to begin with, nowhere."""

    rounds: int = 0
    last_on: date | None = None
    deadlock: tuple[Alternative, ...] = field(default=())
    """What else could be done; nothing, while somebody moves."""


NegotiationCommand: TypeAlias = RecordRound | NoteDeadlock | BreakDeadlock
NegotiationEvent: TypeAlias = RoundHeld | DeadlockNoted | DeadlockBroken


def decide(states: States, command: NegotiationCommand) -> list[Event]:
    must_be_open(states.of(opportunity.decider, command.opportunity_id))
    negotiation = states.of(facts, command.opportunity_id)
    match command:
        case RecordRound():
            return [record(must_move(negotiation), states.of(quote.decider, command.quote_id), command)]
        case NoteDeadlock():
            return [note(must_move(negotiation), command)]
        case BreakDeadlock():
            return [end(must_be_deadlocked(negotiation), command)]


def record(negotiation: Negotiation, quoted: quote.states.Quote, command: RecordRound) -> RoundHeld:
    content = must_exist(quoted).content
    must_be_of(content, command.opportunity_id)
    if content.hash != command.quote_hash:
        raise RoundOnOtherContent
    must_have_come(command.held_on, command.today)
    if negotiation.last_on is not None and command.held_on < negotiation.last_on:
        raise RoundBeforeTheLast(day=negotiation.last_on.isoformat())
    if any(each.value is not None and each.value.amount < 0 for each in (*command.gave, *command.got)):
        raise ConcessionBelowNothing
    return RoundHeld(
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


def note(negotiation: Negotiation, command: NoteDeadlock) -> DeadlockNoted:
    if negotiation.rounds == 0:
        raise NothingNegotiated
    return DeadlockNoted(
        opportunity_id=command.opportunity_id,
        after_round=negotiation.rounds,
        about=command.about,
        alternatives=command.alternatives,
        noted_by=command.actor,
        noted_on=command.today,
    )


def end(negotiation: Negotiation, command: BreakDeadlock) -> DeadlockBroken:
    if command.alternative is not None and command.alternative > len(negotiation.deadlock):
        raise NoSuchAlternative(number=len(negotiation.deadlock))
    return DeadlockBroken(
        opportunity_id=command.opportunity_id,
        alternative=command.alternative,
        how=command.how,
        broken_by=command.actor,
        broken_on=command.today,
    )


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


def streams(command: NegotiationCommand) -> list[Stream]:
    named = [opportunity.decider.of(command.opportunity_id), facts.of(command.opportunity_id)]
    return [*named, quote.decider.of(command.quote_id)] if isinstance(command, RecordRound) else named


facts: Decider[Negotiation, Never, NegotiationEvent] = Decider(
    kind="negotiation",
    id="opportunity_id",
    initial=Negotiation(),
    decide=lambda _, command: command,
    evolve=evolve,
    commands=Never,
    events=NegotiationEvent,
)
"""Its streams; what is decided on them is decided together with the deal and the quote."""

decider: JointDecider[NegotiationCommand] = JointDecider(
    commands=NegotiationCommand, streams=streams, decide=decide, over=(opportunity.decider, quote.decider, facts)
)
