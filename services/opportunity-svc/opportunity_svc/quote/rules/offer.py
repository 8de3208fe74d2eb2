"""Offers: a quote is sent to the customer, who accepts it in time or does not."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from ltc_events import Command, Stream, UserId

from ...deal.rules.history import history as deals
from ...deal.rules.states import must_have_come
from .events import QuoteAccepted, QuoteExpired, QuoteSent
from .states import Accepted, Approved, Draft, Expired, InApproval, NoQuote, Quote, QuoteEvent, Sent, Superseded, history


class SendQuote(Command):
    """Give the quote to the customer."""

    quote_id: UUID
    opportunity_id: UUID
    """The deal of the quote; it is sent only while its deal is open."""
    actor: UserId
    today: date

    def reads(self) -> Sequence[Stream]:
        return [deals.of(self.opportunity_id), history.of(self.quote_id)]


class AcceptQuote(Command):
    """Note that the customer agreed."""

    quote_id: UUID
    opportunity_id: UUID
    """The deal of the quote; it is accepted only while its deal is open."""
    others: tuple[UUID, ...] = ()
    """The other quotes of the deal that may be offers still."""
    accepted_on: date
    today: date

    def reads(self) -> Sequence[Stream]:
        return [deals.of(self.opportunity_id), *map(history.of, (self.quote_id, *self.others))]


class ExpireQuote(Command):
    """Let the quote lapse, unless the customer agreed in time."""

    quote_id: UUID
    expires_on: date


def send(quote: Approved | Sent, command: SendQuote) -> list[QuoteEvent]:
    if isinstance(quote, Sent):
        return []  # they have it
    return [QuoteSent(quote_id=command.quote_id, quote_hash=quote.content.hash, sent_by=command.actor)]


def accept(quote: Sent, command: AcceptQuote) -> list[QuoteEvent]:
    must_have_come(command.accepted_on, command.today)
    return [QuoteAccepted(quote_id=command.quote_id, quote_hash=quote.content.hash, accepted_on=command.accepted_on)]


def expire(quote: Quote, command: ExpireQuote) -> list[QuoteEvent]:
    match quote:
        case NoQuote() | Accepted() | Expired() | Superseded():
            return []  # the timer came too late, as it may
        case Draft() | InApproval() | Approved() | Sent():
            # a quote that was given more time since has another timer
            return [] if quote.content.expires_on > command.expires_on else [QuoteExpired(quote_id=command.quote_id)]
