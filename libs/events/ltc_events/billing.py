"""What billing-svc publishes: what was billed, what came in, and what it paid for."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import StringConstraints

from .opportunity import LineNo
from .values import Code, Currency, Money, Name, Rate, Text, Value
from .vocabulary import PublishedEvent

InvoiceNumber = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._/-]*-[0-9]{6,}$")]
"""A legal entity and its next number, such as ``ACME-000001``: gapless within the entity."""


class TaxSubtotal(Value):
    """The part of an invoice under one tax rate (EN 16931, BG-23)."""

    rate: Rate
    net: Money
    tax: Money


class InvoiceIssued(PublishedEvent, type="ltc.billing.invoice-issued.v1"):
    """The customer owes this. An issued invoice never changes."""

    invoice_id: UUID
    number: InvoiceNumber
    legal_entity: Code
    contract_id: UUID
    contract_no: Code
    plan_line: LineNo
    kind: Literal["advance", "acceptance"]
    party_id: UUID
    company: Name
    currency: Currency
    taxes: tuple[TaxSubtotal, ...]
    net: Money
    tax: Money
    gross: Money
    issued_on: date
    due_on: date


class PaymentReceived(PublishedEvent, type="ltc.billing.payment-received.v1"):
    """Money arrived; what for is a question of its own."""

    receipt_id: UUID
    amount: Money
    value_date: date
    remitter: Name
    reference: Text | None = None


class Application(Value):
    """How much of a receipt pays how much of an invoice."""

    invoice_id: UUID
    contract_id: UUID
    plan_line: LineNo
    amount: Money
    open: Money
    """What the invoice still lacks afterwards."""


class CashApplied(PublishedEvent, type="ltc.billing.cash-applied.v1"):
    """Money of a receipt was set against invoices."""

    receipt_id: UUID
    application_id: UUID
    """This one act of applying; a receipt may be applied in several."""
    applications: tuple[Application, ...]
    unapplied: Money
    """What is left of the receipt afterwards."""
    applied_on: date


class InvoiceSettled(PublishedEvent, type="ltc.billing.invoice-settled.v1"):
    """An invoice is paid in full."""

    invoice_id: UUID
    number: InvoiceNumber
    contract_id: UUID
    plan_line: LineNo
    settled_on: date
