"""The quotes."""

from typing import Any

from ltc_events import Fact, change, on, projection, put
from ltc_events.projection import Row
from sqlalchemy import JSON, BigInteger, Column, Date, DateTime, Index, Integer, Numeric, Table, Text
from sqlalchemy.dialects.postgresql import UUID

from ..domain.quote.pricing import largest_discount
from ..domain.quote.states import (
    QuoteAccepted,
    QuoteApprovalRequested,
    QuoteApproved,
    QuoteDrafted,
    QuoteExpired,
    QuoteRejected,
    QuoteRevised,
    QuoteSent,
)
from .schema import read

quotes = Table(
    "quote_list",
    read,
    Column("quote_id", UUID, primary_key=True),
    Column("opportunity_id", UUID, nullable=False),
    Column("status", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("price_book", Text, nullable=False),
    Column("price_book_version", Integer, nullable=False),
    Column("lines", JSON, nullable=False),
    Column("net", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("discount", Numeric(8, 6), nullable=False),
    Column("quote_hash", Text, nullable=False),
    Column("maker", Text, nullable=False),
    Column("drafted_at", DateTime(timezone=True), nullable=False),
    Column("expires_on", Date, nullable=False),
    Column("requested_by", Text),
    Column("approved_by", Text),
    Column("rejected_by", Text),
    Column("rejection", Text),
    Column("accepted_on", Date),
    Index("quote_list_newest", "drafted_at", "quote_id"),
    Index("quote_list_of_opportunity", "opportunity_id"),
)

NEW_QUOTE = dict.fromkeys(quotes.columns.keys())


def content(quote: QuoteDrafted | QuoteRevised) -> dict[str, Any]:
    """What it says."""
    return {
        "quote_id": quote.quote_id,
        "status": "draft",
        "price_book": quote.price_book,
        "price_book_version": quote.price_book_version,
        "lines": [line.model_dump(mode="json") for line in quote.lines],
        "net": quote.net.amount,
        "currency": quote.currency,
        "discount": largest_discount(quote.lines),
        "quote_hash": quote.quote_hash,
    }


def drafted(quote: QuoteDrafted, fact: Fact) -> Row:
    """A new quote."""
    return {
        **NEW_QUOTE,
        **content(quote),
        "opportunity_id": quote.opportunity_id,
        "revision": 1,
        "maker": quote.drafted_by,
        "drafted_at": fact.occurred_at,
        "expires_on": quote.expires_on,
    }


def revised(quote: QuoteRevised) -> Row:
    """Another content: what others said of the one before no longer counts."""
    nobody_yet = {"requested_by": None, "approved_by": None, "rejected_by": None, "rejection": None}
    return {**content(quote), **nobody_yet, "revision": quote.revision, "maker": quote.revised_by}


quote_list = projection(
    "quote_list",
    on(QuoteDrafted, put(quotes, drafted)),
    on(QuoteRevised, change(quotes, revised)),
    on(
        QuoteApprovalRequested,
        change(
            quotes,
            lambda quote: {"quote_id": quote.quote_id, "status": "in_approval", "requested_by": quote.requested_by, "rejection": None},
        ),
    ),
    on(
        QuoteApproved,
        change(quotes, lambda quote: {"quote_id": quote.quote_id, "status": "approved", "approved_by": quote.approved_by}),
    ),
    on(
        QuoteRejected,
        change(
            quotes,
            lambda quote: {
                "quote_id": quote.quote_id,
                "status": "rejected",
                "rejected_by": quote.rejected_by,
                "rejection": quote.reason,
            },
        ),
    ),
    on(QuoteSent, change(quotes, lambda quote: {"quote_id": quote.quote_id, "status": "sent"})),
    on(
        QuoteAccepted,
        change(quotes, lambda quote: {"quote_id": quote.quote_id, "status": "accepted", "accepted_on": quote.accepted_on}),
    ),
    on(QuoteExpired, change(quotes, lambda quote: {"quote_id": quote.quote_id, "status": "expired"})),
)
