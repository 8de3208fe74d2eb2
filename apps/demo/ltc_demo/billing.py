"""From accepted goods to cash: invoices, receipts, payments."""

import asyncio
import time
from collections.abc import Sequence
from datetime import date
from typing import Any

from .actions import FINANCE, Actions
from .client import MAX_WAIT_SECONDS, LogPosition, Rejected
from .deal import Deal
from .outcome import DealOutcome, Invoice
from .progress import Progress

BILLING = "billing-svc"


async def invoiced(
    deal: Deal, actions: Actions, progress: Progress, outcome: DealOutcome, registered: LogPosition | None, accepted: LogPosition | None
) -> None:
    """Wait until everything that was accepted is invoiced.

    Raises:
        Rejected: it is not, within the time anybody waits.
    """
    began, pause = time.monotonic(), 0.01
    path = f"/invoices?contract_id={outcome.contract_id}&limit=200"
    while True:
        page = await actions.get(BILLING, "→ invoice issued", path, FINANCE, after=(registered, accepted))
        outcome.invoices = sorted(map(_invoice, page["data"]), key=lambda invoice: invoice.number)
        net = sum(invoice.net for invoice in outcome.invoices)
        if net == deal.net:
            progress.reach("invoiced")
            return
        # An acceptance becomes due and then an invoice: two reactions, and the event is consumed before the second.
        if time.monotonic() - began > MAX_WAIT_SECONDS or net > deal.net:
            raise Rejected("→ invoice issued", 200, "not-invoiced", f"{net} of {deal.net} minor units are invoiced")
        await asyncio.sleep(pause)
        pause = min(1.0, pause * 1.5)


async def pay(deals: Sequence[DealOutcome], actions: Actions, progress: Progress) -> None:
    """Record the money of these deals, which may come in one receipt for all or in several, and set it against their invoices."""
    first = deals[0].deal
    on = max((outcome.deal.days.paid for outcome in deals if outcome.deal.days.paid), default=None)
    open_: dict[str, int] = {}
    for outcome in deals:
        left = int(sum(invoice.gross for invoice in outcome.invoices) * outcome.deal.payment.share)
        for invoice in outcome.invoices:
            open_[invoice.invoice_id] = min(left, invoice.gross)
            left -= open_[invoice.invoice_id]
    reference = ", ".join(invoice.number for outcome in deals for invoice in outcome.invoices)[:400]
    for payments in receipts(open_, first.payment.receipts):
        amount = sum(payments.values())
        body = {"amount": _money(first, amount), "value_date": _day(on), "remitter": first.company, "reference": reference}
        answer = await actions.post(BILLING, "record payment", "/receipts", FINANCE, body, on=on)
        receipt = answer.body["receipt_id"]
        applied = {
            "payments": [{"invoice_id": invoice, "amount": _money(first, part)} for invoice, part in payments.items()],
            "applied_on": _day(on),
        }
        await actions.post(BILLING, "apply cash", f"/receipts/{receipt}/applications", FINANCE, applied, on=on)
        _keep(deals, receipt, payments)
    for outcome in deals:
        if outcome.paid == sum(invoice.gross for invoice in outcome.invoices):
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


def _keep(deals: Sequence[DealOutcome], receipt: str, payments: dict[str, int]) -> None:
    for outcome in deals:
        own = sum(payments.get(invoice.invoice_id, 0) for invoice in outcome.invoices)
        if own:
            outcome.receipts.append(receipt)
            outcome.paid += own


def _invoice(row: dict[str, Any]) -> Invoice:
    return Invoice(row["invoice_id"], row["number"], row["net"]["amount"], row["gross"]["amount"])


def _money(deal: Deal, amount: int) -> dict[str, Any]:
    return {"amount": amount, "currency": deal.currency}


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
