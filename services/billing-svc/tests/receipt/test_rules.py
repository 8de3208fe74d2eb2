"""Money comes in, pays invoices in parts or at once, and settles an invoice when nothing is open."""

from typing import Any
from uuid import UUID

from billing_svc.invoice.rules import InvoiceAlreadySettled, InvoiceInOtherCurrency, InvoicePaid, MoreThanOpen, NoInvoiceToPay
from billing_svc.receipt.rules import (
    ApplyCash,
    InvoiceNamedTwice,
    MoreThanUnapplied,
    NothingApplied,
    NothingReceived,
    Payment,
    RecordPayment,
    UnknownReceipt,
    decider,
)
from bills import CONTRACT, FIRST, FRIDAY, MONDAY, RECEIPT, SECOND, issued, usd
from ltc_events import Event, Money
from ltc_events.billing import Application, CashApplied, InvoiceSettled, PaymentReceived
from ltc_events.testing import given

# ── receiving ─────────────────────────────────────────────────────────────────────────────────────────────────────────

record = RecordPayment(receipt_id=RECEIPT, amount=usd(200_00), value_date=MONDAY, remitter="Acme Treasury", reference="ACME-000001")
received = PaymentReceived(receipt_id=RECEIPT, amount=usd(200_00), value_date=MONDAY, remitter="Acme Treasury", reference="ACME-000001")


def test_money_comes_in_once() -> None:
    given(decider).when(record).then(received)
    given(decider, received).when(record).then_nothing()


def test_nothing_is_no_receipt() -> None:
    for amount in (0, -5):
        outcome = given(decider).when(record.model_copy(update={"amount": usd(amount)}))
        outcome.then_refused(NothingReceived)
    assert str(outcome.refusal) == "A receipt is more than nothing, and -0.05 USD is not."


# ── applying ──────────────────────────────────────────────────────────────────────────────────────────────────────────

# Each invoice is 119.00 gross.
both = (*issued(FIRST, 1)[1:], *issued(SECOND, 2)[1:])


def apply(number: int, *payments: tuple[UUID, int], currency: str = "USD") -> ApplyCash:
    paid = tuple(Payment(invoice_id=which, amount=Money(amount=amount, currency=currency)) for which, amount in payments)
    return ApplyCash(receipt_id=RECEIPT, application_id=UUID(int=number), payments=paid, applied_on=FRIDAY)


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
    given(decider, *both, received).when(apply(40, (FIRST, 119_00), (SECOND, 50_00))).then(
        applied(40, 31_00, (FIRST, 119_00, 0), (SECOND, 50_00, 69_00)),
        paid(40, FIRST, 119_00, 119_00, 0),
        settled(FIRST, 1),
        paid(40, SECOND, 50_00, 50_00, 69_00),
    )


def test_an_invoice_is_paid_in_parts() -> None:
    history: tuple[Event, ...] = (*both, received, applied(40, 150_00, (FIRST, 50_00, 69_00)), paid(40, FIRST, 50_00, 50_00, 69_00))
    given(decider, *history).when(apply(41, (FIRST, 69_00))).then(
        applied(41, 81_00, (FIRST, 69_00, 0)), paid(41, FIRST, 69_00, 119_00, 0), settled(FIRST, 1)
    )


def test_cash_is_applied_once() -> None:
    history: tuple[Event, ...] = (*both, received, applied(40, 150_00, (FIRST, 50_00, 69_00)), paid(40, FIRST, 50_00, 50_00, 69_00))
    given(decider, *history).when(apply(40, (FIRST, 50_00))).then_nothing()


def refused(command: ApplyCash, refusal: Any, message: str, *more: Event) -> None:
    outcome = given(decider, *both, received, *more).when(command)
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
    given(decider, *both, euros).when(apply(40, (FIRST, 5))).then_refused(InvoiceInOtherCurrency, paid_in="EUR")


def test_an_invoice_is_named_once_and_paid_with_something() -> None:
    given(decider, *both, received).when(apply(40, (FIRST, 1), (FIRST, 2))).then_refused(InvoiceNamedTwice)
    for amount in (0, -1):
        given(decider, *both, received).when(apply(40, (FIRST, amount))).then_refused(NothingApplied)


def test_receipt_and_invoices_exist() -> None:
    given(decider, *both).when(apply(40, (FIRST, 1))).then_refused(UnknownReceipt)
    given(decider, received).when(apply(40, (FIRST, 1))).then_refused(NoInvoiceToPay, invoice_id=str(FIRST))
