"""What is left of the list price of a quote, step by step."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from ltc_events import Currency, Money
from ltc_events.opportunity import PricedLine
from ltc_runtime.http import EVERYONE, Api, Read, View
from pydantic import Field
from sqlalchemy import select

from .. import projections as shown
from ..quote.rules.gates import UnknownQuote
from ..quote.rules.margin import LineCost, margin_rate
from ..quote.rules.waterfall import SOURCES, Fall, Source, falls_of, together
from .comparing import Revision, UnknownVersion

waterfalls = Api("/quotes")


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


async def version_of(quote_id: UUID, revision: int, read: Read) -> dict[str, Any]:
    """A version of a quote.

    Raises:
        UnknownQuote: there is no such quote.
        UnknownVersion: it has no such version.
    """
    table = shown.quote_versions.c
    row = await read.maybe(select(shown.quote_versions).where(table.quote_id == quote_id, table.revision == revision))
    if row is None:
        await read.one(select(shown.quotes.c.quote_id).where(shown.quotes.c.quote_id == quote_id), UnknownQuote)
        raise UnknownVersion
    return row


@waterfalls.query("/{quote_id}/versions/{revision}/waterfall", roles=EVERYONE, refuses=(UnknownQuote, UnknownVersion))
async def show_waterfall(quote_id: UUID, revision: Revision, read: Read) -> Waterfall:
    """How the list price of a version of a quote becomes its margin (利润瀑布), at the prices and costs of the day it was written."""
    row = await version_of(quote_id, revision, read)
    lines = [PricedLine(**line) for line in row["lines"]]
    falls = falls_of(lines, [LineCost(**cost) for cost in row["costs"]], row["agreed"])
    unknown = [line for line, fall in zip(lines, falls, strict=True) if fall.cost is None]
    return Waterfall(
        quote_id=quote_id,
        revision=revision,
        currency=row["currency"],
        written_at=row["written_at"],
        lines=[
            LineFall(line=line.line, product=line.product, discount=line.discount, **said(fall, row["currency"]))
            for line, fall in zip(lines, falls, strict=True)
        ],
        total=FallView(**said(together(falls), row["currency"])),
        lines_without_cost=[line.line for line in unknown],
        net_without_cost=sum(line.net.amount for line in unknown),
    )


def said(fall: Fall, currency: str) -> dict[str, Any]:
    cost = None if fall.cost is None else Money(amount=fall.cost, currency=currency)
    return {
        "listed": fall.listed,
        "steps": [Step(source=source, amount=fall.steps[source]) for source in SOURCES if source in fall.steps],
        "net": fall.net,
        "cost": fall.cost,
        "margin": fall.margin,
        "margin_rate": margin_rate(Money(amount=fall.net, currency=currency), cost),
    }
