"""What people do with quotes."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from ltc_events import Money, Sha256, Text, UserId
from ltc_events.opportunity import PricedLine
from ltc_runtime.edge import EVERYONE, Api, Body, Handle, Page, Paging, Read, View, matching
from pydantic import Field
from sqlalchemy import select

from .. import projections as shown
from ..domain import quote
from ..domain.opportunity import DayInTheFuture, OpportunityClosed, UnknownOpportunity
from ..domain.price_book import BookCode, PriceBookNotValid, UnknownPriceBook, UnknownProduct
from ..domain.quote.approval import ApproveQuote, ApproverIsMaker, BeyondAuthority, QuoteHasChanged, RejectQuote, SubmitQuote
from ..domain.quote.drafting import DraftQuote, ReviseQuote
from ..domain.quote.pricing import AmountTooLarge, AskedLines, NetBelowNothing, NetFarAboveList, NetInOtherCurrency
from ..domain.quote.sending import AcceptQuote, SendQuote
from ..domain.quote.states import (
    QuoteFinal,
    QuoteNoLongerValid,
    QuoteNotApproved,
    QuoteNotDraft,
    QuoteNotInApproval,
    QuoteNotSent,
    QuoteStatus,
    UnknownQuote,
)
from .roles import MANAGERS, SALES, WRITERS

drafts = Api(stream=quote.decider)
quotes = Api("/quotes", stream=quote.decider)
PRICING = (
    UnknownPriceBook,
    PriceBookNotValid,
    UnknownProduct,
    NetInOtherCurrency,
    NetBelowNothing,
    NetFarAboveList,
    AmountTooLarge,
)


class LinesBody(Body):
    """What we would deliver; prices come from the price book."""

    price_book: BookCode = Field(examples=["list-2026"])
    lines: AskedLines = Field(examples=[[{"product": "GTX Pro", "quantity": "40", "discount": "0.15"}]])


class Drafted(View):
    """Where to find what was drafted."""

    quote_id: UUID


@drafts.create(
    "/opportunities/{opportunity_id}/quotes",
    roles=WRITERS,
    refuses=(UnknownOpportunity, OpportunityClosed, *PRICING),
    found_at="/quotes",
)
async def draft_quote(opportunity_id: UUID, body: LinesBody, handle: Handle) -> Drafted:
    """Draft a quote for an open deal."""
    quote_id = handle.new_id("quote")
    command = DraftQuote(
        quote_id=quote_id,
        opportunity_id=opportunity_id,
        price_book=body.price_book,
        lines=body.lines,
        actor=handle.actor,
        today=handle.today,
    )
    return await handle(command, Drafted(quote_id=quote_id))


@quotes.act("/{quote_id}/revise", roles=WRITERS, refuses=(UnknownQuote, QuoteFinal, QuoteNoLongerValid, *PRICING))
async def revise_quote(quote_id: UUID, body: LinesBody, handle: Handle) -> None:
    """Write a quote anew; whatever was approved or sent before no longer counts."""
    command = ReviseQuote(quote_id=quote_id, price_book=body.price_book, lines=body.lines, actor=handle.actor, today=handle.today)
    return await handle(command)


@quotes.act("/{quote_id}/submit", roles=SALES, refuses=(UnknownQuote, QuoteNotDraft, QuoteNoLongerValid))
async def submit_quote(quote_id: UUID, handle: Handle) -> None:
    """Submit a quote.

    Within the caller's own authority it is approved at once; otherwise somebody else has to approve it.
    """
    return await handle(SubmitQuote(quote_id=quote_id, actor=handle.actor, today=handle.today))


class ApproveBody(Body):
    """Which lines are approved: the `quote_hash` of the quote as it was read."""

    quote_hash: Sha256


@quotes.act(
    "/{quote_id}/approve",
    roles=MANAGERS,
    refuses=(UnknownQuote, QuoteNotInApproval, QuoteNoLongerValid, QuoteHasChanged, ApproverIsMaker, BeyondAuthority),
)
async def approve_quote(quote_id: UUID, body: ApproveBody, handle: Handle) -> None:
    """Approve a quote somebody else made, within one's own authority."""
    command = ApproveQuote(quote_id=quote_id, quote_hash=body.quote_hash, actor=handle.actor, today=handle.today)
    return await handle(command, authority=str(command.authority_id))


class RejectBody(Body):
    """Why not."""

    reason: Text = Field(examples=["Too cheap for three cards"])


@quotes.act("/{quote_id}/reject", roles=MANAGERS, refuses=(UnknownQuote, QuoteNotInApproval, QuoteNoLongerValid))
async def reject_quote(quote_id: UUID, body: RejectBody, handle: Handle) -> None:
    """Do not approve a quote."""
    return await handle(RejectQuote(quote_id=quote_id, reason=body.reason, actor=handle.actor, today=handle.today))


@quotes.act("/{quote_id}/send", roles=SALES, refuses=(UnknownQuote, QuoteNotApproved, QuoteNoLongerValid))
async def send_quote(quote_id: UUID, handle: Handle) -> None:
    """Send an approved quote to the customer."""
    return await handle(SendQuote(quote_id=quote_id, actor=handle.actor, today=handle.today))


class AcceptBody(Body):
    """When the customer agreed."""

    accepted_on: date | None = Field(None, description="Today, if nothing is said.")


@quotes.act("/{quote_id}/accept", roles=SALES, refuses=(UnknownQuote, QuoteNotSent, QuoteNoLongerValid, DayInTheFuture))
async def accept_quote(quote_id: UUID, body: AcceptBody, handle: Handle) -> None:
    """Note that the customer accepted a quote."""
    return await handle(AcceptQuote(quote_id=quote_id, accepted_on=body.accepted_on or handle.today, today=handle.today))


class QuoteRow(View):
    """A quote as lists show it."""

    quote_id: UUID
    opportunity_id: UUID
    status: QuoteStatus
    revision: int
    price_book: str
    price_book_version: int
    net: Money
    discount: Decimal = Field(description="The largest of any line.")
    quote_hash: Sha256
    maker: str
    drafted_at: datetime
    expires_on: date = Field(description="From this day on it no longer binds us.")
    requested_by: str | None
    approved_by: str | None
    rejected_by: str | None
    rejection: str | None
    accepted_on: date | None


class QuoteView(QuoteRow):
    """A quote with its lines, and what the caller may do now."""

    lines: Sequence[PricedLine]
    actions: list[str]


@quotes.query("", roles=EVERYONE)
async def list_quotes(
    read: Read, paging: Paging, status: QuoteStatus | None = None, opportunity_id: UUID | None = None, maker: UserId | None = None
) -> Page[QuoteRow]:
    """Quotes, newest first."""
    table = shown.quotes.c
    asked = {table.status: status, table.opportunity_id: opportunity_id, table.maker: maker}
    found = select(*WITHOUT_LINES).where(*matching(asked))
    return await read.page(found, key=(table.drafted_at, table.quote_id), into=quote_row, paging=paging)


@quotes.query("/{quote_id}", roles=EVERYONE, refuses=(UnknownQuote,))
async def show_quote(quote_id: UUID, read: Read) -> QuoteView:
    """One quote."""
    found = select(shown.quotes).where(shown.quotes.c.quote_id == quote_id)
    row = await read.one(found, UnknownQuote, stream=quote.decider.of(quote_id))
    actions = read.actions(quote.states.possible(row["status"]))
    return QuoteView(**dict(quote_row(**row)), lines=[PricedLine(**line) for line in row["lines"]], actions=actions)


quotes.history("/{quote_id}/history", roles=EVERYONE, refuses=(UnknownQuote,))

WITHOUT_LINES = [column for column in shown.quotes.c if column is not shown.quotes.c.lines]


def quote_row(**row: Any) -> QuoteRow:
    return QuoteRow(**{**row, "net": Money(amount=row["net"], currency=row["currency"])})
