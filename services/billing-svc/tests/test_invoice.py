"""Invoices: numbered without gaps, paid in parts or at once, settled when nothing is open."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from billing_svc.receipt.rules import application as applying
from billing_svc.invoice.rules import issue as issuing
from billing_svc.receipt import rules as receipt
from billing_svc.receipt.rules.application import ApplyCash, InvoiceNamedTwice, NothingApplied, Payment
from billing_svc.plan.rules.bill import BilledLine, Terms, bill
from billing_svc.invoice.rules import InvoiceAlreadySettled, InvoiceInOtherCurrency, InvoicePaid, MoreThanOpen, NoInvoiceToPay
from billing_svc.invoice.rules.issue import IssueInvoice
from billing_svc.receipt.rules import DayInTheFuture, MoreThanUnapplied, NothingReceived, RecordPayment, UnknownReceipt
from billing_svc.invoice.rules.series import NumberTaken, series_id
from ltc_events import Event, Money
from ltc_events.billing import Application, CashApplied, InvoiceIssued, InvoiceSettled, PaymentReceived
from ltc_events.contract import PlanLine
from ltc_events.testing import given

CONTRACT, RECEIPT = UUID(int=1), UUID(int=30)
FIRST, SECOND = UUID(int=20), UUID(int=21)
MONDAY, FRIDAY = date(2026, 3, 2), date(2026, 3, 6)


def usd(amount: int) -> Money:
    return Money(amount=amount, currency="USD")


def terms(entity: str) -> Terms:
    lines = (BilledLine(line=1, quantity=Decimal(1), net=usd(100_00), tax_rate=Decimal("0.19")),)
    return Terms(
        contract_no="C-1", party_id=UUID(int=2), company="Acme", legal_entity=entity, currency="USD", lines=lines, net=usd(100_00),
        plan=(PlanLine(line=1, kind="advance", amount=usd(100_00)),), payment_days=30, registered_on=MONDAY,
    )  # fmt: skip


def issue(invoice_id: UUID, entity: str = "ACME") -> IssueInvoice:
    agreed = terms(entity)
    return IssueInvoice(invoice_id=invoice_id, bill=bill(CONTRACT, agreed, agreed.plan[0], usd(100_00), MONDAY))


def issued(invoice_id: UUID, number: int, entity: str = "ACME") -> tuple[NumberTaken, InvoiceIssued]:
    taken = NumberTaken(series_id=series_id(entity), legal_entity=entity, number=number, invoice_id=invoice_id)
    return taken, InvoiceIssued(**dict(issue(invoice_id, entity).bill), invoice_id=invoice_id, number=f"{entity}-{number:06}")


# ── issuing ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_invoices_of_a_legal_entity_are_numbered_one_by_one() -> None:
    given(issuing.decider).when(issue(FIRST)).then(*issued(FIRST, 1))
    given(issuing.decider, *issued(FIRST, 1)).when(issue(SECOND)).then(*issued(SECOND, 2))


def test_every_legal_entity_has_numbers_of_its_own() -> None:
    given(issuing.decider, *issued(FIRST, 1)).when(issue(SECOND, "ACME-FR")).then(*issued(SECOND, 1, "ACME-FR"))


def test_an_invoice_asked_for_twice_is_issued_once_and_spends_no_number() -> None:
    given(issuing.decider, *issued(FIRST, 1)).when(issue(FIRST)).then_nothing()


# ── receiving ─────────────────────────────────────────────────────────────────────────────────────────────────────────

record = RecordPayment(
    receipt_id=RECEIPT, amount=usd(200_00), value_date=MONDAY, remitter="Acme Treasury", reference="ACME-000001", today=FRIDAY
)
received = PaymentReceived(receipt_id=RECEIPT, amount=usd(200_00), value_date=MONDAY, remitter="Acme Treasury", reference="ACME-000001")


def test_money_comes_in_once() -> None:
    given(receipt.decider).when(record).then(received)
    given(receipt.decider, received).when(record).then_nothing()


def test_nothing_is_no_receipt() -> None:
    for amount in (0, -5):
        outcome = given(receipt.decider).when(record.model_copy(update={"amount": usd(amount)}))
        outcome.then_refused(NothingReceived)
    assert str(outcome.refusal) == "A receipt is more than nothing, and -0.05 USD is not."


def test_money_does_not_come_tomorrow() -> None:
    given(receipt.decider).when(record.model_copy(update={"value_date": date(2026, 3, 7)})).then_refused(DayInTheFuture)


# ── applying ──────────────────────────────────────────────────────────────────────────────────────────────────────────

# Each invoice is 119.00 gross.
both = (*issued(FIRST, 1)[1:], *issued(SECOND, 2)[1:])


def apply(number: int, *payments: tuple[UUID, int], currency: str = "USD") -> ApplyCash:
    paid = tuple(Payment(invoice_id=which, amount=Money(amount=amount, currency=currency)) for which, amount in payments)
    return ApplyCash(receipt_id=RECEIPT, application_id=UUID(int=number), payments=paid, applied_on=FRIDAY, today=FRIDAY)


def applied(number: int, unapplied: int, *shares: tuple[UUID, int, int]) -> CashApplied:
    applications = tuple(
        Application(invoice_id=which, contract_id=CONTRACT, plan_line=1, amount=usd(amount), open=usd(left))
        for which, amount, left in shares
    )
    return CashApplied(
        receipt_id=RECEIPT, application_id=UUID(int=number), applications=applications, unapplied=usd(unapplied), applied_on=FRIDAY
    )


def paid(number: int, invoice_id: UUID, amount: int, total: int, left: int) -> InvoicePaid:
    return InvoicePaid(
        invoice_id=invoice_id, receipt_id=RECEIPT, application_id=UUID(int=number), amount=usd(amount), paid=usd(total), open=usd(left),
        paid_on=FRIDAY,
    )  # fmt: skip


def settled(invoice_id: UUID, number: int) -> InvoiceSettled:
    return InvoiceSettled(invoice_id=invoice_id, number=f"ACME-{number:06}", contract_id=CONTRACT, plan_line=1, settled_on=FRIDAY)


def test_one_receipt_pays_several_invoices() -> None:
    given(applying.decider, *both, received).when(apply(40, (FIRST, 119_00), (SECOND, 50_00))).then(
        applied(40, 31_00, (FIRST, 119_00, 0), (SECOND, 50_00, 69_00)),
        paid(40, FIRST, 119_00, 119_00, 0),
        settled(FIRST, 1),
        paid(40, SECOND, 50_00, 50_00, 69_00),
    )


def test_an_invoice_is_paid_in_parts() -> None:
    history: tuple[Event, ...] = (*both, received, applied(40, 150_00, (FIRST, 50_00, 69_00)), paid(40, FIRST, 50_00, 50_00, 69_00))
    given(applying.decider, *history).when(apply(41, (FIRST, 69_00))).then(
        applied(41, 81_00, (FIRST, 69_00, 0)), paid(41, FIRST, 69_00, 119_00, 0), settled(FIRST, 1)
    )


def test_cash_is_applied_once() -> None:
    history: tuple[Event, ...] = (*both, received, applied(40, 150_00, (FIRST, 50_00, 69_00)), paid(40, FIRST, 50_00, 50_00, 69_00))
    given(applying.decider, *history).when(apply(40, (FIRST, 50_00))).then_nothing()


def refused(command: ApplyCash, refusal: Any, message: str, *more: Event) -> None:
    outcome = given(applying.decider, *both, received, *more).when(command)
    outcome.then_refused(refusal)
    assert str(outcome.refusal) == message


def test_no_invoice_is_paid_with_more_than_is_open() -> None:
    refused(apply(40, (FIRST, 119_01)), MoreThanOpen, "Of invoice ACME-000001 only 119.00 USD is open, not 119.01 USD.")
    refused(
        apply(41, (FIRST, 1)),
        InvoiceAlreadySettled,
        "Invoice ACME-000001 is paid in full: nothing is open.",
        applied(40, 81_00, (FIRST, 119_00, 0)),
        paid(40, FIRST, 119_00, 119_00, 0),
        settled(FIRST, 1),
    )


def test_no_receipt_pays_more_than_came_in() -> None:
    refused(
        apply(40, (FIRST, 119_00), (SECOND, 81_01)),
        MoreThanUnapplied,
        "Of this receipt only 200.00 USD is not yet applied, not 200.01 USD.",
    )


def test_money_pays_invoices_of_its_own_currency() -> None:
    refused(
        apply(40, (FIRST, 1_00), currency="EUR"),
        InvoiceInOtherCurrency,
        "Invoice ACME-000001 is in USD and cannot be paid in EUR: money pays invoices of its own currency.",
    )
    euros = PaymentReceived(receipt_id=RECEIPT, amount=Money(amount=5, currency="EUR"), value_date=MONDAY, remitter="Acme")
    given(applying.decider, *both, euros).when(apply(40, (FIRST, 5))).then_refused(InvoiceInOtherCurrency, paid_in="EUR")


def test_an_invoice_is_named_once_and_paid_with_something() -> None:
    given(applying.decider, *both, received).when(apply(40, (FIRST, 1), (FIRST, 2))).then_refused(InvoiceNamedTwice)
    for amount in (0, -1):
        given(applying.decider, *both, received).when(apply(40, (FIRST, amount))).then_refused(NothingApplied)


def test_receipt_and_invoices_exist() -> None:
    given(applying.decider, *both).when(apply(40, (FIRST, 1))).then_refused(UnknownReceipt)
    given(applying.decider, received).when(apply(40, (FIRST, 1))).then_refused(NoInvoiceToPay, invoice_id=str(FIRST))


def test_cash_is_not_applied_tomorrow() -> None:
    given(applying.decider, *both, received).when(apply(40, (FIRST, 1)).model_copy(update={"today": MONDAY})).then_refused(DayInTheFuture)
