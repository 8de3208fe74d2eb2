"""Sending: the customer gets the quote, and accepts it in time or does not."""

from datetime import date
from uuid import UUID

from ltc_events import Command, UserId

from ...deal.rules.states import must_have_come
from .events import QuoteAccepted, QuoteExpired, QuoteSent
from .states import Accepted, Approved, Expired, Nobody, Quote, QuoteEvent, Sent, Superseded


class SendQuote(Command):
    """Give the quote to the customer."""

    quote_id: UUID
    opportunity_id: UUID
    """Of the quote, as it says itself: it goes on with its deal only."""
    actor: UserId
    today: date


class AcceptQuote(Command):
    """Note that the customer agreed."""

    quote_id: UUID
    opportunity_id: UUID
    """Of the quote, as it says itself: it goes on with its deal only."""
    others: tuple[UUID, ...] = ()
    """The other quotes of the deal that may be offers still."""
    accepted_on: date
    today: date


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
        case Nobody() | Accepted() | Expired() | Superseded():
            return []  # the timer came too late, as it may
        case _ if quote.content.expires_on > command.expires_on:
            return []  # it was given more time since
        case _:
            return [QuoteExpired(quote_id=command.quote_id)]
