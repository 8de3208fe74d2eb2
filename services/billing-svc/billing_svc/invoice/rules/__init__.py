"""An invoice: issued once and never changed; paid in parts or at once, until nothing is open."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias
from uuid import UUID

from ltc_events import Command, Decider, Event, Money, Refusal, States, Stream, zero
from ltc_events.billing import InvoiceIssued, InvoiceSettled

from ...plan import rules as plan
from ...plan.rules.bill import Bill
from . import series

# ── commands ──────────────────────────────────────────────────────────────────────────────────────────────────────────


class IssueInvoice(Command):
    """Send the customer a bill."""

    invoice_id: UUID
    bill: Bill

    def reads(self) -> list[Stream]:
        """The plan comes first: it says which deal the invoice belongs to. The series belongs to all deals."""
        return [
            plan.decider.of(self.bill.contract_id),
            decider.of(self.invoice_id),
            series.decider.of(series.series_id(self.bill.legal_entity)),
        ]


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
    """The amount that is not paid yet."""
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
class NotIssued:
    """It has no number yet."""


@dataclass(frozen=True, slots=True)
class Open:
    """Issued, and an amount is open."""

    number: str
    contract_id: UUID
    plan_line: int
    gross: Money
    paid: Money

    @property
    def open(self) -> Money:
        """The amount that is not paid yet."""
        return self.gross - self.paid


@dataclass(frozen=True, slots=True)
class Settled:
    """Paid in full."""

    number: str


Invoice: TypeAlias = NotIssued | Open | Settled
InvoiceCommand: TypeAlias = IssueInvoice
InvoiceEvent: TypeAlias = InvoiceIssued | InvoicePaid | InvoiceSettled


# ── decide ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def decide(states: States, command: InvoiceCommand) -> Sequence[Event]:
    match command:
        case IssueInvoice(bill=bill):
            numbers = states.of(series.decider, series.series_id(bill.legal_entity))
            return issue(states.of(decider, command.invoice_id), numbers, command)


def issue(invoice: Invoice, numbers: series.Series, command: IssueInvoice) -> Sequence[Event]:
    """The invoice and the next number of its legal entity, in one decision: no number is lost or given twice."""
    if not isinstance(invoice, NotIssued):
        return []  # asked twice, issued once, and no number is spent
    taken = series.take(numbers, command.bill.legal_entity, command.invoice_id)
    return [taken, InvoiceIssued(**dict(command.bill), invoice_id=command.invoice_id, number=series.written(taken))]


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
        case NotIssued():
            raise NoInvoiceToPay(invoice_id=str(invoice_id))
        case Settled(number=number):
            raise InvoiceAlreadySettled(number=number)


def must_take(invoice: Open, amount: Money) -> None:
    """Checks that this much is open, in this currency."""
    must_be_in(invoice, amount.currency)
    if amount > invoice.open:
        raise MoreThanOpen(number=invoice.number, open=str(invoice.open), asked=str(amount))


def must_be_in(invoice: Open, currency: str) -> None:
    if currency != invoice.gross.currency:
        raise InvoiceInOtherCurrency(number=invoice.number, currency=invoice.gross.currency, paid_in=currency)


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


decider: Decider[Invoice, InvoiceCommand, InvoiceEvent] = Decider(
    kind="invoice",
    id="invoice_id",
    initial=NotIssued(),
    decide_many=decide,
    evolve=evolve,
    commands=InvoiceCommand,
    events=InvoiceEvent,
    also=(plan.decider, series.decider),
)
