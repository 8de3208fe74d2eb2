"""A receipt: money that came in, and the invoices it pays, one or several, wholly or in part."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Literal, TypeAlias
from uuid import UUID

from ltc_events import Command, Decider, Event, Money, Name, Refusal, States, Stream, Text, Value, amount_text
from ltc_events.billing import Application, CashApplied, PaymentReceived
from ltc_events.filled import NewId, PastDay
from pydantic import ConfigDict, Field

from ..invoice import rules as invoice
from ..invoice.rules import Invoice, Open, must_be_in, must_be_open, must_take

MOST_INVOICES = 500

# ── commands ──────────────────────────────────────────────────────────────────────────────────────────────────────────


class RecordPayment(Command):
    """Record money that came in.

    What it pays for is decided separately: apply it to invoices.
    """

    receipt_id: NewId
    amount: Money
    value_date: PastDay = Field(description="The day the money was at our disposal; today by default.")
    remitter: Name = Field(description="Who sent it.", examples=["Acme Treasury"])
    reference: Text | None = Field(None, description="The text the sender wrote.", examples=["ACME-DE-000001"])


class Payment(Value):
    """How much of the receipt pays which invoice."""

    model_config = ConfigDict(extra="forbid")

    invoice_id: UUID
    amount: Money


class ApplyCash(Command):
    """Set money of a receipt against invoices.

    One or several, wholly or in part; all of it happens or none.
    """

    receipt_id: UUID
    application_id: NewId
    payments: Annotated[tuple[Payment, ...], Field(min_length=1, max_length=MOST_INVOICES)]
    applied_on: PastDay = Field(description="Today by default.")

    def reads(self) -> list[Stream]:
        """The receipt, and each invoice it pays."""
        return [decider.of(self.receipt_id), *dict.fromkeys(invoice.decider.of(payment.invoice_id) for payment in self.payments)]


# ── refusals ──────────────────────────────────────────────────────────────────────────────────────────────────────────


class UnknownReceipt(Refusal):
    """There is no such receipt."""

    status = 404


class NothingReceived(Refusal):
    """A receipt is more than nothing, and {amount} is not."""


class MoreThanUnapplied(Refusal):
    """Of this receipt only {unapplied} is not yet applied, not {asked}."""


class InvoiceNamedTwice(Refusal):
    """Invoice {invoice_id} is named twice: say once how much pays it."""


class NothingApplied(Refusal):
    """An invoice is paid with more than nothing, and {amount} is not."""


# ── states ────────────────────────────────────────────────────────────────────────────────────────────────────────────

ReceiptStatus = Literal["unapplied", "partly_applied", "applied"]


@dataclass(frozen=True, slots=True)
class NotReceived:
    """No money came in."""


@dataclass(frozen=True, slots=True)
class Received:
    """The money is here."""

    unapplied: Money
    applications: frozenset[UUID] = frozenset()


Receipt: TypeAlias = NotReceived | Received
ReceiptCommand: TypeAlias = RecordPayment | ApplyCash
ReceiptEvent: TypeAlias = PaymentReceived | CashApplied


# ── decide ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def decide(states: States, command: ReceiptCommand) -> Sequence[Event]:
    receipt = states.of(decider, command.receipt_id)
    match command:
        case RecordPayment():
            return record(receipt, command)
        case ApplyCash():
            return apply(must_be_received(receipt), [states.of(invoice.decider, each.invoice_id) for each in command.payments], command)


def record(receipt: Receipt, command: RecordPayment) -> Sequence[Event]:
    if not isinstance(receipt, NotReceived):
        return []  # asked twice, recorded once
    if command.amount.amount <= 0:
        raise NothingReceived(amount=str(command.amount))
    return [PaymentReceived(**dict(command))]


def apply(money: Received, invoices: Sequence[Invoice], command: ApplyCash) -> Sequence[Event]:
    if command.application_id in money.applications:
        return []  # asked twice, applied once
    must_be_sensible(command.payments)
    open_ = [must_be_open(each, payment.invoice_id) for each, payment in zip(invoices, command.payments, strict=True)]
    for each, payment in zip(open_, command.payments, strict=True):
        must_be_in(each, money.unapplied.currency)
        must_take(each, payment.amount)
    must_hold(money, sum(payment.amount.amount for payment in command.payments))
    return pay(money, open_, command)


def pay(money: Received, invoices: Sequence[Open], command: ApplyCash) -> Sequence[Event]:
    unapplied = money.unapplied
    applications: list[Application] = []
    payments: list[Event] = []
    for paid, payment in zip(invoices, command.payments, strict=True):
        unapplied = unapplied - payment.amount
        applications.append(
            Application(
                invoice_id=payment.invoice_id,
                contract_id=paid.contract_id,
                plan_line=paid.plan_line,
                amount=payment.amount,
                open=paid.open - payment.amount,
            )
        )
        payments += invoice.pay(paid, payment.invoice_id, payment.amount, command.receipt_id, command.application_id, command.applied_on)
    applied = CashApplied(
        receipt_id=command.receipt_id,
        application_id=command.application_id,
        applications=tuple(applications),
        unapplied=unapplied,
        applied_on=command.applied_on,
    )
    return [applied, *payments]


# ── gates ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def must_be_received(receipt: Receipt) -> Received:
    match receipt:
        case Received():
            return receipt
        case NotReceived():
            raise UnknownReceipt


def must_hold(receipt: Received, asked: int) -> Received:
    """The receipt, if this many minor units of it are not yet applied."""
    if asked > receipt.unapplied.amount:
        currency = receipt.unapplied.currency
        raise MoreThanUnapplied(unapplied=str(receipt.unapplied), asked=amount_text(asked, currency))
    return receipt


def must_be_sensible(payments: Sequence[Payment]) -> None:
    named: set[UUID] = set()
    for payment in payments:
        if payment.invoice_id in named:
            raise InvoiceNamedTwice(invoice_id=str(payment.invoice_id))
        if payment.amount.amount <= 0:
            raise NothingApplied(amount=str(payment.amount))
        named.add(payment.invoice_id)


# ── evolve ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def evolve(receipt: Receipt, event: ReceiptEvent) -> Receipt:
    match event:
        case PaymentReceived(amount=amount):
            return Received(amount)
        case CashApplied(application_id=application_id, unapplied=unapplied):
            assert isinstance(receipt, Received), "only money that came in is applied"
            return replace(receipt, unapplied=unapplied, applications=receipt.applications | {application_id})


decider: Decider[Receipt, ReceiptCommand, ReceiptEvent] = Decider(
    kind="receipt",
    id="receipt_id",
    initial=NotReceived(),
    decide_many=decide,
    evolve=evolve,
    commands=ReceiptCommand,
    events=ReceiptEvent,
    also=(invoice.decider,),
)
