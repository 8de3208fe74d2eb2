"""Approval: a discount is allowed by whoever has the authority, and never by its maker alone beyond their own."""

from datetime import date
from uuid import UUID

from ltc_events import Command, Refusal, Sha256, Text, UserId

from ..authority import Authority, authority_id
from .pricing import largest_discount
from .states import Draft, InApproval, QuoteApprovalRequested, QuoteApproved, QuoteEvent, QuoteRejected


class SubmitQuote(Command):
    """Ask for leave to send the quote; within one's own authority nobody has to be asked."""

    quote_id: UUID
    actor: UserId
    today: date

    @property
    def authority_id(self) -> UUID:
        """The stream of what the maker may allow."""
        return authority_id(self.actor)


class ApproveQuote(Command):
    """Allow the discount on exactly the lines one has read."""

    quote_id: UUID
    quote_hash: Sha256
    actor: UserId
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
    """A discount of {discount} on {amount} {currency} (minor units) is beyond your authority: ask somebody who may allow more."""


class QuoteHasChanged(Refusal):
    """The quote is no longer the one you read: read it again."""


def submit(quote: Draft, own: Authority, command: SubmitQuote) -> list[QuoteEvent]:
    content = quote.content
    discount = largest_discount(content.lines)
    if own.covers(discount, content.net, command.today):
        return [QuoteApproved(quote_id=command.quote_id, quote_hash=content.hash, approved_by=command.actor, within_own_authority=True)]
    requested = QuoteApprovalRequested(
        quote_id=command.quote_id, quote_hash=content.hash, discount=discount, net=content.net, requested_by=command.actor
    )
    return [requested]


def approve(quote: InApproval, authority: Authority, command: ApproveQuote) -> list[QuoteEvent]:
    content = quote.content
    if command.quote_hash != content.hash:
        raise QuoteHasChanged
    if command.actor in content.makers | {quote.requested_by}:
        raise ApproverIsMaker
    discount = largest_discount(content.lines)
    if not authority.covers(discount, content.net, command.today):
        raise BeyondAuthority(discount=f"{discount:.2%}", amount=content.net.amount, currency=content.net.currency)
    return [QuoteApproved(quote_id=command.quote_id, quote_hash=content.hash, approved_by=command.actor, within_own_authority=False)]


def reject(quote: InApproval, command: RejectQuote) -> list[QuoteEvent]:
    return [QuoteRejected(quote_id=command.quote_id, quote_hash=quote.content.hash, reason=command.reason, rejected_by=command.actor)]
