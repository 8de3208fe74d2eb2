"""Drafting: lines are priced from the price book as it is at this moment."""

from datetime import date, timedelta
from typing import Annotated
from uuid import UUID

from ltc_events import Code, Command, Name, UserId
from ltc_events.opportunity import lines_hash
from pydantic import Field

from ...catalogue.rules import Catalogue
from ...deal.rules.states import Opportunity, must_be_open
from ...price_book.rules import PriceBook, must_be_valid, price_book_id
from .events import QuoteDrafted, QuoteRevised
from .margin import costs_of
from .price import AskedLines, agreed_in, payable, priced
from .states import Live, Nobody, Quote, QuoteEvent

VALID_FOR = 30
"""Days, if nothing is said."""
ValidDays = Annotated[int, Field(ge=1, le=365)]


class DraftQuote(Command):
    """Write down what we would deliver, and for how much."""

    quote_id: UUID
    opportunity_id: UUID
    price_book: Code
    lines: AskedLines
    option: Name | None = None
    """What this one of several alternatives is called."""
    valid_days: ValidDays = VALID_FOR
    actor: UserId
    today: date

    @property
    def price_book_id(self) -> UUID:
        """The stream of the price book."""
        return price_book_id(self.price_book)


class ReviseQuote(Command):
    """Write the quote anew, at the prices of now."""

    quote_id: UUID
    opportunity_id: UUID
    """Of the quote, as it says itself: it goes on with its deal only."""
    price_book: Code
    lines: AskedLines
    valid_days: ValidDays | None = None
    """From today; as long as before, if nothing is said."""
    actor: UserId
    today: date

    @property
    def price_book_id(self) -> UUID:
        """The stream of the price book."""
        return price_book_id(self.price_book)


def draft_quote(quote: Quote, opportunity: Opportunity, book: PriceBook, catalogue: Catalogue, command: DraftQuote) -> list[QuoteEvent]:
    if not isinstance(quote, Nobody):
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
