"""The register of mandates: what everybody may decide, in one place, so that it can be said who may."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated
from uuid import UUID

from ltc_events import Command, Decider, Event, Money, States, Stream, UserId, Value, derive_id
from ltc_events.opportunity_gates import Gate
from pydantic import Field

from .. import rules as mandate
from . import Grant, Mandate, mandate_id

REGISTER = derive_id("mandates")
"""There is one."""


class NoteMandate(Command):
    """Note what one of us may decide now."""

    register_id: UUID = REGISTER
    user: UserId

    def reads(self) -> list[Stream]:
        """The index, and the mandate to be noted."""
        return [decider.of(self.register_id), mandate.decider.of(mandate_id(self.user))]


class NotedGrant(Value):
    """How far somebody may go, or somebody in their place."""

    id: UUID
    gates: Annotated[tuple[Gate, ...], Field(max_length=3)]
    max_amount: Money
    valid_from: date
    valid_to: date | None = None
    to: UserId | None = None


class MandateNoted(Event, type="ltc.opportunity.mandate-noted.v1"):
    """What one of us may decide, and who in their place."""

    register_id: UUID
    user: UserId
    grants: tuple[NotedGrant, ...]
    delegations: tuple[NotedGrant, ...]


@dataclass(frozen=True, slots=True)
class Register:
    """Who may decide what."""

    noted: Mapping[str, MandateNoted] = field(default_factory=dict)

    def may_decide(self, gate: Gate, amount: Money, day: date, makers: frozenset[str]) -> tuple[str, ...]:
        """Who may decide that day, by their own mandate or in the place of others; neither is one of its makers."""
        found = {user for holder, said in self.noted.items() if holder not in makers for user in able(said, gate, amount, day)}
        return tuple(sorted(found - makers))


def able(said: MandateNoted, gate: Gate, amount: Money, day: date) -> Iterator[str]:
    """Whoever holds a mandate, and whom they lent it to."""
    held = Mandate(tuple(map(as_grant, said.grants)), {each.id: as_grant(each) for each in said.delegations})
    if held.own(gate, amount, day) is not None:
        yield said.user
    yield from (each.to for each in said.delegations if each.to is not None and held.delegated(each.to, gate, amount, day) is not None)


def as_grant(said: NotedGrant) -> Grant:
    return Grant(said.id, frozenset(said.gates), said.max_amount, said.valid_from, said.valid_to, said.to)


def as_noted(grant: Grant) -> NotedGrant:
    return NotedGrant(
        id=grant.id,
        gates=tuple(sorted(grant.gates)),
        max_amount=grant.max_amount,
        valid_from=grant.valid_from,
        valid_to=grant.valid_to,
        to=grant.to,
    )


def decide(states: States, command: NoteMandate) -> Sequence[Event]:
    match command:
        case NoteMandate():
            held = states.of(mandate.decider, mandate_id(command.user))
            return note(held, states.of(decider, command.register_id), command)


def note(held: Mandate, known: Register, command: NoteMandate) -> Sequence[Event]:
    noted = MandateNoted(
        register_id=command.register_id,
        user=command.user,
        grants=tuple(map(as_noted, held.grants)),
        delegations=tuple(map(as_noted, (held.delegations or {}).values())),
    )
    return [] if known.noted.get(command.user) == noted else [noted]


def evolve(register: Register, event: MandateNoted) -> Register:
    match event:
        case MandateNoted():
            return Register({**register.noted, event.user: event})


decider: Decider[Register, NoteMandate, MandateNoted] = Decider(
    kind="register",
    id="register_id",
    initial=Register(),
    decide_many=decide,
    evolve=evolve,
    commands=NoteMandate,
    events=MandateNoted,
    also=(mandate.decider,),
    shared=True,
)
