"""Authority: how much discount, on how much money, one of us may allow; by grant, not by rank."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeAlias
from uuid import UUID

from ltc_events import Command, Currency, Decider, Event, Money, Rate, Refusal, UserId, derive_id

from ..price_book.rules import must_not_end_before_it_begins


def authority_id(user: str) -> UUID:
    """The stream of what ``user`` may allow."""
    return derive_id("authority", user)


class GrantAuthority(Command):
    """Let somebody allow discounts up to a limit; it replaces what they were granted in this currency before."""

    authority_id: UUID
    user: UserId
    max_discount: Rate
    max_amount: Money
    """The net amount of the largest quote they may allow a discount on; its currency is the grant's."""
    valid_from: date
    valid_to: date | None = None
    """The last day; open end, if nothing is said."""
    granted_by: UserId


class RevokeAuthority(Command):
    """Take back everything somebody was granted."""

    authority_id: UUID
    user: UserId
    revoked_by: UserId


class AuthorityGranted(Event, type="ltc.opportunity.authority-granted.v1"):
    """Somebody may allow discounts up to a limit."""

    authority_id: UUID
    user: UserId
    max_discount: Rate
    max_amount: Money
    valid_from: date
    valid_to: date | None = None
    granted_by: UserId


class AuthorityRevoked(Event, type="ltc.opportunity.authority-revoked.v1"):
    """They may no longer allow any discount."""

    authority_id: UUID
    user: UserId
    currencies: tuple[Currency, ...]
    """The grants taken back, one per currency."""
    revoked_by: UserId


class GrantToOneself(Refusal):
    """Nobody grants authority to themselves."""


class LimitBelowNothing(Refusal):
    """The largest amount is below nothing."""


class NothingGranted(Refusal):
    """{user} was granted nothing that could be taken back."""

    status = 404


class NobodyGranted(Refusal):
    """Nobody of this name was ever granted anything."""

    status = 404


@dataclass(frozen=True, slots=True)
class Grant:
    """How far somebody may go in one currency."""

    max_discount: Decimal
    max_amount: Money
    valid_from: date
    valid_to: date | None

    def covers(self, discount: Decimal, net: Money, day: date) -> bool:
        """Whether this much discount on this much money may be allowed on this day."""
        in_time = self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)
        return in_time and discount <= self.max_discount and net <= self.max_amount


@dataclass(frozen=True, slots=True)
class Authority:
    """What one of us may allow, by currency; to begin with, nothing."""

    grants: Mapping[str, Grant]

    def covers(self, discount: Decimal, net: Money, day: date) -> bool:
        """Whether this much discount on this much money may be allowed on this day; a price at or above list needs nobody's leave."""
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
    granted = AuthorityGranted(**dict(command))
    return [] if authority.grants.get(command.max_amount.currency) == as_grant(granted) else [granted]


def revoke(authority: Authority, command: RevokeAuthority) -> list[AuthorityEvent]:
    if not authority.grants:
        raise NothingGranted(user=command.user)
    currencies = tuple(sorted(authority.grants))
    return [AuthorityRevoked(**dict(command), currencies=currencies)]


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
