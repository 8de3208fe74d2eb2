"""What people do with quotes."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from ltc_events import Money, Name, Sha256, Text, UserId
from ltc_events.filled import DayInTheFuture
from ltc_events.opportunity import PricedLine
from ltc_runtime.http import EVERYONE, Api, Body, Handle, Page, Paging, Read, View, matching
from pydantic import Field
from sqlalchemy import select

from .. import projections as shown
from ..deal.rules.states import OPEN
from ..price_book.rules import BookCode, PriceBookNotValid, UnknownPriceBook, UnknownProduct
from ..quote import rules as quote
from ..quote.rules.approval import ApproveQuote, ApproverIsMaker, BeyondAuthority, QuoteHasChanged, RejectQuote, SubmitQuote
from ..quote.rules.draft import VALID_FOR, DraftQuote, ReviseQuote, ValidDays
from ..quote.rules.gates import (
    QuoteFinal,
    QuoteNoLongerValid,
    QuoteNotApproved,
    QuoteNotDraft,
    QuoteNotInApproval,
    QuoteNotSent,
    QuoteOfOtherOpportunity,
    UnknownQuote,
)
from ..quote.rules.margin import margin_rate
from ..quote.rules.offer import AcceptQuote, SendQuote
from ..quote.rules.price import AskedLines, NetBelowNothing, NetFarAboveList, NetInOtherCurrency
from ..quote.rules.states import QuoteStatus
from ..rule_book.rules.configuration import ConfigurationInvalid
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
)


class LinesBody(Body):
    """What we would deliver; prices come from the price book."""

    price_book: BookCode = Field(examples=["list-2026"])
    lines: AskedLines = Field(examples=[[{"product": "GTX Pro", "quantity": "40", "discount": "0.15"}]])


class DraftBody(LinesBody):
    """A quote, one of several alternatives perhaps."""

    option: Name | None = Field(None, examples=["Without spare parts"], description="What this alternative is called.")
    valid_days: ValidDays = Field(VALID_FOR, description="How long it binds us.")


class ReviseBody(LinesBody):
    """A quote written anew."""

    valid_days: ValidDays | None = Field(None, description="How long it binds us from today; until the day it said, if nothing is said.")


GOING_ON = (UnknownQuote, QuoteOfOtherOpportunity, QuoteNoLongerValid, *OPEN)
"""How anything is refused that a quote does only while its deal goes on."""


async def of(quote_id: UUID, read: Read) -> dict[str, Any]:
    """Of which deal and for whom a quote is; neither ever changes.

    Raises:
        UnknownQuote: there is none.
    """
    table = shown.quotes.c
    return await read.one(select(table.opportunity_id, table.party_id).where(table.quote_id == quote_id), UnknownQuote)


async def beside(quote_id: UUID, opportunity_id: UUID, read: Read) -> tuple[UUID, ...]:
    """The other quotes of a deal, but those that are none any more and never will be again."""
    table = shown.quotes.c
    found = select(table.quote_id).where(table.opportunity_id == opportunity_id, table.quote_id != quote_id)
    rows = await read.all(found.where(table.status.not_in(("expired", "superseded"))).order_by(table.quote_id))
    return tuple(row["quote_id"] for row in rows)


class Drafted(View):
    """Where to find what was drafted."""

    quote_id: UUID


@drafts.create(
    "/opportunities/{opportunity_id}/quotes",
    roles=WRITERS,
    refuses=(*OPEN, *PRICING),
    found_at="/quotes",
)
async def draft_quote(opportunity_id: UUID, body: DraftBody, handle: Handle) -> Drafted:
    """Draft a quote for an open deal."""
    quote_id = handle.new_id("quote")
    command = DraftQuote(
        quote_id=quote_id,
        opportunity_id=opportunity_id,
        price_book=body.price_book,
        lines=body.lines,
        option=body.option,
        valid_days=body.valid_days,
        actor=handle.actor,
        today=handle.today,
    )
    return await handle(command, Drafted(quote_id=quote_id))


@quotes.act("/{quote_id}/revise", roles=WRITERS, refuses=(*GOING_ON, QuoteFinal, *PRICING))
async def revise_quote(quote_id: UUID, body: ReviseBody, read: Read, handle: Handle) -> None:
    """Write a quote anew; whatever was approved or sent before no longer counts."""
    command = ReviseQuote(
        quote_id=quote_id,
        opportunity_id=(await of(quote_id, read))["opportunity_id"],
        price_book=body.price_book,
        lines=body.lines,
        valid_days=body.valid_days,
        actor=handle.actor,
        today=handle.today,
    )
    return await handle(command)


@quotes.act("/{quote_id}/submit", roles=SALES, refuses=(*GOING_ON, QuoteNotDraft, ConfigurationInvalid))
async def submit_quote(quote_id: UUID, handle: Handle, read: Read) -> None:
    """Submit a quote whose lines keep the configuration rules.

    Within the caller's own authority, granted or by the discount matrix, it is approved at once; otherwise somebody else has to
    approve it. Where the matrix watches for split deals, discounted quotes of the same party in other deals count with it.
    """
    command = SubmitQuote(
        quote_id=quote_id,
        **await of(quote_id, read),
        actor=handle.actor,
        roles=tuple(sorted(handle.roles)),
        today=handle.today,
    )
    return await handle(command)


class ApproveBody(Body):
    """Which lines are approved: the `quote_hash` of the quote as it was read."""

    quote_hash: Sha256


@quotes.act(
    "/{quote_id}/approve",
    roles=MANAGERS,
    refuses=(*GOING_ON, QuoteNotInApproval, QuoteHasChanged, ApproverIsMaker, BeyondAuthority),
)
async def approve_quote(quote_id: UUID, body: ApproveBody, read: Read, handle: Handle) -> None:
    """Approve a quote somebody else made, within one's own authority."""
    command = ApproveQuote(
        quote_id=quote_id,
        opportunity_id=(await of(quote_id, read))["opportunity_id"],
        quote_hash=body.quote_hash,
        actor=handle.actor,
        roles=tuple(sorted(handle.roles)),
        today=handle.today,
    )
    return await handle(command, authority=str(command.authority_id))


class RejectBody(Body):
    """Why not."""

    reason: Text = Field(examples=["Too cheap for three cards"])


@quotes.act("/{quote_id}/reject", roles=MANAGERS, refuses=(UnknownQuote, QuoteNotInApproval, QuoteNoLongerValid))
async def reject_quote(quote_id: UUID, body: RejectBody, handle: Handle) -> None:
    """Do not approve a quote."""
    return await handle(RejectQuote(quote_id=quote_id, reason=body.reason, actor=handle.actor, today=handle.today))


@quotes.act("/{quote_id}/send", roles=SALES, refuses=(*GOING_ON, QuoteNotApproved))
async def send_quote(quote_id: UUID, read: Read, handle: Handle) -> None:
    """Send an approved quote to the customer."""
    deal = (await of(quote_id, read))["opportunity_id"]
    return await handle(SendQuote(quote_id=quote_id, opportunity_id=deal, actor=handle.actor, today=handle.today))


class AcceptBody(Body):
    """When the customer agreed."""

    accepted_on: date | None = Field(None, description="Today, if nothing is said.")


@quotes.act("/{quote_id}/accept", roles=SALES, refuses=(*GOING_ON, QuoteNotSent, DayInTheFuture))
async def accept_quote(quote_id: UUID, body: AcceptBody, read: Read, handle: Handle) -> None:
    """Note that the customer accepted a quote.

    The other open quotes of the deal are superseded by it: they can be neither sent nor accepted any more. One that is drafted
    afterwards is a new offer; which of several accepted ones counts, the deal says when it is won.
    """
    deal = (await of(quote_id, read))["opportunity_id"]
    command = AcceptQuote(
        quote_id=quote_id,
        opportunity_id=deal,
        others=await beside(quote_id, deal, read),
        accepted_on=body.accepted_on or handle.today,
        today=handle.today,
    )
    return await handle(command)


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
    option: str | None = Field(description="What this alternative is called.")
    party_id: UUID | None
    cost: Money | None = Field(description="What it costs us; null, unless the cost of every line is known.")
    margin: Decimal | None = Field(description="(net − cost) ÷ net, to four places.")
    combined: Money | None = Field(description="It looks split: what it comes to with discounted quotes of other deals of this party.")
    split_with: list[UUID] | None = Field(description="Those quotes.")
    matrix_version: int | None = Field(description="The discount matrix that allowed it, where the approver's own grant did not.")
    configuration_version: int | None = Field(description="The configuration rules its lines were found to keep.")
    superseded_by: UUID | None = Field(description="The quote of the deal that the customer decided for.")


class QuoteView(QuoteRow):
    """A quote with its lines, and what the caller may do now."""

    lines: Sequence[PricedLine]
    actions: list[str]


@quotes.query("", roles=EVERYONE)
async def list_quotes(
    read: Read,
    paging: Paging,
    status: QuoteStatus | None = None,
    opportunity_id: UUID | None = None,
    party_id: UUID | None = None,
    maker: UserId | None = None,
    split: bool | None = None,
) -> Page[QuoteRow]:
    """Quotes, newest first; `split` asks for those that look split, or for the others."""
    table = shown.quotes.c
    asked = {table.status: status, table.opportunity_id: opportunity_id, table.party_id: party_id, table.maker: maker}
    found = select(*WITHOUT_LINES).where(*matching(asked))
    if split is not None:
        found = found.where(table.combined.is_not(None) if split else table.combined.is_(None))
    return await read.page(found, key=(table.drafted_at, table.quote_id), into=quote_row, paging=paging)


@quotes.query("/{quote_id}", roles=EVERYONE, refuses=(UnknownQuote,))
async def show_quote(quote_id: UUID, read: Read) -> QuoteView:
    """One quote."""
    found = select(shown.quotes).where(shown.quotes.c.quote_id == quote_id)
    row = await read.one(found, UnknownQuote, stream=quote.decider.of(quote_id))
    actions = read.actions(quote.gates.possible(row["status"]))
    return QuoteView(**dict(quote_row(**row)), lines=[PricedLine(**line) for line in row["lines"]], actions=actions)


quotes.history("/{quote_id}/history", roles=EVERYONE, refuses=(UnknownQuote,))

WITHOUT_LINES = [column for column in shown.quotes.c if column.key not in ("lines", "costs")]


def quote_row(**row: Any) -> QuoteRow:
    net, cost = money(row["net"], row["currency"]), money(row["cost"], row["currency"])
    assert net is not None
    combined = money(row["combined"], row["currency"])
    return QuoteRow(**{**row, "net": net, "cost": cost, "margin": margin_rate(net, cost), "combined": combined})


def money(amount: int | None, currency: str) -> Money | None:
    return None if amount is None else Money(amount=amount, currency=currency)
