"""Issues an invoice for every amount that is due."""

from ltc_events import Command

from ..plan.rules import InvoiceDue
from .rules import IssueInvoice


def issue_invoice(due: InvoiceDue) -> list[Command]:
    """Gives each amount that is due an invoice with a number."""
    return [IssueInvoice(invoice_id=due.invoice_id, bill=due.bill)]
