"""Shows receipts: how much of each is not yet applied, and the invoices it paid."""

from collections.abc import Sequence
from datetime import date
from typing import ClassVar
from uuid import UUID

from ltc_events import Currency, Money, Text, projection
from ltc_events.billing import CashApplied, PaymentReceived
from ltc_events.read_model import Index, Indexed, Key, ReadModel, change, on, put
from ltc_runtime.http import EVERYONE, Page, Paging, Read
from pydantic import Field

from .api import receipts
from .rules import ReceiptStatus, UnknownReceipt, decider


class ReceiptRow(ReadModel, table="receipt_list"):
    """A receipt as lists show it."""

    receipt_id: Key[UUID]
    amount: Money
    unapplied: Money
    currency: Currency = Field(exclude=True)
    value_date: date
    remitter: str
    reference: Indexed[str | None]
    status: ReceiptStatus

    newest: ClassVar = Index("value_date", "receipt_id")
    of_status: ClassVar = Index("status", "value_date", "receipt_id")


class ApplicationRow(ReadModel, table="application_list"):
    """How much of which receipt pays which invoice."""

    application_id: Key[UUID]
    invoice_id: Key[Indexed[UUID]]
    receipt_id: Indexed[UUID]
    contract_id: Indexed[UUID]
    amount: Money
    currency: Currency = Field(exclude=True)
    applied_on: date


def amount(receipt: PaymentReceived) -> Money:
    return receipt.amount


def applied(cash: CashApplied) -> ReceiptStatus:
    return "partly_applied" if cash.unapplied.amount else "applied"


receipt_list = projection(
    "receipt_list",
    on(PaymentReceived, put(ReceiptRow, unapplied=amount, status="unapplied")),
    on(CashApplied, change(ReceiptRow, "unapplied", status=applied), put(ApplicationRow, each="applications")),
)


class ReceiptView(ReceiptRow):
    """A receipt with the invoices it paid, and the actions of the caller."""

    applications: Sequence[ApplicationRow]
    actions: list[str]


@receipts.query("", roles=EVERYONE)
async def list_receipts(
    read: Read, paging: Paging, status: ReceiptStatus | None = None, reference: Text | None = None, currency: Currency | None = None
) -> Page[ReceiptRow]:
    """Receipts, newest first."""
    return await read.page_of(ReceiptRow, ReceiptRow.newest, paging, status=status, reference=reference, currency=currency)


@receipts.query("/{receipt_id}", roles=EVERYONE, refuses=(UnknownReceipt,))
async def show_receipt(receipt_id: UUID, read: Read) -> ReceiptView:
    """One receipt with the invoices it paid."""
    row = await read.row(ReceiptRow, UnknownReceipt, stream=decider.of(receipt_id), receipt_id=receipt_id)
    actions = read.actions(() if row.status == "applied" else ("apply_cash",))
    return ReceiptView(**dict(row), applications=await applications_of(read, receipt_id=receipt_id), actions=actions)


receipts.history("/{receipt_id}/history", roles=EVERYONE, refuses=(UnknownReceipt,))


async def applications_of(read: Read, **which: UUID) -> list[ApplicationRow]:
    """The applications of a receipt or of an invoice, the earliest first."""
    return sorted(await read.rows(ApplicationRow, **which), key=lambda each: each.applied_on)
