"""Quotes as they are: rows, lists, and the write routes that look up the deal of a quote."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar
from uuid import UUID

from ltc_events import Fact, Money, Sha256, UserId, projection
from ltc_events import change as change_rows
from ltc_events.filled import DayInTheFuture
from ltc_events.opportunity import PricedLine
from ltc_events.projection import Row
from ltc_events.read_model import Index, Key, ReadModel, change, on, put
from ltc_runtime.http import EVERYONE, Body, Handle, Page, Paging, Read, matching
from pydantic import Field
from sqlalchemy import Numeric, select

from ..price_book.rules import BookCode
from ..rule_book.rules.configuration import ConfigurationInvalid
from .api import MANAGERS, OF_OPEN_DEAL, PRICES, SALES, WRITERS, quotes
from .rules import decider
from .rules.approval import ApproveQuote, ApproverIsMaker, BeyondAuthority, QuoteHasChanged, SubmitQuote
from .rules.draft import ReviseQuote, ValidDays
from .rules.events import (
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
from .rules.gates import QuoteFinal, QuoteNotApproved, QuoteNotDraft, QuoteNotInApproval, QuoteNotSent, UnknownQuote, possible
from .rules.margin import LineCost, cost_of, margin_rate
from .rules.offer import AcceptQuote, SendQuote
from .rules.price import AskedLines, largest_discount, listed
from .rules.states import QuoteStatus

# ── rows ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


class QuoteRow(ReadModel):
    """A quote as lists show it."""

    quote_id: Key[UUID]
    opportunity_id: UUID
    status: QuoteStatus
    revision: int
    price_book: str
    price_book_version: int
    net: Money
    currency: str = Field(exclude=True)
    discount: Annotated[Decimal, Numeric(8, 6)] = Field(description="The largest of any line.")
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


class QuoteContent(QuoteRow, table="quote_list"):
    """A quote with its lines."""

    lines: Sequence[PricedLine]
    costs: Sequence[LineCost] = Field(exclude=True)
    listed: Annotated[Decimal, Numeric(30, 0)] = Field(exclude=True)
    within_own_authority: bool | None = Field(exclude=True)

    newest: ClassVar = Index("drafted_at", "quote_id")
    of_opportunity: ClassVar = Index("opportunity_id")


LIST_COLUMNS = [column for column in QuoteContent.table.c if column.name in QuoteRow.model_fields]


# ── projections ───────────────────────────────────────────────────────────────────────────────────────────────────────


def maker(quote: QuoteDrafted | QuoteRevised) -> str:
    return quote.drafted_by if isinstance(quote, QuoteDrafted) else quote.revised_by


def drafted_at(quote: QuoteDrafted, fact: Fact) -> datetime:
    return fact.occurred_at


def discount(quote: QuoteDrafted | QuoteRevised) -> Decimal:
    return largest_discount(quote.lines)


def cost(quote: QuoteDrafted | QuoteRevised) -> Money | None:
    return cost_of(quote.lines, quote.costs, quote.currency)


def margin(quote: QuoteDrafted | QuoteRevised) -> Decimal | None:
    return margin_rate(quote.net, cost(quote))


def at_list_price(quote: QuoteDrafted | QuoteRevised) -> int:
    return sum(map(listed, quote.lines))


def split_with(quote: QuoteApprovalRequested) -> list[str] | None:
    return [str(each) for each in quote.split_with] or None


def rejection(quote: QuoteRejected) -> str:
    return quote.reason


def with_new_day(quote: QuoteRevised) -> list[Row]:
    return [] if quote.expires_on is None else [{"quote_id": quote.quote_id, "expires_on": quote.expires_on}]


def with_rules(quote: QuoteApproved) -> list[Row]:
    version = quote.configuration_version
    return [] if version is None else [{"quote_id": quote.quote_id, "configuration_version": version}]


CONTENT: dict[str, Any] = {
    "status": "draft", "maker": maker, "discount": discount, "cost": cost, "margin": margin, "listed": at_list_price,
}  # fmt: skip
NOT_APPROVED: dict[str, Any] = dict.fromkeys(
    (
        "requested_by", "approved_by", "rejected_by", "rejection", "combined", "split_with", "matrix_version",
        "configuration_version", "within_own_authority",
    )
)  # fmt: skip
"""Another content: approvals and rejections of the one before no longer count."""
COPIED = ("revision", "price_book", "price_book_version", "lines", "net", "currency", "quote_hash", "costs")

quote_list = projection(
    "quote_list",
    on(QuoteDrafted, put(QuoteContent, **CONTENT, revision=1, drafted_at=drafted_at)),
    on(QuoteRevised, change(QuoteContent, *COPIED, **CONTENT, **NOT_APPROVED), change_rows(QuoteContent.table, with_new_day)),
    on(
        QuoteApprovalRequested,
        change(
            QuoteContent, "requested_by", "combined", "configuration_version", status="in_approval", rejection=None, split_with=split_with
        ),
    ),
    on(
        QuoteApproved,
        change(QuoteContent, "approved_by", "matrix_version", "within_own_authority", status="approved"),
        change_rows(QuoteContent.table, with_rules),
    ),
    on(QuoteRejected, change(QuoteContent, "rejected_by", status="rejected", rejection=rejection)),
    on(QuoteSent, change(QuoteContent, status="sent")),
    on(QuoteAccepted, change(QuoteContent, "accepted_on", status="accepted")),
    on(QuoteExpired, change(QuoteContent, status="expired")),
    on(QuoteSuperseded, change(QuoteContent, "superseded_by", status="superseded")),
    version=3,
)


# ── queries ───────────────────────────────────────────────────────────────────────────────────────────────────────────


class QuoteView(QuoteContent):
    """A quote with its lines, and what the caller may do now."""

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
    table = QuoteContent.table.c
    asked = {table.status: status, table.opportunity_id: opportunity_id, table.party_id: party_id, table.maker: maker}
    found = select(*LIST_COLUMNS).where(*matching(asked))
    if split is not None:
        found = found.where(table.combined.is_not(None) if split else table.combined.is_(None))
    return await read.page(found, key=(table.drafted_at, table.quote_id), into=QuoteRow, paging=paging)


@quotes.query("/{quote_id}", roles=EVERYONE, refuses=(UnknownQuote,))
async def show_quote(quote_id: UUID, read: Read) -> QuoteView:
    """One quote."""
    row = await read.row(QuoteContent, UnknownQuote, stream=decider.of(quote_id), quote_id=quote_id)
    return QuoteView(**dict(row), actions=read.actions(possible(row.status)))


quotes.history("/{quote_id}/history", roles=EVERYONE, refuses=(UnknownQuote,))


async def deal_and_party_of_quote(quote_id: UUID, read: Read) -> dict[str, Any]:
    """The deal and the party of a quote; neither ever changes.

    Raises:
        UnknownQuote: there is none.
    """
    table = QuoteContent.table.c
    return await read.one(select(table.opportunity_id, table.party_id).where(table.quote_id == quote_id), UnknownQuote)


async def deal_of_quote(quote_id: UUID, read: Read) -> UUID:
    """The deal of a quote."""
    found: UUID = (await deal_and_party_of_quote(quote_id, read))["opportunity_id"]
    return found


async def other_quotes_of_deal(quote_id: UUID, opportunity_id: UUID, read: Read) -> tuple[UUID, ...]:
    """The other quotes of a deal, without those that are expired or superseded."""
    table = QuoteContent.table.c
    found = select(table.quote_id).where(table.opportunity_id == opportunity_id, table.quote_id != quote_id)
    rows = await read.all(found.where(table.status.not_in(("expired", "superseded"))).order_by(table.quote_id))
    return tuple(row["quote_id"] for row in rows)


# ── writes that look up the deal ──────────────────────────────────────────────────────────────────────────────────────


class ReviseBody(Body):
    """A quote written anew; prices come from the price book."""

    price_book: BookCode = Field(examples=["list-2026"])
    lines: AskedLines = Field(examples=[[{"product": "GTX Pro", "quantity": "40", "discount": "0.15"}]])
    valid_days: ValidDays | None = Field(None, description="How long it binds us from today; until the day it said, if nothing is said.")


@quotes.act("/{quote_id}/revise", roles=WRITERS, refuses=(*OF_OPEN_DEAL, QuoteFinal, *PRICES))
async def revise_quote(quote_id: UUID, body: ReviseBody, read: Read, handle: Handle) -> None:
    """Write a quote anew; whatever was approved or sent before no longer counts."""
    deal = await deal_of_quote(quote_id, read)
    return await handle(ReviseQuote(quote_id=quote_id, opportunity_id=deal, **body.__dict__, actor=handle.actor, today=handle.today))


@quotes.act("/{quote_id}/submit", roles=SALES, refuses=(*OF_OPEN_DEAL, QuoteNotDraft, ConfigurationInvalid))
async def submit_quote(quote_id: UUID, handle: Handle, read: Read) -> None:
    """Submit a quote whose lines keep the configuration rules.

    Within the caller's own authority, granted or by the discount matrix, it is approved at once; otherwise another approver has to
    approve it. Where the matrix watches for split deals, discounted quotes of the same party in other deals count with it.
    """
    said, roles = await deal_and_party_of_quote(quote_id, read), tuple(sorted(handle.roles))
    return await handle(SubmitQuote(quote_id=quote_id, **said, actor=handle.actor, roles=roles, today=handle.today))


class ApproveBody(Body):
    """Which lines are approved: the `quote_hash` of the quote as it was read."""

    quote_hash: Sha256


@quotes.act(
    "/{quote_id}/approve",
    roles=MANAGERS,
    refuses=(*OF_OPEN_DEAL, QuoteNotInApproval, QuoteHasChanged, ApproverIsMaker, BeyondAuthority),
)
async def approve_quote(quote_id: UUID, body: ApproveBody, read: Read, handle: Handle) -> None:
    """Approve a quote of another maker, within one's own authority."""
    command = ApproveQuote(
        quote_id=quote_id,
        opportunity_id=await deal_of_quote(quote_id, read),
        quote_hash=body.quote_hash,
        actor=handle.actor,
        roles=tuple(sorted(handle.roles)),
        today=handle.today,
    )
    return await handle(command, authority=str(command.authority_id))


@quotes.act("/{quote_id}/send", roles=SALES, refuses=(*OF_OPEN_DEAL, QuoteNotApproved))
async def send_quote(quote_id: UUID, read: Read, handle: Handle) -> None:
    """Send an approved quote to the customer."""
    deal = await deal_of_quote(quote_id, read)
    return await handle(SendQuote(quote_id=quote_id, opportunity_id=deal, actor=handle.actor, today=handle.today))


class AcceptBody(Body):
    """When the customer agreed."""

    accepted_on: date | None = Field(None, description="Today, if nothing is said.")


@quotes.act("/{quote_id}/accept", roles=SALES, refuses=(*OF_OPEN_DEAL, QuoteNotSent, DayInTheFuture))
async def accept_quote(quote_id: UUID, body: AcceptBody, read: Read, handle: Handle) -> None:
    """Record that the customer accepted a quote.

    The other open quotes of the deal are superseded by it: they can be neither sent nor accepted any more. One that is drafted
    afterwards is a new offer; which of several accepted ones counts is decided when the deal is won.
    """
    deal = await deal_of_quote(quote_id, read)
    command = AcceptQuote(
        quote_id=quote_id,
        opportunity_id=deal,
        others=await other_quotes_of_deal(quote_id, deal, read),
        accepted_on=body.accepted_on or handle.today,
        today=handle.today,
    )
    return await handle(command)
