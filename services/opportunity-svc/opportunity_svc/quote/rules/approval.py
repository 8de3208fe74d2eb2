"""Approval: a discount is allowed by whoever has the authority, and never by its maker alone beyond their own."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from ltc_events import Command, Event, Money, Refusal, Sha256, Text, UserId

from ...authority_grant.rules import Authority, authority_id
from ...rule_book.rules import Book
from ...rule_book.rules.configuration import ConfigurationInvalid, check
from ...rule_book.rules.discount import DiscountMatrix
from .discount_tally import Beside, DiscountCounted, Tally, tally_id, window
from .events import QuoteApprovalRequested, QuoteApproved, QuoteRejected
from .price import largest_discount
from .states import Content, Draft, InApproval, QuoteEvent


class SubmitQuote(Command):
    """Ask for leave to send the quote; within one's own authority nobody has to be asked."""

    quote_id: UUID
    opportunity_id: UUID
    """Of the quote, as it says itself: it goes on with its deal only."""
    party_id: UUID | None = None
    """Whom the quote is for, as it says itself; quotes of other deals for the same party may count with it."""
    actor: UserId
    roles: tuple[str, ...] = ()
    today: date

    @property
    def authority_id(self) -> UUID:
        """The stream of what the maker may allow."""
        return authority_id(self.actor)

    @property
    def tally_id(self) -> UUID | None:
        """The stream of the discounted quotes of the party."""
        return None if self.party_id is None else tally_id(self.party_id)


class ApproveQuote(Command):
    """Allow the discount on exactly the lines one has read."""

    quote_id: UUID
    opportunity_id: UUID
    """Of the quote, as it says itself: it goes on with its deal only."""
    quote_hash: Sha256
    actor: UserId
    roles: tuple[str, ...] = ()
    today: date

    @property
    def authority_id(self) -> UUID:
        """The stream of what the approver may allow."""
        return authority_id(self.actor)


class RejectQuote(Command):
    """Do not allow the discount, and say why."""

    quote_id: UUID
    reason: Text
    actor: UserId
    today: date


class ApproverIsMaker(Refusal):
    """Four eyes: whoever wrote or submitted this quote cannot approve it."""


class BeyondAuthority(Refusal):
    """A discount of {discount} on {net} is beyond your authority: ask somebody who may allow more."""


class QuoteHasChanged(Refusal):
    """The quote is no longer the one you read: read it again."""


class QuoteOfOtherParty(Refusal):
    """This quote is for another party."""


@dataclass(frozen=True, slots=True)
class Leave:
    """What somebody may allow today: by their own grant, or by the discount matrix for one of their roles."""

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


def submit(quote: Draft, leave: Leave, rules: Book, tally: Tally, command: SubmitQuote) -> list[Event]:
    content = quote.content
    must_be_for(content, command.party_id)
    must_be_deliverable(content, rules)
    discount = largest_discount(content.lines)
    split = split_with(content, discount, leave, tally)
    asked = content.net if split is None else split.added_to(content.net)
    decided: QuoteEvent
    if leave.covers(discount, content.net, content.margin) and leave.covers(discount, asked, content.margin):
        decided = QuoteApproved(
            quote_id=command.quote_id,
            quote_hash=content.hash,
            approved_by=command.actor,
            within_own_authority=True,
            matrix_version=leave.matrix_used(discount, asked),
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
    return [decided, *counted(content, discount, leave.matrix, command)]


def must_be_for(content: Content, party_id: UUID | None) -> None:
    # A quote from before quotes named their party cannot be counted with others, whatever is said now.
    if party_id != content.party_id:
        raise QuoteOfOtherParty


def must_be_deliverable(content: Content, rules: Book) -> None:
    violations = check(rules.configuration, ((line.line, line.product, line.quantity) for line in content.lines))
    if violations:
        raise ConfigurationInvalid.of(violations)


def split_with(content: Content, discount: Decimal, leave: Leave, tally: Tally) -> Beside | None:
    """The discounted quotes of other deals of the party that count with this one."""
    if discount <= 0 or leave.matrix is None or leave.matrix.split_days == 0:
        return None
    beside = tally.beside(content.opportunity_id, content.currency, window(leave.today, leave.matrix.split_days))
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


def approve(quote: InApproval, leave: Leave, command: ApproveQuote) -> list[QuoteEvent]:
    content = quote.content
    if command.quote_hash != content.hash:
        raise QuoteHasChanged
    if command.actor in content.makers | {quote.requested_by}:
        raise ApproverIsMaker
    discount, asked = largest_discount(content.lines), quote.combined or content.net
    if not leave.covers(discount, asked, content.margin):
        raise BeyondAuthority(discount=f"{discount:.2%}", net=str(asked), amount=asked.amount, currency=asked.currency)
    approved = QuoteApproved(
        quote_id=command.quote_id,
        quote_hash=content.hash,
        approved_by=command.actor,
        within_own_authority=False,
        matrix_version=leave.matrix_used(discount, asked),
    )
    return [approved]


def reject(quote: InApproval, command: RejectQuote) -> list[QuoteEvent]:
    return [QuoteRejected(quote_id=command.quote_id, quote_hash=quote.content.hash, reason=command.reason, rejected_by=command.actor)]
