"""Every version of quotes and price books, so that any two can be laid side by side."""

from ltc_events import Fact, on, projection, put
from ltc_events.opportunity import lines_as_json
from ltc_events.projection import Row
from sqlalchemy import JSON, BigInteger, Column, Date, DateTime, Integer, Table, Text
from sqlalchemy.dialects.postgresql import UUID

from ..price_book.rules import PriceBookSet
from ..quote.rules.events import QuoteDrafted, QuoteRevised
from ..quote.rules.margin import costs_as_json
from .schema import read

quote_versions = Table(
    "quote_version",
    read,
    Column("quote_id", UUID, primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("price_book", Text, nullable=False),
    Column("price_book_version", Integer, nullable=False),
    Column("lines", JSON, nullable=False),
    Column("net", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("quote_hash", Text, nullable=False),
    Column("written_by", Text, nullable=False),
    Column("written_at", DateTime(timezone=True), nullable=False),
    Column("costs", JSON, nullable=False),
    Column("agreed", JSON),
)
price_book_versions = Table(
    "price_book_version",
    read,
    Column("price_book_id", UUID, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("code", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("items", JSON, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    Column("set_by", Text, nullable=False),
    Column("set_at", DateTime(timezone=True), nullable=False),
)


def quoted(quote: QuoteDrafted | QuoteRevised, fact: Fact) -> Row:
    """What a quote said."""
    return {
        "quote_id": quote.quote_id,
        "revision": 1 if isinstance(quote, QuoteDrafted) else quote.revision,
        "price_book": quote.price_book,
        "price_book_version": quote.price_book_version,
        "lines": lines_as_json(quote.lines),
        "net": quote.net.amount,
        "currency": quote.currency,
        "quote_hash": quote.quote_hash,
        "written_by": quote.drafted_by if isinstance(quote, QuoteDrafted) else quote.revised_by,
        "written_at": fact.occurred_at,
        "costs": costs_as_json(quote.costs),
        "agreed": None if quote.agreed is None else list(quote.agreed),
    }


def listed(book: PriceBookSet, fact: Fact) -> Row:
    """What a price book said."""
    return {
        **book.model_dump(exclude={"items", "difference_hash"}),
        "items": [item.model_dump(mode="json") for item in book.items],
        "set_at": fact.occurred_at,
    }


quote_version = projection(
    "quote_version", on(QuoteDrafted, put(quote_versions, quoted)), on(QuoteRevised, put(quote_versions, quoted)), version=2
)
price_book_version = projection("price_book_version", on(PriceBookSet, put(price_book_versions, listed)))
