"""What people see of money after each fact."""

from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from uuid import UUID

from billing_svc.plan.rules.bill import BilledLine, Terms, bill
from billing_svc.invoice.rules import InvoicePaid
from billing_svc.plan.rules import PlanOpened
from billing_svc.projections import applications, invoice_list, invoices, plan_lines, plan_list, plans, receipt_list, receipts
from ltc_events import Event, Fact, Money
from ltc_events.billing import Application, CashApplied, InvoiceIssued, InvoiceSettled, PaymentReceived
from ltc_events.contract import PlanLine
from ltc_events.testing import rows_after

CONTRACT, INVOICE, RECEIPT = UUID(int=1), UUID(int=20), UUID(int=30)
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY = date(2026, 3, 2)


def usd(amount: int) -> Money:
    return Money(amount=amount, currency="USD")


terms = Terms(
    contract_no="C-1", party_id=UUID(int=2), company="Acme", legal_entity="ACME", currency="USD",
    lines=(BilledLine(line=1, quantity=Decimal(1), net=usd(100_00), tax_rate=Decimal("0.19")),), net=usd(100_00),
    plan=(PlanLine(line=1, kind="advance", amount=usd(30_00)), PlanLine(line=2, kind="acceptance", amount=usd(70_00), covers=(1,))),
    payment_days=30, registered_on=DAY,
)  # fmt: skip
opened = PlanOpened(contract_id=CONTRACT, terms=terms)
issued = InvoiceIssued(**dict(bill(CONTRACT, terms, terms.plan[0], usd(30_00), DAY)), invoice_id=INVOICE, number="ACME-000001")
received = PaymentReceived(receipt_id=RECEIPT, amount=usd(40_00), value_date=DAY, remitter="Acme")


def paid(number: int, amount: int, total: int) -> InvoicePaid:
    return InvoicePaid(
        invoice_id=INVOICE, receipt_id=RECEIPT, application_id=UUID(int=number), amount=usd(amount), paid=usd(total),
        open=usd(35_70 - total), paid_on=DAY,
    )  # fmt: skip


def applied(number: int, amount: int, unapplied: int) -> CashApplied:
    share = Application(invoice_id=INVOICE, contract_id=CONTRACT, plan_line=1, amount=usd(amount), open=usd(0))
    return CashApplied(receipt_id=RECEIPT, application_id=UUID(int=number), applications=(share,), unapplied=usd(unapplied), applied_on=DAY)


settled = InvoiceSettled(invoice_id=INVOICE, number="ACME-000001", contract_id=CONTRACT, plan_line=1, settled_on=DAY)


shown = partial(rows_after, Fact(0, "plan", CONTRACT, 0, NOW, NOW, "fin", CONTRACT))


def test_a_plan_is_shown_line_by_line() -> None:
    [row] = shown(plan_list, plans, (opened,))
    assert (row["contract_no"], row["net"], row["currency"], row["registered_on"]) == ("C-1", 100_00, "USD", DAY)
    rows = shown(plan_list, plan_lines, (opened,))
    assert [(row["line"], row["kind"], row["amount"], row["covers"]) for row in rows] == [
        (1, "advance", 3000, []),
        (2, "acceptance", 7000, [1]),
    ]


def test_an_invoice_goes_from_open_to_settled() -> None:
    history: tuple[Event, ...] = (issued, paid(40, 10_00, 10_00), paid(41, 25_70, 35_70), settled)
    rows = [shown(invoice_list, invoices, history[: count + 1])[0] for count in (0, 1, 3)]
    assert [(row["status"], row["paid"], row["open"]) for row in rows] == [
        ("open", 0, 35_70),
        ("partly_paid", 10_00, 25_70),
        ("settled", 35_70, 0),
    ]
    assert (rows[-1]["settled_on"], rows[-1]["taxes"]) == (
        DAY,
        [{"rate": "0.19", "net": {"amount": 3000, "currency": "USD"}, "tax": {"amount": 570, "currency": "USD"}}],
    )


def test_a_receipt_goes_from_unapplied_to_applied() -> None:
    history: tuple[Event, ...] = (received, applied(40, 10_00, 30_00), applied(41, 30_00, 0))
    rows = [shown(receipt_list, receipts, history[: count + 1])[0] for count in range(3)]
    assert [(row["status"], row["unapplied"]) for row in rows] == [("unapplied", 40_00), ("partly_applied", 30_00), ("applied", 0)]


def test_every_application_is_shown() -> None:
    rows = shown(receipt_list, applications, (received, applied(40, 10_00, 30_00), applied(41, 30_00, 0)))
    assert [(row["invoice_id"], row["receipt_id"], row["amount"]) for row in rows] == [(INVOICE, RECEIPT, 10_00), (INVOICE, RECEIPT, 30_00)]
