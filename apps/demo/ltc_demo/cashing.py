"""From accepted goods to cash: invoices appear, money comes in and is set against them."""

import asyncio
import time
from collections.abc import Sequence
from datetime import date
from typing import Any

from .acts import FINANCE, Acts
from .deal import Deal
from .frontline import PATIENCE, Rejected, Told
from .progress import Progress
from .walked import Invoice, Walked

BILLING = "billing-svc"


async def invoiced(deal: Deal, acts: Acts, progress: Progress, walked: Walked, registered: Told | None, accepted: Told | None) -> None:
    """Wait until everything that was accepted is invoiced.

    Raises:
        Rejected: it is not, within the time anybody waits.
    """
    began, pause = time.monotonic(), 0.01
    path = f"/invoices?contract_id={walked.contract_id}&limit=200"
    while True:
        page = await acts.look(BILLING, "→ invoice issued", path, FINANCE, after=(registered, accepted))
        walked.invoices = sorted(map(_invoice, page["data"]), key=lambda invoice: invoice.number)
        net = sum(invoice.net for invoice in walked.invoices)
        if net == deal.net:
            progress.reach("invoiced")
            return
        # An acceptance becomes due and then an invoice: two reactions, and what was told is heard before the second.
        if time.monotonic() - began > PATIENCE or net > deal.net:
            raise Rejected("→ invoice issued", 200, "not-invoiced", f"{net} of {deal.net} minor units are invoiced")
        await asyncio.sleep(pause)
        pause = min(1.0, pause * 1.5)


async def pay(deals: Sequence[Walked], acts: Acts, progress: Progress) -> None:
    """Record the money of these deals, which may come in one receipt for all or in several, and set it against their invoices."""
    first = deals[0].deal
    on = max((walked.deal.days.paid for walked in deals if walked.deal.days.paid), default=None)
    open_: dict[str, int] = {}
    for walked in deals:
        left = int(sum(invoice.gross for invoice in walked.invoices) * walked.deal.payment.share)
        for invoice in walked.invoices:
            open_[invoice.invoice_id] = min(left, invoice.gross)
            left -= open_[invoice.invoice_id]
    reference = ", ".join(invoice.number for walked in deals for invoice in walked.invoices)[:400]
    for payments in receipts(open_, first.payment.receipts):
        amount = sum(payments.values())
        body = {"amount": _money(first, amount), "value_date": _day(on), "remitter": first.company, "reference": reference}
        answer = await acts.act(BILLING, "record payment", "/receipts", FINANCE, body, on=on)
        receipt = answer.body["receipt_id"]
        applied = {
            "payments": [{"invoice_id": invoice, "amount": _money(first, part)} for invoice, part in payments.items()],
            "applied_on": _day(on),
        }
        await acts.act(BILLING, "apply cash", f"/receipts/{receipt}/applications", FINANCE, applied, on=on)
        _keep(deals, receipt, payments)
    for walked in deals:
        if walked.paid == sum(invoice.gross for invoice in walked.invoices):
            progress.reach("paid")


def receipts(open_: dict[str, int], count: int) -> list[dict[str, int]]:
    """What each of ``count`` receipts pays on which invoice: all of the same size but the last, the oldest invoice first."""
    total = sum(open_.values())
    sizes = [total // count] * (count - 1) + [total - total // count * (count - 1)]
    due = list(open_.items())
    found = []
    for size in sizes:
        payments: dict[str, int] = {}
        while size and due:
            invoice, amount = due.pop(0)
            part = min(size, amount)
            if part:
                payments[invoice] = part
            size -= part
            if amount > part:
                due.insert(0, (invoice, amount - part))
        if payments:
            found.append(payments)
    return found


def _keep(deals: Sequence[Walked], receipt: str, payments: dict[str, int]) -> None:
    for walked in deals:
        own = sum(payments.get(invoice.invoice_id, 0) for invoice in walked.invoices)
        if own:
            walked.receipts.append(receipt)
            walked.paid += own


def _invoice(row: dict[str, Any]) -> Invoice:
    return Invoice(row["invoice_id"], row["number"], row["net"]["amount"], row["gross"]["amount"])


def _money(deal: Deal, amount: int) -> dict[str, Any]:
    return {"amount": amount, "currency": deal.currency}


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
