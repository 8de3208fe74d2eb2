"""Bills of one contract, as the tests of several nouns need them."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from billing_svc.invoice.rules import IssueInvoice
from billing_svc.invoice.rules.series import NumberTaken, series_id
from billing_svc.plan.rules.bill import BilledLine, Terms, bill
from ltc_events import Money
from ltc_events.billing import InvoiceIssued
from ltc_events.contract import PlanLine

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
