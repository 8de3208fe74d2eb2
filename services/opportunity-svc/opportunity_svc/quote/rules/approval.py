"""Approval: a discount is approved by a user with the authority; beyond their own, makers need another approver."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from ltc_events import Command, Event, Money, Refusal, Sha256, Stream, Text, UserId
from ltc_events.filled import Actor, Today
from pydantic import Field

from ...authority_grant.rules import Authority, authority_id
from ...authority_grant.rules import decider as authorities
from ...deal.rules.history import history as deals
from ...rule_book.rules import CONFIGURATION, DISCOUNT, Book
from ...rule_book.rules import decider as rule_books
from ...rule_book.rules.configuration import ConfigurationInvalid, check
from ...rule_book.rules.discount import DiscountMatrix
from .discount_tally import Beside, DiscountCounted, Tally, tally_id, window
from .discount_tally import decider as tallies
from .events import QuoteApprovalRequested, QuoteApproved, QuoteRejected
from .price import largest_discount
from .states import Content, Draft, InApproval, QuoteEvent, history


class SubmitQuote(Command):
    """Submit a quote for approval; within the maker's own authority it is approved at once."""

    quote_id: UUID
    opportunity_id: UUID
    """The deal of the quote; it is submitted only while its deal is open."""
    party_id: UUID | None = None
    """The party of the quote; discounted quotes for it in other deals may count with this one."""
    actor: UserId
    roles: tuple[str, ...] = ()
    today: date

    @property
    def tally_id(self) -> UUID | None:
        """The stream of the discounted quotes of the party."""
        return None if self.party_id is None else tally_id(self.party_id)

    def reads(self) -> Sequence[Stream]:
        tally = [] if self.tally_id is None else [tallies.of(self.tally_id)]
        return [*allowed_by(self), rule_books.of(CONFIGURATION), *tally]


class ApproveQuote(Command):
    """Approve the discount on exactly the lines one has read."""

    quote_id: UUID
    opportunity_id: UUID
    """The deal of the quote; it is approved only while its deal is open."""
    quote_hash: Sha256
    actor: UserId
    roles: tuple[str, ...] = ()
    today: date

    @property
    def authority_id(self) -> UUID:
        """The stream of what the approver may approve."""
        return authority_id(self.actor)

    def reads(self) -> Sequence[Stream]:
        return allowed_by(self)


class RejectQuote(Command):
    """Reject a quote, with a reason."""

    quote_id: UUID
    reason: Text = Field(examples=["Too cheap for three cards"])
    actor: Actor
    today: Today


def allowed_by(command: SubmitQuote | ApproveQuote) -> Sequence[Stream]:
    """Deal, quote, and what the user may approve."""
    authority = authorities.of(authority_id(command.actor))
    return [deals.of(command.opportunity_id), history.of(command.quote_id), authority, rule_books.of(DISCOUNT)]


class ApproverIsMaker(Refusal):
    """Four eyes: you wrote or submitted this quote, so another user has to approve it."""


class BeyondAuthority(Refusal):
    """A discount of {discount} on {net} is beyond your authority: ask an approver with a higher limit."""


class QuoteHasChanged(Refusal):
    """The quote is no longer the one you read: read it again."""


class QuoteOfOtherParty(Refusal):
    """This quote is for another party."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a user may approve today: by their own grant, or by the discount matrix for one of their roles."""

    own: Authority
    book: Book
    roles: tuple[str, ...]
    today: date

    @property
    def matrix(self) -> DiscountMatrix | None:
        """The discount matrix that counts."""
        return self.book.discount

    def by_grant(self, discount: Decimal, net: Money) -> bool:
        """Whether their grant is enough."""
        return self.own.covers(discount, net, self.today)

    def covers(self, discount: Decimal, net: Money, margin: Decimal | None) -> bool:
        """Whether one of the two is."""
        if self.by_grant(discount, net):
            return True
        return self.matrix is not None and self.matrix.covers(self.roles, discount, net, margin, self.today)

    def matrix_used(self, discount: Decimal, net: Money) -> int | None:
        """The version of the matrix, where the grant would not have been enough."""
        return None if self.by_grant(discount, net) else self.book.live


def submit(quote: Draft, limits: Limits, rules: Book, tally: Tally, command: SubmitQuote) -> list[Event]:
    content = quote.content
    must_be_for(content, command.party_id)
    must_be_deliverable(content, rules)
    discount = largest_discount(content.lines)
    split = split_with(content, discount, limits, tally)
    asked = content.net if split is None else split.added_to(content.net)
    decided: QuoteEvent
    if limits.covers(discount, content.net, content.margin) and limits.covers(discount, asked, content.margin):
        decided = QuoteApproved(
            quote_id=command.quote_id,
            quote_hash=content.hash,
            approved_by=command.actor,
            within_own_authority=True,
            matrix_version=limits.matrix_used(discount, asked),
            configuration_version=rules.live,
        )
    else:
        decided = QuoteApprovalRequested(
            quote_id=command.quote_id,
            quote_hash=content.hash,
            discount=discount,
            net=content.net,
            requested_by=command.actor,
            combined=None if split is None else asked,
            split_with=() if split is None else split.quotes,
            configuration_version=rules.live,
        )
    return [decided, *counted(content, discount, limits.matrix, command)]


def must_be_for(content: Content, party_id: UUID | None) -> None:
    # A quote from before quotes named their party cannot be counted with others, whatever is said now.
    if party_id != content.party_id:
        raise QuoteOfOtherParty


def must_be_deliverable(content: Content, rules: Book) -> None:
    violations = check(rules.configuration, ((line.line, line.product, line.quantity) for line in content.lines))
    if violations:
        raise ConfigurationInvalid.of(violations)


def split_with(content: Content, discount: Decimal, limits: Limits, tally: Tally) -> Beside | None:
    """The discounted quotes of other deals of the party that count with this one."""
    if discount <= 0 or limits.matrix is None or limits.matrix.split_days == 0:
        return None
    beside = tally.beside(content.opportunity_id, content.currency, window(limits.today, limits.matrix.split_days))
    return beside if beside.quotes else None


def counted(content: Content, discount: Decimal, matrix: DiscountMatrix | None, command: SubmitQuote) -> list[Event]:
    """Where deals are watched for being split, every discounted quote is remembered."""
    if command.party_id is None or command.tally_id is None or discount <= 0 or matrix is None or matrix.split_days == 0:
        return []
    remembered = DiscountCounted(
        tally_id=command.tally_id,
        party_id=command.party_id,
        opportunity_id=content.opportunity_id,
        quote_id=command.quote_id,
        discount=discount,
        net=content.net,
        submitted_on=command.today,
    )
    return [remembered]


def approve(quote: InApproval, limits: Limits, command: ApproveQuote) -> list[QuoteEvent]:
    content = quote.content
    if command.quote_hash != content.hash:
        raise QuoteHasChanged
    if command.actor in content.makers | {quote.requested_by}:
        raise ApproverIsMaker
    discount, asked = largest_discount(content.lines), quote.combined or content.net
    if not limits.covers(discount, asked, content.margin):
        raise BeyondAuthority(discount=f"{discount:.2%}", net=str(asked), amount=asked.amount, currency=asked.currency)
    approved = QuoteApproved(
        quote_id=command.quote_id,
        quote_hash=content.hash,
        approved_by=command.actor,
        within_own_authority=False,
        matrix_version=limits.matrix_used(discount, asked),
    )
    return [approved]


def reject(quote: InApproval, command: RejectQuote) -> list[QuoteEvent]:
    return [QuoteRejected(quote_id=command.quote_id, quote_hash=quote.content.hash, reason=command.reason, rejected_by=command.actor)]
