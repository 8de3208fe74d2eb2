"""Drafts: lines are priced from the price book as it is at this moment."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Annotated
from uuid import UUID

from ltc_events import Command, Name, Stream, UserId
from ltc_events.filled import Actor, NewId, Today
from ltc_events.opportunity import lines_hash
from pydantic import Field

from ...catalogue.rules import CATALOGUE_ID, Catalogue
from ...catalogue.rules import decider as catalogues
from ...deal.rules.history import history as deals
from ...deal.rules.states import Opportunity, must_be_open
from ...price_book.rules import BookCode, PriceBook, must_be_valid, price_book_id
from ...price_book.rules import decider as price_books
from .events import QuoteDrafted, QuoteRevised
from .margin import costs_of
from .price import AskedLines, agreed_in, payable, priced
from .states import Live, NoQuote, Quote, QuoteEvent, history

VALID_FOR = 30
"""Days, if nothing is said."""
ValidDays = Annotated[int, Field(ge=1, le=365)]


class DraftQuote(Command):
    """Draft a quote for an open deal; prices come from the price book."""

    quote_id: NewId
    opportunity_id: UUID
    price_book: BookCode = Field(examples=["list-2026"])
    lines: AskedLines = Field(examples=[[{"product": "GTX Pro", "quantity": "40", "discount": "0.15"}]])
    option: Name | None = Field(None, examples=["Without spare parts"], description="What this alternative is called.")
    valid_days: ValidDays = Field(VALID_FOR, description="How long it binds us.")
    actor: Actor
    today: Today

    def reads(self) -> Sequence[Stream]:
        return priced_from(self)


class ReviseQuote(Command):
    """Write the quote anew, at the prices of now."""

    quote_id: UUID
    opportunity_id: UUID
    """The deal of the quote; it is revised only while its deal is open."""
    price_book: BookCode
    lines: AskedLines
    valid_days: ValidDays | None = None
    """From today; as long as before, if nothing is said."""
    actor: UserId
    today: date

    def reads(self) -> Sequence[Stream]:
        return priced_from(self)


def priced_from(command: DraftQuote | ReviseQuote) -> Sequence[Stream]:
    """Deal, quote, prices and costs."""
    book = price_books.of(price_book_id(command.price_book))
    return [deals.of(command.opportunity_id), history.of(command.quote_id), book, catalogues.of(CATALOGUE_ID)]


def draft_quote(quote: Quote, opportunity: Opportunity, book: PriceBook, catalogue: Catalogue, command: DraftQuote) -> list[QuoteEvent]:
    if not isinstance(quote, NoQuote):
        return []  # asked twice, drafted once
    deal = must_be_open(opportunity)
    valid = must_be_valid(book, command.today)
    lines = priced(valid, command.lines)
    drafted = QuoteDrafted(
        quote_id=command.quote_id,
        opportunity_id=command.opportunity_id,
        price_book=valid.code,
        price_book_version=valid.version,
        currency=valid.currency,
        lines=lines,
        net=payable(lines, valid.currency),
        quote_hash=lines_hash(lines),
        drafted_by=command.actor,
        drafted_on=command.today,
        expires_on=command.today + timedelta(days=command.valid_days),
        option=command.option,
        party_id=deal.party_id,
        costs=costs_of(catalogue, lines, command.today),
        agreed=agreed_in(command.lines),
    )
    return [drafted]


def revise_quote(quote: Live, book: PriceBook, catalogue: Catalogue, command: ReviseQuote) -> list[QuoteEvent]:
    valid = must_be_valid(book, command.today)
    lines = priced(valid, command.lines)
    until = None if command.valid_days is None else command.today + timedelta(days=command.valid_days)
    fingerprint = lines_hash(lines)
    if fingerprint == quote.content.hash and until in (None, quote.content.expires_on):
        return []  # it says so already
    revised = QuoteRevised(
        quote_id=command.quote_id,
        revision=quote.content.revision + 1,
        price_book=valid.code,
        price_book_version=valid.version,
        currency=valid.currency,
        lines=lines,
        net=payable(lines, valid.currency),
        quote_hash=fingerprint,
        revised_by=command.actor,
        expires_on=until,
        costs=costs_of(catalogue, lines, command.today),
        agreed=agreed_in(command.lines),
    )
    return [revised]
