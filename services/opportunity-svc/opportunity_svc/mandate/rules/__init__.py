"""A mandate: which gates one of us may decide about, up to which amount and when; by grant, not by rank, and to be delegated for a time."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, TypeAlias
from uuid import UUID

from ltc_events import Command, Currency, Decider, Event, Money, Refusal, UserId, Value, derive_id
from ltc_events.opportunity_gates import Gate
from pydantic import Field

from ...authority_grant.rules import GrantToOneself, LimitBelowNothing
from ...price_book.rules import must_not_end_before_it_begins

Gates = Annotated[tuple[Gate, ...], Field(min_length=1, max_length=3)]


def mandate_id(user: str) -> UUID:
    """The stream of what ``user`` may decide."""
    return derive_id("mandate", user)


class GrantMandate(Command):
    """Let somebody decide about gates; it replaces what they were granted for these gates in this currency."""

    mandate_id: UUID
    grant_id: UUID
    user: UserId
    gates: Gates
    max_amount: Money
    """The largest deal or quote; its currency is the grant's."""
    valid_from: date
    valid_to: date | None = None
    granted_by: UserId


class RevokeMandate(Command):
    """Take back everything somebody may decide; what they delegated ends with it."""

    mandate_id: UUID
    user: UserId
    revoked_by: UserId


class DelegateMandate(Command):
    """Let somebody else decide in one's place for a time, within what one may decide oneself."""

    mandate_id: UUID
    delegation_id: UUID
    user: UserId
    to: UserId
    gates: Gates
    max_amount: Money
    valid_from: date
    valid_to: date
    actor: UserId


class EndDelegation(Command):
    """Let nobody decide in one's place by this delegation any more."""

    mandate_id: UUID
    delegation_id: UUID
    user: UserId
    ended_by: UserId


class MandateGranted(Event, type="ltc.opportunity.mandate-granted.v1"):
    """Somebody may decide about gates."""

    mandate_id: UUID
    grant_id: UUID
    user: UserId
    gates: tuple[Gate, ...]
    max_amount: Money
    valid_from: date
    valid_to: date | None = None
    granted_by: UserId


class Scope(Value):
    """What a grant is about."""

    gate: Gate
    currency: Currency


class MandateRevoked(Event, type="ltc.opportunity.mandate-revoked.v1"):
    """They may no longer decide about anything, nor anybody in their place."""

    mandate_id: UUID
    user: UserId
    scopes: tuple[Scope, ...]
    delegations: tuple[UUID, ...] = ()
    revoked_by: UserId


class MandateDelegated(Event, type="ltc.opportunity.mandate-delegated.v1"):
    """Somebody else may decide in their place for a time."""

    mandate_id: UUID
    delegation_id: UUID
    user: UserId
    to: UserId
    gates: tuple[Gate, ...]
    max_amount: Money
    valid_from: date
    valid_to: date


class DelegationEnded(Event, type="ltc.opportunity.delegation-ended.v1"):
    """Nobody decides in their place by this delegation any more."""

    mandate_id: UUID
    delegation_id: UUID
    user: UserId
    ended_by: UserId


class NoMandate(Refusal):
    """{user} may not decide about anything."""

    status = 404


class DelegatedToOneself(Refusal):
    """A delegation goes to somebody else."""


class NotYourMandate(Refusal):
    """Only {user} delegates their mandate, and only they or who got it ends that."""


class BeyondOwnMandate(Refusal):
    """Only what one may decide oneself can be delegated: {gates} up to {amount} is more than {user} was granted."""


class UnknownDelegation(Refusal):
    """There is no such delegation."""

    status = 404


@dataclass(frozen=True, slots=True)
class Grant:
    """How far somebody may go, or somebody in their place."""

    id: UUID
    gates: frozenset[Gate]
    max_amount: Money
    valid_from: date
    valid_to: date | None
    to: str | None = None
    """Of a delegation: who may."""

    def covers(self, gate: Gate, amount: Money, day: date) -> bool:
        """Whether this gate may be decided about, for this amount, on this day."""
        in_time = self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)
        return gate in self.gates and in_time and amount.currency == self.max_amount.currency and amount <= self.max_amount


@dataclass(frozen=True, slots=True)
class Mandate:
    """What one of us may decide, and who may in their place; to begin with, nothing and nobody."""

    grants: tuple[Grant, ...] = ()
    delegations: Mapping[UUID, Grant] | None = None

    def own(self, gate: Gate, amount: Money, day: date) -> Grant | None:
        """The grant that lets the holder decide, if one does."""
        return first(self.grants, gate, amount, day)

    def delegated(self, to: str, gate: Gate, amount: Money, day: date) -> Grant | None:
        """The delegation that lets ``to`` decide in the holder's place, if one does, and the holder still may: no further than they."""
        own = self.own(gate, amount, day)
        given = first((each for each in (self.delegations or {}).values() if each.to == to), gate, amount, day)
        if own is None or given is None:
            return None
        return given if given.max_amount <= own.max_amount else replace(given, max_amount=own.max_amount)


def first(grants: Iterable[Grant], gate: Gate, amount: Money, day: date) -> Grant | None:
    return next((grant for grant in grants if grant.covers(gate, amount, day)), None)


MandateCommand: TypeAlias = GrantMandate | RevokeMandate | DelegateMandate | EndDelegation
MandateEvent: TypeAlias = MandateGranted | MandateRevoked | MandateDelegated | DelegationEnded


def decide(mandate: Mandate, command: MandateCommand) -> list[MandateEvent]:
    match command:
        case GrantMandate():
            return grant(mandate, command)
        case RevokeMandate():
            return revoke(mandate, command)
        case DelegateMandate():
            return delegate(mandate, command)
        case EndDelegation():
            return end(mandate, command)


def grant(mandate: Mandate, command: GrantMandate) -> list[MandateEvent]:
    if command.granted_by == command.user:
        raise GrantToOneself
    must_be_a_limit(command.max_amount, command.valid_from, command.valid_to)
    granted = MandateGranted(**dict(command))
    return [] if any(same(each, as_grant(granted)) for each in mandate.grants) else [granted]


def must_be_a_limit(amount: Money, valid_from: date, valid_to: date | None) -> None:
    if amount.amount < 0:
        raise LimitBelowNothing
    must_not_end_before_it_begins(valid_from, valid_to)


def same(one: Grant, other: Grant) -> bool:
    """Whether two grants allow the same."""
    return (one.gates, one.max_amount, one.valid_from, one.valid_to) == (other.gates, other.max_amount, other.valid_from, other.valid_to)


def revoke(mandate: Mandate, command: RevokeMandate) -> list[MandateEvent]:
    if not mandate.grants:
        raise NoMandate(user=command.user)
    scopes = sorted({(gate, grant.max_amount.currency) for grant in mandate.grants for gate in grant.gates})
    revoked = MandateRevoked(
        **dict(command),
        scopes=tuple(Scope(gate=gate, currency=currency) for gate, currency in scopes),
        delegations=tuple(mandate.delegations or ()),
    )
    return [revoked]


def delegate(mandate: Mandate, command: DelegateMandate) -> list[MandateEvent]:
    if command.actor != command.user:
        raise NotYourMandate(user=command.user)
    if command.to == command.user:
        raise DelegatedToOneself
    must_be_a_limit(command.max_amount, command.valid_from, command.valid_to)
    if any(mandate.own(gate, command.max_amount, command.valid_from) is None for gate in command.gates):
        raise BeyondOwnMandate(gates=command.gates, amount=str(command.max_amount), user=command.user)
    if command.delegation_id in (mandate.delegations or {}):
        return []
    return [MandateDelegated(**command.model_dump(exclude={"actor", "max_amount"}), max_amount=command.max_amount)]


def end(mandate: Mandate, command: EndDelegation) -> list[MandateEvent]:
    given = (mandate.delegations or {}).get(command.delegation_id)
    if given is None:
        raise UnknownDelegation
    if command.ended_by not in (command.user, given.to):
        raise NotYourMandate(user=command.user)
    return [DelegationEnded(**dict(command))]


def evolve(mandate: Mandate, event: MandateEvent) -> Mandate:
    delegations = dict(mandate.delegations or {})
    match event:
        case MandateGranted():
            return Mandate((*replaced(mandate.grants, event), as_grant(event)), delegations)
        case MandateRevoked():
            return Mandate()
        case MandateDelegated():
            given = Grant(event.delegation_id, frozenset(event.gates), event.max_amount, event.valid_from, event.valid_to, event.to)
            return Mandate(mandate.grants, delegations | {event.delegation_id: given})
        case DelegationEnded():
            delegations.pop(event.delegation_id, None)
            return Mandate(mandate.grants, delegations)


def replaced(grants: tuple[Grant, ...], event: MandateGranted) -> list[Grant]:
    """What is left of older grants: nothing for these gates in this currency."""
    kept = []
    for grant in grants:
        gates = grant.gates - set(event.gates) if grant.max_amount.currency == event.max_amount.currency else grant.gates
        if gates:
            kept.append(Grant(grant.id, gates, grant.max_amount, grant.valid_from, grant.valid_to))
    return kept


def as_grant(event: MandateGranted) -> Grant:
    return Grant(event.grant_id, frozenset(event.gates), event.max_amount, event.valid_from, event.valid_to)


decider: Decider[Mandate, MandateCommand, MandateEvent] = Decider(
    kind="mandate",
    shared=True,
    id="mandate_id",
    initial=Mandate(),
    decide=decide,
    evolve=evolve,
    commands=MandateCommand,
    events=MandateEvent,
)
