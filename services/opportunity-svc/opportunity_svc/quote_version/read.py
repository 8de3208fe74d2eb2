"""Versions of quotes: every one, two of them compared, the waterfall of one; and the alternatives of a deal side by side."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from fastapi import Path
from ltc_events import Currency, Fact, Money, Refusal, Sha256, projection
from ltc_events.opportunity import PricedLine
from ltc_events.read_model import Key, ReadModel, on, put
from ltc_kit.difference import Difference
from ltc_runtime.http import EVERYONE, Api, Page, Paging, Read, View
from pydantic import Field
from sqlalchemy import select

from ..deal.read import OpportunityRow
from ..deal.rules.states import UnknownOpportunity
from ..quote.read import QuoteContent, deal_of_quote
from ..quote.rules.comparison import judged, versions_differ, without_cost
from ..quote.rules.events import QuoteDrafted, QuoteRevised
from ..quote.rules.gates import UnknownQuote
from ..quote.rules.margin import LineCost, margin_rate
from ..quote.rules.states import QuoteStatus
from ..quote.rules.waterfall import SOURCES, Fall, Source, falls_of, together

comparisons = Api()
versions = Api("/quotes")
Revision = Annotated[int, Path(ge=1, le=1_000_000)]


class UnknownVersion(Refusal):
    """There is no such version of this quote."""

    status = 404


# ── rows ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


class VersionRow(ReadModel):
    """A version of a quote as lists show it."""

    quote_id: Key[UUID] = Field(exclude=True)
    revision: Key[int]
    price_book: str
    price_book_version: int
    net: Money
    currency: str = Field(exclude=True)
    quote_hash: Sha256
    written_by: str
    written_at: datetime


class QuoteVersion(VersionRow, table="quote_version"):
    """A version of a quote with its lines."""

    lines: Sequence[PricedLine]
    costs: Sequence[LineCost]
    agreed: list[int] | None


def written_by(quote: QuoteDrafted | QuoteRevised) -> str:
    return quote.drafted_by if isinstance(quote, QuoteDrafted) else quote.revised_by


def written_at(quote: QuoteDrafted | QuoteRevised, fact: Fact) -> datetime:
    return fact.occurred_at


quote_version_list = projection(
    "quote_version",
    on(QuoteDrafted, put(QuoteVersion, revision=1, written_by=written_by, written_at=written_at)),
    on(QuoteRevised, put(QuoteVersion, written_by=written_by, written_at=written_at)),
    version=3,
)


async def version_of(quote_id: UUID, revision: int, read: Read) -> QuoteVersion:
    """A version of a quote.

    Raises:
        UnknownQuote: there is no such quote.
        UnknownVersion: it has no such version.
    """
    for version in await read.rows(QuoteVersion, quote_id=quote_id, revision=revision):
        return version
    await deal_of_quote(quote_id, read)
    raise UnknownVersion


# ── versions ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@comparisons.query("/quotes/{quote_id}/versions", roles=EVERYONE)
async def list_quote_versions(quote_id: UUID, read: Read, paging: Paging) -> Page[VersionRow]:
    """The versions of a quote, the newest first."""
    return await read.page_of_part(VersionRow, QuoteVersion, ("revision",), paging, quote_id=quote_id)


class VersionsDiffer(View):
    """How one version of a quote becomes another; lines by product."""

    old: int
    new: int
    net_old: Money
    net_new: Money
    difference: Difference


@comparisons.query("/quotes/{quote_id}/versions/{old}/difference/{new}", roles=EVERYONE, refuses=(UnknownQuote, UnknownVersion))
async def compare_quote_versions(quote_id: UUID, old: Revision, new: Revision, read: Read) -> VersionsDiffer:
    """What changed between any two versions of a quote, the later one first if that is how it is asked."""
    before, after = await version_of(quote_id, old, read), await version_of(quote_id, new, read)
    step = versions_differ(before.lines, after.lines)
    return VersionsDiffer(old=old, new=new, net_old=before.net, net_new=after.net, difference=step)


# ── alternatives of a deal ────────────────────────────────────────────────────────────────────────────────────────────


class Compared(View):
    """One alternative."""

    quote_id: UUID
    option: str | None
    status: QuoteStatus
    revision: int
    net: Money
    cost: Money | None = Field(description="Null, unless the cost of every line is known.")
    margin: Money | None
    margin_rate: Decimal | None
    lines: int
    lines_without_cost: Sequence[int]
    expires_on: date
    cheapest: bool = Field(description="No alternative in this currency asks less of the customer.")
    best_margin: bool = Field(description="No alternative in this currency leaves us more.")


class Comparison(View):
    """Every quote of a deal, the cheapest first."""

    alternatives: Sequence[Compared]


@comparisons.query("/opportunities/{opportunity_id}/comparison", roles=EVERYONE, refuses=(UnknownOpportunity,))
async def compare_alternatives(opportunity_id: UUID, read: Read) -> Comparison:
    """The alternatives of a deal by price, cost and margin, at the prices and costs of the day each was written."""
    deals = OpportunityRow.table.c
    await read.one(select(deals.opportunity_id).where(deals.opportunity_id == opportunity_id), UnknownOpportunity)
    table = QuoteContent.table.c
    rows = await read.all(select(QuoteContent.table).where(table.opportunity_id == opportunity_id).order_by(table.net, table.drafted_at))
    found = [alternative(QuoteContent(**row)) for row in rows]
    return Comparison(alternatives=[ranked(each, found) for each in found])


def alternative(quote: QuoteContent) -> Compared:
    cost, margin, rate = judged(quote.lines, quote.costs, quote.net)
    return Compared(
        **quote.model_dump(include={"quote_id", "option", "status", "revision", "expires_on"}),
        net=quote.net,
        cost=cost,
        margin=margin,
        margin_rate=rate,
        lines=len(quote.lines),
        lines_without_cost=without_cost(quote.lines, quote.costs),
        cheapest=False,
        best_margin=False,
    )


def ranked(one: Compared, all_of_them: Sequence[Compared]) -> Compared:
    same = [each for each in all_of_them if each.net.currency == one.net.currency]
    margins = [each.margin for each in same if each.margin is not None]
    best = one.margin is not None and one.margin == max(margins)
    return one.model_copy(update={"cheapest": one.net == min(each.net for each in same), "best_margin": best})


# ── waterfall ─────────────────────────────────────────────────────────────────────────────────────────────────────────


class Step(View):
    """Something between the list price and the net price."""

    source: Source = Field(
        description="`line_discount`: given on the line; `agreed_price`: follows from a net price agreed on; "
        "`not_said`: of a quote that did not say which."
    )
    amount: int = Field(description="Below nothing where something was given; above it where more than list is charged.")


class FallView(View):
    """From list to margin, in minor units: list + steps = net, net − cost = margin."""

    listed: int = Field(description="List price × quantity, half up. At full discount it may be more money than we deal in.")
    steps: Sequence[Step]
    net: int
    cost: int | None = Field(description="By the catalogue of the day it was written; null where it was not known then.")
    margin: int | None
    margin_rate: Decimal | None = Field(description="margin ÷ net, to four places.")


class LineFall(FallView):
    """One line."""

    line: int
    product: str
    discount: Decimal


class Waterfall(View):
    """A version of a quote, line by line and whole."""

    quote_id: UUID
    revision: int
    currency: Currency
    written_at: datetime
    lines: Sequence[LineFall]
    total: FallView = Field(description="Its cost is null, unless the cost of every line is known.")
    lines_without_cost: Sequence[int]
    net_without_cost: int = Field(description="What those lines come to.")


@versions.query("/{quote_id}/versions/{revision}/waterfall", roles=EVERYONE, refuses=(UnknownQuote, UnknownVersion))
async def show_waterfall(quote_id: UUID, revision: Revision, read: Read) -> Waterfall:
    """How the list price of a version of a quote becomes its margin (利润瀑布), at the prices and costs of the day it was written."""
    version = await version_of(quote_id, revision, read)
    lines = version.lines
    falls = falls_of(lines, version.costs, version.agreed)
    unknown = [line for line, fall in zip(lines, falls, strict=True) if fall.cost is None]
    return Waterfall(
        quote_id=quote_id,
        revision=revision,
        currency=version.currency,
        written_at=version.written_at,
        lines=[
            LineFall(line=line.line, product=line.product, discount=line.discount, **fall_fields(fall, version.currency))
            for line, fall in zip(lines, falls, strict=True)
        ],
        total=FallView(**fall_fields(together(falls), version.currency)),
        lines_without_cost=[line.line for line in unknown],
        net_without_cost=sum(line.net.amount for line in unknown),
    )


def fall_fields(fall: Fall, currency: str) -> dict[str, Any]:
    cost = None if fall.cost is None else Money(amount=fall.cost, currency=currency)
    return {
        "listed": fall.listed,
        "steps": [Step(source=source, amount=fall.steps[source]) for source in SOURCES if source in fall.steps],
        "net": fall.net,
        "cost": fall.cost,
        "margin": fall.margin,
        "margin_rate": margin_rate(Money(amount=fall.net, currency=currency), cost),
    }
