"""What people do with deals, quotes, price books and authority, and what they can ask about them."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from ltc_events import Code, Currency, Money, Rate, Sha256, Text, UserId
from ltc_events.opportunity import LossReason, PricedLine
from ltc_runtime.edge import EVERYONE, Api, Body, Handle, NaturalKey, Page, Paging, Read, Role, View, matching
from pydantic import Field
from sqlalchemy import select

from . import projections as shown
from .domain import authority, opportunity, price_book, quote
from .domain.authority import (
    GrantAuthority,
    GrantToOneself,
    LimitBelowNothing,
    NobodyGranted,
    NothingGranted,
    RevokeAuthority,
    authority_id,
)
from .domain.opportunity import DayInTheFuture, LoseOpportunity, OpportunityClosed, OpportunityStatus, UnknownOpportunity
from .domain.price_book import (
    BookCode,
    Items,
    PriceBelowNothing,
    PriceBookNotValid,
    PriceInOtherCurrency,
    PriceItem,
    ProductListedTwice,
    SetPriceBook,
    UnknownPriceBook,
    UnknownProduct,
    ValidityEndsBeforeItBegins,
    price_book_id,
)
from .domain.quote.approval import ApproveQuote, ApproverIsMaker, BeyondAuthority, QuoteHasChanged, RejectQuote, SubmitQuote
from .domain.quote.drafting import DraftQuote, ReviseQuote
from .domain.quote.pricing import AmountTooLarge, AskedLines, NetBelowNothing, NetFarAboveList, NetInOtherCurrency
from .domain.quote.sending import AcceptQuote, SendQuote
from .domain.quote.states import (
    QuoteFinal,
    QuoteNoLongerValid,
    QuoteNotAccepted,
    QuoteNotApproved,
    QuoteNotDraft,
    QuoteNotInApproval,
    QuoteNotSent,
    QuoteStatus,
    UnknownQuote,
)
from .domain.winning import QuoteOfOtherOpportunity, WinOpportunity

SALES: tuple[Role, ...] = ("sales", "sales_manager")
WRITERS: tuple[Role, ...] = (*SALES, "solution")
MANAGERS: tuple[Role, ...] = ("sales_manager",)

Holder = Annotated[UserId, Field(examples=["ann"])]

opportunities = Api("/opportunities", stream=opportunity.decider)
drafts = Api(stream=quote.decider)
quotes = Api("/quotes", stream=quote.decider)
price_books = Api("/price-books", stream=price_book.decider, natural=NaturalKey("code", BookCode, price_book_id))
authority_grants = Api("/authority-grants", stream=authority.decider, natural=NaturalKey("user", Holder, authority_id))

PRICING = (
    UnknownPriceBook,
    PriceBookNotValid,
    UnknownProduct,
    NetInOtherCurrency,
    NetBelowNothing,
    NetFarAboveList,
    AmountTooLarge,
)

# ── quotes ────────────────────────────────────────────────────────────────────────────────────────────────────────────


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


# ── opportunities ─────────────────────────────────────────────────────────────────────────────────────────────────────


class WinBody(Body):
    """What the customer accepted, and when the deal was closed."""

    quote_id: UUID
    won_on: date | None = Field(None, description="Today, if nothing is said.")


@opportunities.act(
    "/{opportunity_id}/win",
    roles=SALES,
    refuses=(UnknownOpportunity, OpportunityClosed, UnknownQuote, QuoteNotAccepted, QuoteOfOtherOpportunity, DayInTheFuture),
)
async def win_opportunity(opportunity_id: UUID, body: WinBody, handle: Handle) -> None:
    """Win a deal with the quote the customer accepted."""
    command = WinOpportunity(opportunity_id=opportunity_id, quote_id=body.quote_id, won_on=body.won_on or handle.today, today=handle.today)
    return await handle(command)


class LoseBody(Body):
    """Why it was lost, and what we learn from it."""

    reason: LossReason
    lesson: Text = Field(examples=["Ask for the budget before the demo"])
    competitor: Code | None = Field(None, examples=["Rival"])
    lost_on: date | None = Field(None, description="Today, if nothing is said.")


@opportunities.act("/{opportunity_id}/lose", roles=SALES, refuses=(UnknownOpportunity, OpportunityClosed, DayInTheFuture))
async def lose_opportunity(opportunity_id: UUID, body: LoseBody, handle: Handle) -> None:
    """Lose a deal, and leave a lesson."""
    command = LoseOpportunity(
        opportunity_id=opportunity_id,
        reason=body.reason,
        lesson=body.lesson,
        competitor=body.competitor,
        lost_on=body.lost_on or handle.today,
        today=handle.today,
    )
    return await handle(command)


class OpportunityRow(View):
    """A deal as the pipeline shows it."""

    opportunity_id: UUID
    lead_id: UUID
    party_id: UUID
    company: str
    need: str
    status: OpportunityStatus
    value: Money = Field(description="What the customer wants to spend.")
    account_manager: str
    solution_manager: str
    fulfilment_manager: str
    expected_close: date
    opened_at: datetime
    quote_id: UUID | None = Field(description="The quote it was won with.")
    won: Money | None = Field(description="What it came to, before tax.")
    loss_reason: LossReason | None
    lesson: str | None
    competitor: str | None
    closed_on: date | None


class OpportunityView(OpportunityRow):
    """A deal with its quotes, and what the caller may do now."""

    quotes: Sequence[QuoteRow]
    actions: list[str]


@opportunities.query("", roles=EVERYONE)
async def list_opportunities(
    read: Read,
    paging: Paging,
    status: OpportunityStatus | None = None,
    account_manager: UserId | None = None,
    party_id: UUID | None = None,
    lead_id: UUID | None = None,
) -> Page[OpportunityRow]:
    """The pipeline, newest deal first."""
    table = shown.opportunities.c
    asked = {table.status: status, table.account_manager: account_manager, table.party_id: party_id, table.lead_id: lead_id}
    found = select(shown.opportunities).where(*matching(asked))
    return await read.page(found, key=(table.opened_at, table.opportunity_id), into=opportunity_row, paging=paging)


@opportunities.query("/{opportunity_id}", roles=EVERYONE, refuses=(UnknownOpportunity,))
async def show_opportunity(opportunity_id: UUID, read: Read) -> OpportunityView:
    """One deal with its quotes."""
    found = select(shown.opportunities).where(shown.opportunities.c.opportunity_id == opportunity_id)
    row = await read.one(found, UnknownOpportunity)  # composed with its quotes, so it has no version of its own
    quoted = select(*WITHOUT_LINES).where(shown.quotes.c.opportunity_id == opportunity_id).order_by(shown.quotes.c.drafted_at)
    return OpportunityView(
        **dict(opportunity_row(**row)),
        quotes=[quote_row(**each) for each in await read.all(quoted)],
        actions=read.actions(opportunity.possible(row["status"])),
    )


opportunities.history("/{opportunity_id}/history", roles=EVERYONE, refuses=(UnknownOpportunity,))


def opportunity_row(**row: Any) -> OpportunityRow:
    won = None if row["won_net"] is None else Money(amount=row["won_net"], currency=row["won_currency"])
    return OpportunityRow(**{**row, "value": Money(amount=row["value"], currency=row["currency"]), "won": won})


# ── price books ───────────────────────────────────────────────────────────────────────────────────────────────────────


class PriceBookBody(Body):
    """What everything costs; what the book said before no longer counts."""

    currency: Currency = Field(examples=["USD"])
    items: Items
    valid_from: date
    valid_to: date | None = Field(None, description="The last day; open end, if nothing is said.")


@price_books.act(
    "/{code}", roles=MANAGERS, refuses=(PriceInOtherCurrency, PriceBelowNothing, ProductListedTwice, ValidityEndsBeforeItBegins)
)
async def set_price_book(code: BookCode, body: PriceBookBody, handle: Handle) -> None:
    """Set a price book: make it, or replace what it says."""
    command = SetPriceBook(
        price_book_id=price_book_id(code),
        code=code,
        currency=body.currency,
        items=body.items,
        valid_from=body.valid_from,
        valid_to=body.valid_to,
        set_by=handle.actor,
    )
    return await handle(command)


class PriceBookRow(View):
    """A price book as lists show it."""

    code: str
    version: int
    currency: Currency
    valid_from: date
    valid_to: date | None
    set_by: str
    set_at: datetime


class PriceBookView(PriceBookRow):
    """A price book with its prices."""

    items: Sequence[PriceItem]
    actions: list[str]


@price_books.query("", roles=EVERYONE)
async def list_price_books(read: Read, paging: Paging, currency: Currency | None = None) -> Page[PriceBookRow]:
    """Price books, the one set last first."""
    table = shown.price_books.c
    found = select(*(column for column in table if column is not table["items"]))
    if currency is not None:
        found = found.where(table.currency == currency)
    return await read.page(found, key=(table.set_at, table.price_book_id), into=PriceBookRow, paging=paging)


@price_books.query("/{code}", roles=EVERYONE, refuses=(UnknownPriceBook,))
async def show_price_book(code: BookCode, read: Read) -> PriceBookView:
    """One price book."""
    id = price_book_id(code)
    found = select(shown.price_books).where(shown.price_books.c.price_book_id == id)
    row = await read.one(found, UnknownPriceBook, stream=price_book.decider.of(id))
    return PriceBookView(**row, actions=read.actions(("set_price_book",)))


price_books.history("/{code}/history", roles=EVERYONE, refuses=(UnknownPriceBook,))


# ── authority ─────────────────────────────────────────────────────────────────────────────────────────────────────────


class GrantBody(Body):
    """How far somebody may go; it replaces their grant in this currency."""

    max_discount: Rate = Field(examples=["0.15"])
    max_amount: Money = Field(description="The net amount of the largest quote they may allow a discount on.")
    valid_from: date
    valid_to: date | None = Field(None, description="The last day; open end, if nothing is said.")


@authority_grants.act("/{user}", roles=MANAGERS, refuses=(GrantToOneself, LimitBelowNothing, ValidityEndsBeforeItBegins))
async def grant_authority(user: Holder, body: GrantBody, handle: Handle) -> None:
    """Let somebody else allow discounts up to a limit."""
    command = GrantAuthority(
        authority_id=authority_id(user),
        user=user,
        max_discount=body.max_discount,
        max_amount=body.max_amount,
        valid_from=body.valid_from,
        valid_to=body.valid_to,
        granted_by=handle.actor,
    )
    return await handle(command)


@authority_grants.act("/{user}/revoke", roles=MANAGERS, refuses=(NothingGranted,))
async def revoke_authority(user: Holder, handle: Handle) -> None:
    """Take back everything somebody was granted."""
    return await handle(RevokeAuthority(authority_id=authority_id(user), user=user, revoked_by=handle.actor))


class GrantRow(View):
    """What somebody may allow in one currency."""

    user: str
    max_discount: Decimal
    max_amount: Money
    valid_from: date
    valid_to: date | None
    granted_by: str
    granted_at: datetime
    revoked: bool
    revoked_by: str | None


@authority_grants.query("", roles=EVERYONE)
async def list_authority_grants(read: Read, paging: Paging, user: UserId | None = None, revoked: bool | None = None) -> Page[GrantRow]:
    """Who may allow what."""
    table = shown.authority_grants.c
    asked = {table.holder: user, table.revoked: revoked}
    found = select(shown.authority_grants).where(*matching(asked))
    return await read.page(found, key=(table.granted_at, table.authority_id, table.currency), into=grant_row, paging=paging)


class GrantsView(View):
    """Everything somebody was granted, one grant per currency, those taken back too."""

    user: str
    grants: list[GrantRow]
    actions: list[str]


@authority_grants.query("/{user}", roles=EVERYONE, refuses=(NobodyGranted,))
async def show_authority(user: Holder, read: Read) -> GrantsView:
    """What one of us may allow."""
    id = authority_id(user)
    await read.version_of(authority.decider.of(id), NobodyGranted)
    table = shown.authority_grants.c
    rows = await read.all(select(shown.authority_grants).where(table.authority_id == id).order_by(table.currency))
    grants = [grant_row(**row) for row in rows]
    standing = any(not grant.revoked for grant in grants)
    return GrantsView(user=user, grants=grants, actions=read.actions(("grant_authority", *(("revoke_authority",) if standing else ()))))


authority_grants.history("/{user}/history", roles=EVERYONE, refuses=(NobodyGranted,))


def grant_row(**row: Any) -> GrantRow:
    return GrantRow(**{**row, "user": row["holder"], "max_amount": Money(amount=row["max_amount"], currency=row["currency"])})
