"""An invoice: issued once and never changed; paid in parts or at once, until nothing is open."""

from dataclasses import dataclass
from datetime import date
from typing import Literal, Never, TypeAlias, assert_never
from uuid import UUID

from ltc_events import Decider, Event, Money, Refusal, zero
from ltc_events.billing import InvoiceIssued, InvoiceSettled

# ── private events ────────────────────────────────────────────────────────────────────────────────────────────────────


class InvoicePaid(Event, type="ltc.billing.invoice-paid.v1"):
    """Money of a receipt pays part or all of this invoice."""

    invoice_id: UUID
    receipt_id: UUID
    application_id: UUID
    amount: Money
    paid: Money
    """The running total, this payment included."""
    open: Money
    """What is still lacking."""
    paid_on: date


# ── refusals ──────────────────────────────────────────────────────────────────────────────────────────────────────────


class UnknownInvoice(Refusal):
    """There is no such invoice."""

    status = 404


class NoInvoiceToPay(Refusal):
    """There is no invoice {invoice_id} to pay."""


class InvoiceAlreadySettled(Refusal):
    """Invoice {number} is paid in full: nothing is open."""


class MoreThanOpen(Refusal):
    """Of invoice {number} only {open} is open, not {asked}."""


class InvoiceInOtherCurrency(Refusal):
    """Invoice {number} is in {currency} and cannot be paid in {paid_in}: money pays invoices of its own currency."""


# ── states ────────────────────────────────────────────────────────────────────────────────────────────────────────────

InvoiceStatus = Literal["open", "partly_paid", "settled"]


@dataclass(frozen=True, slots=True)
class Nobody:
    """Not issued."""


@dataclass(frozen=True, slots=True)
class Open:
    """Issued, and something is lacking."""

    number: str
    contract_id: UUID
    plan_line: int
    gross: Money
    paid: Money

    @property
    def open(self) -> Money:
        """What is lacking."""
        return self.gross - self.paid


@dataclass(frozen=True, slots=True)
class Settled:
    """Paid in full."""

    number: str


Invoice: TypeAlias = Nobody | Open | Settled
InvoiceEvent: TypeAlias = InvoiceIssued | InvoicePaid | InvoiceSettled


# ── rules (invoices are issued together with their number: issuing.py; paid together with a receipt: applying.py) ─────


def pay(
    invoice: Open, invoice_id: UUID, amount: Money, receipt_id: UUID, application_id: UUID, paid_on: date
) -> list[InvoicePaid | InvoiceSettled]:
    """Pay some of an invoice; what pays the rest settles it."""
    paid = invoice.paid + amount
    payment = InvoicePaid(
        invoice_id=invoice_id,
        receipt_id=receipt_id,
        application_id=application_id,
        amount=amount,
        paid=paid,
        open=invoice.gross - paid,
        paid_on=paid_on,
    )
    if paid < invoice.gross:
        return [payment]
    settled = InvoiceSettled(
        invoice_id=invoice_id, number=invoice.number, contract_id=invoice.contract_id, plan_line=invoice.plan_line, settled_on=paid_on
    )
    return [payment, settled]


def must_be_open(invoice: Invoice, invoice_id: UUID) -> Open:
    match invoice:
        case Open():
            return invoice
        case Nobody():
            raise NoInvoiceToPay(invoice_id=str(invoice_id))
        case Settled(number=number):
            raise InvoiceAlreadySettled(number=number)


def must_take(invoice: Open, amount: Money) -> None:
    """The invoice lacks this much, in this currency."""
    must_be_in(invoice, amount.currency)
    if amount > invoice.open:
        raise MoreThanOpen(number=invoice.number, open=str(invoice.open), asked=str(amount))


def must_be_in(invoice: Open, currency: str) -> None:
    if currency != invoice.gross.currency:
        raise InvoiceInOtherCurrency(number=invoice.number, currency=invoice.gross.currency, paid_in=currency)


def decide(invoice: Invoice, command: Never) -> list[InvoiceEvent]:
    assert_never(command)  # nothing happens to an invoice alone


# ── evolve ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def evolve(invoice: Invoice, event: InvoiceEvent) -> Invoice:
    match event:
        case InvoiceIssued(number=number, contract_id=contract_id, plan_line=plan_line, gross=gross):
            return Open(number, contract_id, plan_line, gross, zero(gross.currency))
        case InvoicePaid(paid=paid):
            assert isinstance(invoice, Open), "only an open invoice is paid"
            return Open(invoice.number, invoice.contract_id, invoice.plan_line, invoice.gross, paid)
        case InvoiceSettled(number=number):
            return Settled(number)


decider: Decider[Invoice, Never, InvoiceEvent] = Decider(
    kind="invoice", id="invoice_id", initial=Nobody(), decide=decide, evolve=evolve, commands=Never, events=InvoiceEvent
)
