"""Every amount that is due is invoiced."""

from uuid import UUID

from billing_svc.invoice.policies import issue_invoice
from billing_svc.invoice.rules import IssueInvoice
from billing_svc.plan.rules import InvoiceDue
from bills import CONTRACT, issue


def test_what_is_due_is_invoiced() -> None:
    content = issue(UUID(int=20)).bill
    due = InvoiceDue(contract_id=CONTRACT, invoice_id=UUID(int=20), bill=content)
    assert issue_invoice(due) == [IssueInvoice(invoice_id=UUID(int=20), bill=content)]
