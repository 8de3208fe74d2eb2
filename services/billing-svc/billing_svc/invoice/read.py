"""Shows invoices: the open amount of each, and the receipts that paid it."""

from collections.abc import Sequence
from datetime import date
from typing import ClassVar, Literal
from uuid import UUID

from ltc_events import Code, Currency, Money, projection
from ltc_events.billing import InvoiceIssued, InvoiceNumber, InvoiceSettled, TaxSubtotal
from ltc_events.read_model import Index, Indexed, Key, ReadModel, change, on, put
from ltc_runtime.http import EVERYONE, Api, Page, Paging, Read
from pydantic import Field

from ..receipt.read import ApplicationRow, applications_of
from .rules import InvoicePaid, InvoiceStatus, UnknownInvoice, decider

invoices = Api("/invoices", stream=decider)


class InvoiceRow(ReadModel, table="invoice_list"):
    """An invoice as lists show it."""

    invoice_id: Key[UUID]
    number: Indexed[str]
    legal_entity: str
    contract_id: Indexed[UUID]
    contract_no: str
    plan_line: int
    kind: Literal["advance", "acceptance"]
    party_id: UUID
    company: str
    currency: Currency = Field(exclude=True)
    net: Money
    tax: Money
    gross: Money
    paid: Money
    open: Money
    taxes: Sequence[TaxSubtotal] = Field(exclude=True)
    status: InvoiceStatus
    issued_on: date
    due_on: date
    settled_on: date | None

    newest: ClassVar = Index("issued_on", "invoice_id")
    of_status: ClassVar = Index("status", "issued_on", "invoice_id")
    of_party: ClassVar = Index("party_id")


def gross(invoice: InvoiceIssued) -> Money:
    return invoice.gross


invoice_list = projection(
    "invoice_list",
    on(InvoiceIssued, put(InvoiceRow, paid=0, open=gross, status="open")),
    on(InvoicePaid, change(InvoiceRow, "paid", "open", status="partly_paid")),
    on(InvoiceSettled, change(InvoiceRow, "settled_on", status="settled")),
)


class InvoiceView(InvoiceRow):
    """An invoice with its taxes and the receipts that paid it."""

    taxes: Sequence[TaxSubtotal]
    applications: Sequence[ApplicationRow]


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
    filters = {"status": status, "contract_id": contract_id, "party_id": party_id, "number": number, "legal_entity": legal_entity}
    return await read.page_of(InvoiceRow, InvoiceRow.newest, paging, **filters)


@invoices.query("/{invoice_id}", roles=EVERYONE, refuses=(UnknownInvoice,))
async def show_invoice(invoice_id: UUID, read: Read) -> InvoiceView:
    """One invoice with its taxes and the receipts that paid it."""
    row = await read.row(InvoiceRow, UnknownInvoice, stream=decider.of(invoice_id), invoice_id=invoice_id)
    return InvoiceView(**dict(row), applications=await applications_of(read, invoice_id=invoice_id))


invoices.history("/{invoice_id}/history", roles=EVERYONE, refuses=(UnknownInvoice,))
