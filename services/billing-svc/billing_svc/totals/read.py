"""All money of the company, by currency."""

from collections.abc import Sequence

from ltc_events import Currency
from ltc_runtime.http import EVERYONE, Api, Read, View
from pydantic import Field
from sqlalchemy import func, select

from ..invoice.read import InvoiceRow
from ..receipt.read import ReceiptRow

totals = Api("/totals")


class CurrencyTotals(View):
    """All money of one currency, in minor units."""

    currency: Currency
    billed_net: int
    billed: int = Field(description="With tax.")
    paid: int
    open: int
    received: int
    unapplied: int


class Totals(View):
    """All money, by currency."""

    data: Sequence[CurrencyTotals]


@totals.query("", roles=EVERYONE)
async def show_totals(read: Read) -> Totals:
    """What was billed, received, paid and is open, by currency."""
    billed, received = InvoiceRow.table.c, ReceiptRow.table.c
    invoiced = select(
        billed.currency,
        func.sum(billed.net).label("billed_net"),
        func.sum(billed.gross).label("billed"),
        func.sum(billed.paid).label("paid"),
        func.sum(billed.open).label("open"),
    ).group_by(billed.currency)
    money_in = select(
        received.currency, func.sum(received.amount).label("received"), func.sum(received.unapplied).label("unapplied")
    ).group_by(received.currency)
    sums: dict[str, dict[str, int]] = {}
    for row in [*await read.all(invoiced), *await read.all(money_in)]:
        sums.setdefault(row.pop("currency"), {}).update({name: int(amount) for name, amount in row.items()})
    nothing = dict.fromkeys(("billed_net", "billed", "paid", "open", "received", "unapplied"), 0)
    return Totals(data=[CurrencyTotals(currency=currency, **{**nothing, **sums[currency]}) for currency in sorted(sums)])
