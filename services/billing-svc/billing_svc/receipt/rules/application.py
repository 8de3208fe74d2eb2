"""Applying cash: a receipt pays one or several invoices, wholly or in part; all of it happens or none."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated
from uuid import UUID

from ltc_events import Command, Event, JointDecider, Money, Refusal, States, Stream, Value
from ltc_events.billing import Application, CashApplied
from pydantic import ConfigDict, Field

from ...invoice import rules as invoice
from .. import rules as receipt
from ...invoice.rules import Open, must_be_in, must_be_open, must_take
from . import Received, must_be_received, must_have_come, must_hold

MOST_INVOICES = 500


class Payment(Value):
    """How much of the receipt pays which invoice."""

    model_config = ConfigDict(extra="forbid")

    invoice_id: UUID
    amount: Money


Payments = Annotated[tuple[Payment, ...], Field(min_length=1, max_length=MOST_INVOICES)]


class ApplyCash(Command):
    """Set money of a receipt against invoices."""

    receipt_id: UUID
    application_id: UUID
    payments: Payments
    applied_on: date
    today: date


class InvoiceNamedTwice(Refusal):
    """Invoice {invoice_id} is named twice: say once how much pays it."""


class NothingApplied(Refusal):
    """An invoice is paid with more than nothing, and {amount} is not."""


def streams(command: ApplyCash) -> list[Stream]:
    paid = dict.fromkeys(payment.invoice_id for payment in command.payments)
    return [receipt.decider.of(command.receipt_id), *map(invoice.decider.of, paid)]


def decide(states: States, command: ApplyCash) -> list[Event]:
    money = must_be_received(states.of(receipt.decider, command.receipt_id))
    if command.application_id in money.applications:
        return []  # asked twice, applied once
    must_have_come(command.applied_on, command.today)
    must_be_sensible(command.payments)
    invoices = [must_be_open(states.of(invoice.decider, each.invoice_id), each.invoice_id) for each in command.payments]
    for each, payment in zip(invoices, command.payments, strict=True):
        must_be_in(each, money.unapplied.currency)
        must_take(each, payment.amount)
    must_hold(money, sum(payment.amount.amount for payment in command.payments))
    return apply(money, invoices, command)


def apply(money: Received, invoices: Sequence[Open], command: ApplyCash) -> list[Event]:
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


def must_be_sensible(payments: Sequence[Payment]) -> None:
    named: set[UUID] = set()
    for payment in payments:
        if payment.invoice_id in named:
            raise InvoiceNamedTwice(invoice_id=str(payment.invoice_id))
        if payment.amount.amount <= 0:
            raise NothingApplied(amount=str(payment.amount))
        named.add(payment.invoice_id)


decider: JointDecider[ApplyCash] = JointDecider(commands=ApplyCash, streams=streams, decide=decide, over=(receipt.decider, invoice.decider))
