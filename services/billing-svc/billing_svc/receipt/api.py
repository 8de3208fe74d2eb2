"""Money that came in, and what it pays."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from ltc_events import Currency, Money, Name, Refusal, Text
from ltc_runtime.http import EVERYONE, Api, Body, Handle, Page, Paging, Read, Role, View, matching
from pydantic import Field
from sqlalchemy import select

from .. import projections as shown
from . import rules as receipt
from .rules.application import ApplyCash, InvoiceNamedTwice, NothingApplied, Payments
from ..invoice.rules import InvoiceAlreadySettled, InvoiceInOtherCurrency, MoreThanOpen, NoInvoiceToPay
from .rules import DayInTheFuture, MoreThanUnapplied, NothingReceived, ReceiptStatus, RecordPayment, UnknownReceipt
from .read import ApplicationView, applications_where, in_money

FINANCE: tuple[Role, ...] = ("finance",)

receipts = Api("/receipts", stream=receipt.decider)

NOT_APPLICABLE: tuple[type[Refusal], ...] = (
    NoInvoiceToPay,
    InvoiceAlreadySettled,
    MoreThanOpen,
    MoreThanUnapplied,
    InvoiceInOtherCurrency,
    InvoiceNamedTwice,
    NothingApplied,
)


class PaymentBody(Body):
    """What came in."""

    amount: Money
    value_date: date | None = Field(None, description="When we could dispose of it; today, if nothing is said.")
    remitter: Name = Field(description="Who sent it.", examples=["Acme Treasury"])
    reference: Text | None = Field(None, description="What they wrote.", examples=["ACME-DE-000001"])


class Recorded(View):
    """Where to find the receipt."""

    receipt_id: UUID


@receipts.create("", roles=FINANCE, refuses=(NothingReceived, DayInTheFuture), money=True)
async def record_payment(body: PaymentBody, handle: Handle) -> Recorded:
    """Record money that came in.

    What it pays for is a question of its own: apply it to invoices.
    """
    receipt_id = handle.new_id("receipt")
    command = RecordPayment(
        receipt_id=receipt_id,
        amount=body.amount,
        value_date=body.value_date or handle.today,
        remitter=body.remitter,
        reference=body.reference,
        today=handle.today,
    )
    return await handle(command, Recorded(receipt_id=receipt_id))


class ApplyBody(Body):
    """Which invoices the receipt pays, and how much of each."""

    payments: Payments
    applied_on: date | None = Field(None, description="Today, if nothing is said.")


class Applied(View):
    """What this act of applying is called."""

    application_id: UUID


@receipts.act("/{receipt_id}/applications", roles=FINANCE, refuses=(UnknownReceipt, *NOT_APPLICABLE, DayInTheFuture), money=True)
async def apply_cash(receipt_id: UUID, body: ApplyBody, handle: Handle) -> Applied:
    """Set money of a receipt against invoices.

    One or several, wholly or in part; all of it happens or none.
    """
    application_id = handle.new_id("application")
    command = ApplyCash(
        receipt_id=receipt_id,
        application_id=application_id,
        payments=body.payments,
        applied_on=body.applied_on or handle.today,
        today=handle.today,
    )
    return await handle(command, Applied(application_id=application_id))


class ReceiptRow(View):
    """A receipt as lists show it."""

    receipt_id: UUID
    status: ReceiptStatus
    amount: Money
    unapplied: Money
    value_date: date
    remitter: str
    reference: str | None


class ReceiptView(ReceiptRow):
    """A receipt with what it paid, and what the caller may do now."""

    applications: Sequence[ApplicationView]
    actions: list[str]


@receipts.query("", roles=EVERYONE)
async def list_receipts(
    read: Read, paging: Paging, status: ReceiptStatus | None = None, reference: Text | None = None, currency: Currency | None = None
) -> Page[ReceiptRow]:
    """Receipts, newest first."""
    table = shown.receipts.c
    asked = {table.status: status, table.reference: reference, table.currency: currency}
    found = select(shown.receipts).where(*matching(asked))
    return await read.page(found, key=(table.value_date, table.receipt_id), into=receipt_row, paging=paging)


@receipts.query("/{receipt_id}", roles=EVERYONE, refuses=(UnknownReceipt,))
async def show_receipt(receipt_id: UUID, read: Read) -> ReceiptView:
    """One receipt with the invoices it paid."""
    found = select(shown.receipts).where(shown.receipts.c.receipt_id == receipt_id)
    row = await read.one(found, UnknownReceipt, stream=receipt.decider.of(receipt_id))
    paid = await applications_where(shown.applications.c.receipt_id == receipt_id, read)
    actions = () if row["status"] == "applied" else ("apply_cash",)
    return ReceiptView(**dict(receipt_row(**row)), applications=paid, actions=read.actions(actions))


receipts.history("/{receipt_id}/history", roles=EVERYONE, refuses=(UnknownReceipt,))


def receipt_row(**row: Any) -> ReceiptRow:
    return ReceiptRow(**in_money(row, "amount", "unapplied"))
