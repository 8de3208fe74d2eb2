"""What people see of deals: the pipeline, the quotes, the price books, and who may allow what."""

from typing import Any

from ltc_events import Fact, change, on, projection, put
from ltc_events.opportunity import OpportunityLost, OpportunityOpened, OpportunityWon
from ltc_events.projection import Row
from sqlalchemy import JSON, BigInteger, Boolean, Column, Date, DateTime, Index, Integer, MetaData, Numeric, Table, Text
from sqlalchemy.dialects.postgresql import UUID

from .domain.authority import AuthorityGranted, AuthorityRevoked
from .domain.price_book import PriceBookSet
from .domain.quote.pricing import largest_discount
from .domain.quote.states import (
    QuoteAccepted,
    QuoteApprovalRequested,
    QuoteApproved,
    QuoteDrafted,
    QuoteExpired,
    QuoteRejected,
    QuoteRevised,
    QuoteSent,
)

read = MetaData(schema="read")

# ── the pipeline ──────────────────────────────────────────────────────────────────────────────────────────────────────

opportunities = Table(
    "opportunity_list",
    read,
    Column("opportunity_id", UUID, primary_key=True),
    Column("lead_id", UUID, nullable=False),
    Column("party_id", UUID, nullable=False),
    Column("company", Text, nullable=False),
    Column("need", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("value", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("account_manager", Text, nullable=False),
    Column("solution_manager", Text, nullable=False),
    Column("fulfilment_manager", Text, nullable=False),
    Column("expected_close", Date, nullable=False),
    Column("opened_at", DateTime(timezone=True), nullable=False),
    Column("quote_id", UUID),
    Column("won_net", BigInteger),
    Column("won_currency", Text),
    Column("loss_reason", Text),
    Column("lesson", Text),
    Column("competitor", Text),
    Column("closed_on", Date),
    Index("opportunity_list_newest", "opened_at", "opportunity_id"),
)

NEW_OPPORTUNITY = dict.fromkeys(opportunities.columns.keys())


def opened(deal: OpportunityOpened, fact: Fact) -> Row:
    """A deal in the pipeline."""
    return {
        **NEW_OPPORTUNITY,
        **deal.model_dump(exclude={"value"}),
        "status": "open",
        "value": deal.value.amount,
        "currency": deal.value.currency,
        "opened_at": fact.occurred_at,
    }


def won(deal: OpportunityWon) -> Row:
    """What it came to."""
    return {
        "opportunity_id": deal.opportunity_id,
        "status": "won",
        "quote_id": deal.quote_id,
        "won_net": deal.net.amount,
        "won_currency": deal.net.currency,
        "closed_on": deal.won_on,
    }


def lost(deal: OpportunityLost) -> Row:
    """Why it came to nothing."""
    return {
        "opportunity_id": deal.opportunity_id,
        "status": "lost",
        "loss_reason": deal.reason,
        "lesson": deal.lesson,
        "competitor": deal.competitor,
        "closed_on": deal.lost_on,
    }


opportunity_list = projection(
    "opportunity_list",
    on(OpportunityOpened, put(opportunities, opened)),
    on(OpportunityWon, change(opportunities, won)),
    on(OpportunityLost, change(opportunities, lost)),
)

# ── quotes ────────────────────────────────────────────────────────────────────────────────────────────────────────────

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

# ── price books ───────────────────────────────────────────────────────────────────────────────────────────────────────

price_books = Table(
    "price_book",
    read,
    Column("price_book_id", UUID, primary_key=True),
    Column("code", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("currency", Text, nullable=False),
    Column("items", JSON, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    Column("set_by", Text, nullable=False),
    Column("set_at", DateTime(timezone=True), nullable=False),
)

price_book = projection(
    "price_book",
    on(
        PriceBookSet,
        put(
            price_books,
            lambda book, fact: {
                **book.model_dump(exclude={"items"}),
                "items": [item.model_dump(mode="json") for item in book.items],
                "set_at": fact.occurred_at,
            },
        ),
    ),
)

# ── who may allow what ────────────────────────────────────────────────────────────────────────────────────────────────

authority_grants = Table(
    "authority_grant",
    read,
    Column("authority_id", UUID, primary_key=True),
    Column("currency", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    Column("max_discount", Numeric(7, 6), nullable=False),
    Column("max_amount", BigInteger, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    Column("granted_by", Text, nullable=False),
    Column("granted_at", DateTime(timezone=True), nullable=False),
    Column("revoked", Boolean, nullable=False),
    Column("revoked_by", Text),
)


def granted(grant: AuthorityGranted, fact: Fact) -> Row:
    """How far somebody may go."""
    return {
        "authority_id": grant.authority_id,
        "currency": grant.max_amount.currency,
        "holder": grant.user,
        "max_discount": grant.max_discount,
        "max_amount": grant.max_amount.amount,
        "valid_from": grant.valid_from,
        "valid_to": grant.valid_to,
        "granted_by": grant.granted_by,
        "granted_at": fact.occurred_at,
        "revoked": False,
        "revoked_by": None,
    }


def revoked(grant: AuthorityRevoked) -> list[Row]:
    """Nothing any more, in any currency."""
    return [
        {"authority_id": grant.authority_id, "currency": currency, "revoked": True, "revoked_by": grant.revoked_by}
        for currency in grant.currencies
    ]


authority_grant = projection(
    "authority_grant",
    on(AuthorityGranted, put(authority_grants, granted)),
    on(AuthorityRevoked, change(authority_grants, revoked)),
)
