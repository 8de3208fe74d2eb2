"""What became of a contract: what was delivered, billed and paid. Facts come in any order, before or after the contract is in force."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import TypeAlias
from uuid import UUID

from ltc_events import Command, Event, Money, Value, total
from ltc_events.billing import InvoiceNumber
from ltc_events.opportunity import LineNo, PricedLine
from ltc_events.order import Count

# ── values ────────────────────────────────────────────────────────────────────────────────────────────────────────────


class DeliveredLine(Value):
    """How much of a contract line the customer accepted so far."""

    line: LineNo
    accepted: Count


class Payment(Value):
    """What one invoice got."""

    invoice_id: UUID
    plan_line: LineNo
    amount: Money


class PlanProgress(Value):
    """Where one plan line stands afterwards."""

    line: LineNo
    billed: Money
    """Net of tax, as the plan is."""
    billed_gross: Money
    paid: Money
    """With tax, as customers pay."""


# ── commands: policies give them ──────────────────────────────────────────────────────────────────────────────────────


class NoteDelivery(Command):
    """The customer accepted goods of this contract."""

    contract_id: UUID
    acceptance_id: UUID
    lines: tuple[DeliveredLine, ...]
    accepted_on: date


class NoteInvoice(Command):
    """An invoice of this contract was issued."""

    contract_id: UUID
    invoice_id: UUID
    number: InvoiceNumber
    plan_line: LineNo
    net: Money
    gross: Money
    issued_on: date


class NoteCash(Command):
    """Money was set against invoices of this contract."""

    contract_id: UUID
    application_id: UUID
    payments: tuple[Payment, ...]
    applied_on: date


# ── events, all private: the owners of these facts publish them ───────────────────────────────────────────────────────


class DeliveryNoted(Event, type="ltc.contract.delivery-noted.v1"):
    """The contract knows of an acceptance."""

    contract_id: UUID
    acceptance_id: UUID
    lines: tuple[DeliveredLine, ...]
    """Running totals; never lower than noted before."""
    accepted_on: date


class InvoiceNoted(Event, type="ltc.contract.invoice-noted.v1"):
    """The contract knows of an invoice."""

    contract_id: UUID
    invoice_id: UUID
    number: InvoiceNumber
    plan_line: LineNo
    net: Money
    gross: Money
    issued_on: date
    progress: tuple[PlanProgress, ...]


class CashNoted(Event, type="ltc.contract.cash-noted.v1"):
    """The contract knows of money applied to its invoices."""

    contract_id: UUID
    application_id: UUID
    payments: tuple[Payment, ...]
    applied_on: date
    progress: tuple[PlanProgress, ...]


NoteCommand: TypeAlias = NoteDelivery | NoteInvoice | NoteCash
Noted: TypeAlias = DeliveryNoted | InvoiceNoted | CashNoted


# ── state ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Billed:
    """One invoice, as the contract knows it."""

    plan_line: int
    net: Money
    gross: Money


@dataclass(frozen=True, slots=True)
class Execution:
    """All facts noted so far; the same whatever the order they came in."""

    seen: frozenset[UUID] = frozenset()
    """Acceptances and applications of cash already noted."""
    accepted: Mapping[int, Decimal] = field(default_factory=dict)
    invoices: Mapping[UUID, Billed] = field(default_factory=dict)
    payments: tuple[Payment, ...] = ()
    last_on: date = date.min

    def delivered(self, lines: tuple[PricedLine, ...]) -> bool:
        """Every contract line was accepted in full."""
        return all(self.accepted_of(line.line) >= line.quantity for line in lines)

    def accepted_of(self, line: int) -> Decimal:
        """How much of one line was accepted."""
        return self.accepted.get(line, Decimal(0))

    def billed_and_paid(self, net: Money) -> bool:
        """Invoices cover the whole value, and each is paid with its tax."""
        return sum(each.net.amount for each in self.invoices.values()) == net.amount and all(
            self.paid_of(invoice_id) >= each.gross.amount for invoice_id, each in self.invoices.items()
        )

    def paid_of(self, invoice_id: UUID) -> int:
        """Minor units paid on one invoice, which may not be known yet."""
        return sum(payment.amount.amount for payment in self.payments if payment.invoice_id == invoice_id)

    def progress(self, plan_line: int, currency: str) -> PlanProgress:
        """Where a plan line stands."""
        billed = [each for each in self.invoices.values() if each.plan_line == plan_line]
        return PlanProgress(
            line=plan_line,
            billed=total([each.net for each in billed], currency, "What is billed"),
            billed_gross=total([each.gross for each in billed], currency, "What is billed with tax"),
            paid=total([each.amount for each in self.payments if each.plan_line == plan_line], currency, "What is paid"),
        )


# ── rules ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def note(known: Execution, command: NoteCommand) -> list[Noted]:
    """Keep a fact, once."""
    match command:
        case NoteDelivery():
            return note_delivery(known, command)
        case NoteInvoice():
            return note_invoice(known, command)
        case NoteCash():
            return note_cash(known, command)


def note_delivery(known: Execution, command: NoteDelivery) -> list[Noted]:
    if command.acceptance_id in known.seen:
        return []
    lines = tuple(DeliveredLine(line=each.line, accepted=max(each.accepted, known.accepted_of(each.line))) for each in command.lines)
    return [DeliveryNoted(**{**dict(command), "lines": lines})]


def note_invoice(known: Execution, command: NoteInvoice) -> list[Noted]:
    if command.invoice_id in known.invoices:
        return []
    after = replace(known, invoices={**known.invoices, command.invoice_id: Billed(command.plan_line, command.net, command.gross)})
    return [InvoiceNoted(**dict(command), progress=(after.progress(command.plan_line, command.net.currency),))]


def note_cash(known: Execution, command: NoteCash) -> list[Noted]:
    if command.application_id in known.seen:
        return []
    after = replace(known, payments=(*known.payments, *command.payments))
    touched = dict.fromkeys((each.plan_line, each.amount.currency) for each in command.payments)
    return [CashNoted(**dict(command), progress=tuple(after.progress(line, currency) for line, currency in touched))]


def keep(known: Execution, event: Noted) -> Execution:
    """The facts with one more."""
    match event:
        case DeliveryNoted(acceptance_id=acceptance_id, lines=lines, accepted_on=day):
            accepted = {**known.accepted, **{each.line: each.accepted for each in lines}}
            return replace(known, seen=known.seen | {acceptance_id}, accepted=accepted, last_on=max(known.last_on, day))
        case InvoiceNoted(invoice_id=invoice_id, plan_line=plan_line, net=net, gross=gross, issued_on=day):
            invoices = {**known.invoices, invoice_id: Billed(plan_line, net, gross)}
            return replace(known, invoices=invoices, last_on=max(known.last_on, day))
        case CashNoted(application_id=application_id, payments=payments, applied_on=day):
            return replace(
                known, seen=known.seen | {application_id}, payments=(*known.payments, *payments), last_on=max(known.last_on, day)
            )
