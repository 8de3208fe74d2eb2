"""Drafting: lines are priced from the price book as it is at this moment."""

from datetime import date, timedelta
from uuid import UUID

from ltc_events import Code, Command, UserId
from ltc_events.opportunity import lines_hash

from ..opportunity import Opportunity, must_be_open
from ..price_book import PriceBook, must_be_valid, price_book_id
from .pricing import AskedLines, net_of, priced
from .states import Live, Nobody, Quote, QuoteDrafted, QuoteEvent, QuoteRevised

VALID_FOR = timedelta(days=30)


class DraftQuote(Command):
    """Write down what we would deliver, and for how much."""

    quote_id: UUID
    opportunity_id: UUID
    price_book: Code
    lines: AskedLines
    actor: UserId
    today: date

    @property
    def price_book_id(self) -> UUID:
        """The stream of the price book."""
        return price_book_id(self.price_book)


class ReviseQuote(Command):
    """Write the quote anew, at the prices of now."""

    quote_id: UUID
    price_book: Code
    lines: AskedLines
    actor: UserId
    today: date

    @property
    def price_book_id(self) -> UUID:
        """The stream of the price book."""
        return price_book_id(self.price_book)


def draft(quote: Quote, opportunity: Opportunity, book: PriceBook, command: DraftQuote) -> list[QuoteEvent]:
    if not isinstance(quote, Nobody):
        return []  # asked twice, drafted once
    must_be_open(opportunity)
    valid = must_be_valid(book, command.today)
    lines = priced(valid, command.lines)
    drafted = QuoteDrafted(
        quote_id=command.quote_id,
        opportunity_id=command.opportunity_id,
        price_book=valid.code,
        price_book_version=valid.version,
        currency=valid.currency,
        lines=lines,
        net=net_of(lines, valid.currency),
        quote_hash=lines_hash(lines),
        drafted_by=command.actor,
        drafted_on=command.today,
        expires_on=command.today + VALID_FOR,
    )
    return [drafted]


def revise(quote: Live, book: PriceBook, command: ReviseQuote) -> list[QuoteEvent]:
    valid = must_be_valid(book, command.today)
    lines = priced(valid, command.lines)
    if lines_hash(lines) == quote.content.hash:
        return []  # it says so already
    revised = QuoteRevised(
        quote_id=command.quote_id,
        revision=quote.content.revision + 1,
        price_book=valid.code,
        price_book_version=valid.version,
        currency=valid.currency,
        lines=lines,
        net=net_of(lines, valid.currency),
        quote_hash=lines_hash(lines),
        revised_by=command.actor,
    )
    return [revised]
