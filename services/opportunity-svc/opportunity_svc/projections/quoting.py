"""The quotes."""

from typing import Any

from ltc_events import Fact, change, on, projection, put
from ltc_events.opportunity import lines_as_json
from ltc_events.projection import Row
from sqlalchemy import JSON, BigInteger, Boolean, Column, Date, DateTime, Index, Integer, Numeric, Table, Text
from sqlalchemy.dialects.postgresql import UUID

from ..quote.rules.events import (
    QuoteAccepted,
    QuoteApprovalRequested,
    QuoteApproved,
    QuoteDrafted,
    QuoteExpired,
    QuoteRejected,
    QuoteRevised,
    QuoteSent,
    QuoteSuperseded,
)
from ..quote.rules.margin import cost_of, costs_as_json
from ..quote.rules.price import largest_discount, listed
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
    Column("option", Text),
    Column("party_id", UUID),
    Column("cost", BigInteger),
    Column("costs", JSON, nullable=False),
    Column("combined", BigInteger),
    Column("split_with", JSON),
    Column("matrix_version", Integer),
    Column("configuration_version", Integer),
    Column("superseded_by", UUID),
    Column("listed", Numeric(30, 0), nullable=False),
    Column("within_own_authority", Boolean),
    Index("quote_list_newest", "drafted_at", "quote_id"),
    Index("quote_list_of_opportunity", "opportunity_id"),
)

NEW_QUOTE = dict.fromkeys(quotes.columns.keys())
NOBODY_YET = dict.fromkeys(
    (
        "requested_by",
        "approved_by",
        "rejected_by",
        "rejection",
        "combined",
        "split_with",
        "matrix_version",
        "configuration_version",
        "within_own_authority",
    )
)


def content(quote: QuoteDrafted | QuoteRevised) -> dict[str, Any]:
    """What it says."""
    cost = cost_of(quote.lines, quote.costs, quote.currency)
    return {
        "quote_id": quote.quote_id,
        "status": "draft",
        "cost": None if cost is None else cost.amount,
        "costs": costs_as_json(quote.costs),
        "price_book": quote.price_book,
        "price_book_version": quote.price_book_version,
        "lines": lines_as_json(quote.lines),
        "net": quote.net.amount,
        "currency": quote.currency,
        "discount": largest_discount(quote.lines),
        "listed": sum(map(listed, quote.lines)),
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
        "option": quote.option,
        "party_id": quote.party_id,
    }


def revised(quote: QuoteRevised) -> Row:
    """Another content: what others said of the one before no longer counts."""
    until = {} if quote.expires_on is None else {"expires_on": quote.expires_on}
    return {**content(quote), **NOBODY_YET, **until, "revision": quote.revision, "maker": quote.revised_by}


def requested(quote: QuoteApprovalRequested) -> Row:
    """Somebody has to say something."""
    return {
        "quote_id": quote.quote_id,
        "status": "in_approval",
        "requested_by": quote.requested_by,
        "rejection": None,
        "combined": None if quote.combined is None else quote.combined.amount,
        "split_with": [str(each) for each in quote.split_with] or None,
        "configuration_version": quote.configuration_version,
    }


def approved(quote: QuoteApproved) -> Row:
    """It may be sent."""
    row = {
        "quote_id": quote.quote_id,
        "status": "approved",
        "approved_by": quote.approved_by,
        "matrix_version": quote.matrix_version,
        "within_own_authority": quote.within_own_authority,
    }
    return row if quote.configuration_version is None else {**row, "configuration_version": quote.configuration_version}


quote_list = projection(
    "quote_list",
    on(QuoteDrafted, put(quotes, drafted)),
    on(QuoteRevised, change(quotes, revised)),
    on(QuoteApprovalRequested, change(quotes, requested)),
    on(QuoteApproved, change(quotes, approved)),
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
    on(
        QuoteSuperseded,
        change(quotes, lambda quote: {"quote_id": quote.quote_id, "status": "superseded", "superseded_by": quote.superseded_by}),
    ),
    version=2,
)
