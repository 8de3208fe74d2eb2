"""Quotes laid side by side: alternatives of a deal, and versions of one."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from fastapi import Path
from ltc_events import Money, Refusal, Sha256
from ltc_events.opportunity import PricedLine
from ltc_kit.difference import Difference
from ltc_runtime.http import EVERYONE, Api, Page, Paging, Read, View
from pydantic import Field
from sqlalchemy import select

from .. import projections as shown
from ..deal.read import OpportunityRow
from ..deal.rules.states import UnknownOpportunity
from ..quote.rules.comparison import judged, versions_differ, without_cost
from ..quote.rules.gates import UnknownQuote
from ..quote.rules.margin import LineCost
from ..quote.rules.states import QuoteStatus

comparisons = Api()
Revision = Annotated[int, Path(ge=1, le=1_000_000)]


class UnknownVersion(Refusal):
    """There is no such version of this quote."""

    status = 404


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
    await read.one(
        select(OpportunityRow.table.c.opportunity_id).where(OpportunityRow.table.c.opportunity_id == opportunity_id), UnknownOpportunity
    )
    table = shown.quotes.c
    rows = await read.all(select(shown.quotes).where(table.opportunity_id == opportunity_id).order_by(table.net, table.drafted_at))
    found = [alternative(row) for row in rows]
    return Comparison(alternatives=[ranked(each, found) for each in found])


def alternative(row: dict[str, Any]) -> Compared:
    lines, costs = [PricedLine(**line) for line in row["lines"]], [LineCost(**cost) for cost in row["costs"]]
    net = Money(amount=row["net"], currency=row["currency"])
    cost, margin, rate = judged(lines, costs, net)
    said = {name: row[name] for name in ("quote_id", "option", "status", "revision", "expires_on")}
    return Compared(
        **said,
        net=net,
        cost=cost,
        margin=margin,
        margin_rate=rate,
        lines=len(lines),
        lines_without_cost=without_cost(lines, costs),
        cheapest=False,
        best_margin=False,
    )


def ranked(one: Compared, all_of_them: Sequence[Compared]) -> Compared:
    same = [each for each in all_of_them if each.net.currency == one.net.currency]
    margins = [each.margin for each in same if each.margin is not None]
    best = one.margin is not None and one.margin == max(margins)
    return one.model_copy(update={"cheapest": one.net == min(each.net for each in same), "best_margin": best})


class VersionRow(View):
    """What a quote said once."""

    revision: int
    price_book: str
    price_book_version: int
    net: Money
    quote_hash: Sha256
    written_by: str
    written_at: datetime


@comparisons.query("/quotes/{quote_id}/versions", roles=EVERYONE)
async def list_quote_versions(quote_id: UUID, read: Read, paging: Paging) -> Page[VersionRow]:
    """The versions of a quote, the newest first."""
    table = shown.quote_versions.c
    columns = [column for column in table if column.key not in ("quote_id", "lines", "costs", "agreed")]
    found = select(*columns).where(table.quote_id == quote_id)
    return await read.page(found, key=(table.revision,), into=version_row, paging=paging)


def version_row(**row: Any) -> VersionRow:
    return VersionRow(**{**row, "net": Money(amount=row["net"], currency=row["currency"])})


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
    table = shown.quote_versions.c
    found = select(table.revision, table.lines, table.net, table.currency).where(table.quote_id == quote_id)
    rows = {row["revision"]: row for row in await read.all(found.where(table.revision.in_((old, new))))}
    if not rows:
        await read.one(select(shown.quotes.c.quote_id).where(shown.quotes.c.quote_id == quote_id), UnknownQuote)
    if old not in rows or new not in rows:
        raise UnknownVersion
    before, after = ([PricedLine(**line) for line in rows[each]["lines"]] for each in (old, new))
    nets = [Money(amount=rows[each]["net"], currency=rows[each]["currency"]) for each in (old, new)]
    return VersionsDiffer(old=old, new=new, net_old=nets[0], net_new=nets[1], difference=versions_differ(before, after))
