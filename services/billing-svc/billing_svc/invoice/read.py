"""Invoices: what was billed, what is open, and what paid it."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Literal
from uuid import UUID

from ltc_events import Code, Money
from ltc_events.billing import InvoiceNumber, TaxSubtotal
from ltc_runtime.http import EVERYONE, Api, Page, Paging, Read, View, matching
from sqlalchemy import select

from .. import projections as shown
from . import rules as invoice
from .rules import InvoiceStatus, UnknownInvoice
from ..receipt.read import ApplicationView, applications_where, in_money

invoices = Api("/invoices", stream=invoice.decider)


class InvoiceRow(View):
    """An invoice as lists show it."""

    invoice_id: UUID
    number: str
    legal_entity: str
    contract_id: UUID
    contract_no: str
    plan_line: int
    kind: Literal["advance", "acceptance"]
    party_id: UUID
    company: str
    status: InvoiceStatus
    net: Money
    tax: Money
    gross: Money
    paid: Money
    open: Money
    issued_on: date
    due_on: date
    settled_on: date | None


class InvoiceView(InvoiceRow):
    """An invoice with its taxes and what paid it."""

    taxes: Sequence[TaxSubtotal]
    applications: Sequence[ApplicationView]


@invoices.query("", roles=EVERYONE)
async def list_invoices(
    read: Read,
    paging: Paging,
    status: InvoiceStatus | None = None,
    contract_id: UUID | None = None,
    party_id: UUID | None = None,
    number: InvoiceNumber | None = None,
    legal_entity: Code | None = None,
) -> Page[InvoiceRow]:
    """Invoices, newest first."""
    table = shown.invoices.c
    asked = {
        table.status: status,
        table.contract_id: contract_id,
        table.party_id: party_id,
        table.number: number,
        table.legal_entity: legal_entity,
    }
    columns = [column for column in table if column.name != "taxes"]
    found = select(*columns).where(*matching(asked))
    return await read.page(found, key=(table.issued_on, table.invoice_id), into=invoice_row, paging=paging)


@invoices.query("/{invoice_id}", roles=EVERYONE, refuses=(UnknownInvoice,))
async def show_invoice(invoice_id: UUID, read: Read) -> InvoiceView:
    """One invoice with its taxes and what paid it."""
    found = select(shown.invoices).where(shown.invoices.c.invoice_id == invoice_id)
    row = await read.one(found, UnknownInvoice, stream=invoice.decider.of(invoice_id))
    paid = await applications_where(shown.applications.c.invoice_id == invoice_id, read)
    return InvoiceView(**dict(invoice_row(**row)), taxes=[TaxSubtotal(**each) for each in row["taxes"]], applications=paid)


invoices.history("/{invoice_id}/history", roles=EVERYONE, refuses=(UnknownInvoice,))


def invoice_row(**row: Any) -> InvoiceRow:
    return InvoiceRow(**in_money(row, "net", "tax", "gross", "paid", "open"))
