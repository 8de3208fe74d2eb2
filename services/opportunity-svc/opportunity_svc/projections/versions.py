"""Every version of quotes and price books, so that any two can be laid side by side."""

from ltc_events import Fact, on, projection, put
from ltc_events.opportunity import lines_as_json
from ltc_events.projection import Row
from sqlalchemy import JSON, BigInteger, Column, DateTime, Integer, Table, Text
from sqlalchemy.dialects.postgresql import UUID

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


quote_version = projection(
    "quote_version", on(QuoteDrafted, put(quote_versions, quoted)), on(QuoteRevised, put(quote_versions, quoted)), version=2
)
