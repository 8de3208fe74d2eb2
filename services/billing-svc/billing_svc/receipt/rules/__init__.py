"""A receipt: money that came in, and how much of it is not yet set against invoices."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, TypeAlias
from uuid import UUID

from ltc_events import Command, Decider, Money, Name, Refusal, Text, amount_text
from ltc_events.billing import CashApplied, PaymentReceived

# ── commands (cash is applied together with the invoices it pays: applying.py) ────────────────────────────────────────


class RecordPayment(Command):
    """Record money that came in."""

    receipt_id: UUID
    amount: Money
    value_date: date
    remitter: Name
    reference: Text | None = None
    today: date


# ── refusals ──────────────────────────────────────────────────────────────────────────────────────────────────────────


class UnknownReceipt(Refusal):
    """There is no such receipt."""

    status = 404


class NothingReceived(Refusal):
    """A receipt is more than nothing, and {amount} is not."""


class MoreThanUnapplied(Refusal):
    """Of this receipt only {unapplied} is not yet applied, not {asked}."""


class DayInTheFuture(Refusal):
    """{day} has not come yet: say when it happened."""


# ── states ────────────────────────────────────────────────────────────────────────────────────────────────────────────

ReceiptStatus = Literal["unapplied", "partly_applied", "applied"]


@dataclass(frozen=True, slots=True)
class Nobody:
    """Nothing came in."""


@dataclass(frozen=True, slots=True)
class Received:
    """Money is here."""

    unapplied: Money
    applications: frozenset[UUID] = frozenset()


Receipt: TypeAlias = Nobody | Received
ReceiptCommand: TypeAlias = RecordPayment
ReceiptEvent: TypeAlias = PaymentReceived | CashApplied


# ── decide ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def decide(receipt: Receipt, command: ReceiptCommand) -> list[ReceiptEvent]:
    match command:
        case RecordPayment():
            return record(receipt, command)


def record(receipt: Receipt, command: RecordPayment) -> list[ReceiptEvent]:
    if not isinstance(receipt, Nobody):
        return []  # asked twice, recorded once
    must_have_come(command.value_date, command.today)
    if command.amount.amount <= 0:
        raise NothingReceived(amount=str(command.amount))
    received = PaymentReceived(
        receipt_id=command.receipt_id,
        amount=command.amount,
        value_date=command.value_date,
        remitter=command.remitter,
        reference=command.reference,
    )
    return [received]


# ── gates ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def must_be_received(receipt: Receipt) -> Received:
    match receipt:
        case Received():
            return receipt
        case Nobody():
            raise UnknownReceipt


def must_hold(receipt: Received, asked: int) -> Received:
    """The receipt, if this many minor units of it are not yet applied."""
    if asked > receipt.unapplied.amount:
        currency = receipt.unapplied.currency
        raise MoreThanUnapplied(unapplied=str(receipt.unapplied), asked=amount_text(asked, currency))
    return receipt


def must_have_come(day: date, today: date) -> None:
    if day > today:
        raise DayInTheFuture(day=day.isoformat())


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
    initial=Nobody(),
    decide=decide,
    evolve=evolve,
    commands=ReceiptCommand,
    events=ReceiptEvent,
)
