"""Facts of one contract, its invoice and its receipt, and the rows after them."""

from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from uuid import UUID

from billing_svc.invoice.rules import InvoicePaid
from billing_svc.plan.rules import PlanOpened
from billing_svc.plan.rules.bill import BilledLine, Terms, bill
from ltc_events import Fact, Money
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
