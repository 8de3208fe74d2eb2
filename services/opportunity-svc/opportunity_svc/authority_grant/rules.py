"""Authority grants: how much discount, on how much money, a user may approve; by grant, not by rank."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, TypeAlias
from uuid import UUID

from ltc_events import Command, Currency, Decider, Event, Money, Rate, Refusal, UserId, derive_id
from ltc_events.filled import Actor
from pydantic import Field

from ..price_book.rules import must_not_end_before_it_begins

Holder = Annotated[UserId, Field(examples=["ann"])]


def authority_id(user: str) -> UUID:
    """The stream of what ``user`` may approve."""
    return derive_id("authority", user)


class GrantAuthority(Command):
    """Let another user approve discounts up to a limit; it replaces their grant in this currency."""

    user: Holder
    max_discount: Rate = Field(examples=["0.15"])
    max_amount: Money = Field(description="The net amount of the largest quote they may approve a discount on.")
    valid_from: date
    valid_to: date | None = Field(None, description="The last day; open end, if nothing is said.")
    granted_by: Actor

    @property
    def authority_id(self) -> UUID:
        """The stream of what the user may approve."""
        return authority_id(self.user)


class RevokeAuthority(Command):
    """Take back everything a user was granted."""

    user: Holder
    revoked_by: Actor

    @property
    def authority_id(self) -> UUID:
        """The stream of what the user may approve."""
        return authority_id(self.user)


class AuthorityGranted(Event, type="ltc.opportunity.authority-granted.v1"):
    """A user may approve discounts up to a limit."""

    authority_id: UUID
    user: UserId
    max_discount: Rate
    max_amount: Money
    valid_from: date
    valid_to: date | None = None
    granted_by: UserId


class AuthorityRevoked(Event, type="ltc.opportunity.authority-revoked.v1"):
    """A user may no longer approve any discount."""

    authority_id: UUID
    user: UserId
    currencies: tuple[Currency, ...]
    """The grants taken back, one per currency."""
    revoked_by: UserId


class GrantToOneself(Refusal):
    """You cannot grant authority to yourself."""


class LimitBelowNothing(Refusal):
    """The largest amount is below zero."""


class NothingGranted(Refusal):
    """{user} has no grant that could be revoked."""

    status = 404


class NobodyGranted(Refusal):
    """No user of this name was ever granted authority."""

    status = 404


@dataclass(frozen=True, slots=True)
class Grant:
    """How much a user may approve in one currency."""

    max_discount: Decimal
    max_amount: Money
    valid_from: date
    valid_to: date | None

    def covers(self, discount: Decimal, net: Money, day: date) -> bool:
        """Whether the user may approve this discount on this amount on this day."""
        in_time = self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)
        return in_time and discount <= self.max_discount and net <= self.max_amount


@dataclass(frozen=True, slots=True)
class Authority:
    """What a user may approve, by currency; initially nothing."""

    grants: Mapping[str, Grant]

    def covers(self, discount: Decimal, net: Money, day: date) -> bool:
        """Whether the user may approve this discount on this amount on this day; a price at or above list needs no approval."""
        grant = self.grants.get(net.currency)
        return discount <= 0 or (grant is not None and grant.covers(discount, net, day))


AuthorityCommand: TypeAlias = GrantAuthority | RevokeAuthority
AuthorityEvent: TypeAlias = AuthorityGranted | AuthorityRevoked


def decide(authority: Authority, command: AuthorityCommand) -> list[AuthorityEvent]:
    match command:
        case GrantAuthority():
            return grant(authority, command)
        case RevokeAuthority():
            return revoke(authority, command)


def grant(authority: Authority, command: GrantAuthority) -> list[AuthorityEvent]:
    if command.granted_by == command.user:
        raise GrantToOneself
    if command.max_amount.amount < 0:
        raise LimitBelowNothing
    must_not_end_before_it_begins(command.valid_from, command.valid_to)
    granted = AuthorityGranted(authority_id=command.authority_id, **dict(command))
    return [] if authority.grants.get(command.max_amount.currency) == as_grant(granted) else [granted]


def revoke(authority: Authority, command: RevokeAuthority) -> list[AuthorityEvent]:
    if not authority.grants:
        raise NothingGranted(user=command.user)
    currencies = tuple(sorted(authority.grants))
    return [AuthorityRevoked(authority_id=command.authority_id, **dict(command), currencies=currencies)]


def evolve(authority: Authority, event: AuthorityEvent) -> Authority:
    match event:
        case AuthorityGranted():
            return Authority({**authority.grants, event.max_amount.currency: as_grant(event)})
        case AuthorityRevoked():
            return Authority({})


def as_grant(event: AuthorityGranted) -> Grant:
    return Grant(event.max_discount, event.max_amount, event.valid_from, event.valid_to)


decider: Decider[Authority, AuthorityCommand, AuthorityEvent] = Decider(
    kind="authority",
    shared=True,
    id="authority_id",
    initial=Authority({}),
    decide=decide,
    evolve=evolve,
    commands=AuthorityCommand,
    events=AuthorityEvent,
)
