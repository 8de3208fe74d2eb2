"""billing-svc: from what is due to money that settles it."""

from ltc_events.contract import ContractRegistered
from ltc_events.order import DeliveryAccepted
from ltc_runtime.service import Service

from .api import invoices, plans, receipts, totals
from .domain import applying, invoice, issuing, plan, receipt, series
from .domain.plan import InvoiceDue
from .policies import bill_acceptance, issue_invoice, open_plan
from .projections import invoice_list, plan_list, receipt_list

service = Service(
    name="billing-svc",
    api=(invoices, receipts, plans, totals),
    decides=(plan.decider, invoice.decider, series.decider, receipt.decider, issuing.decider, applying.decider),
    reacts={ContractRegistered: (open_plan,), DeliveryAccepted: (bill_acceptance,), InvoiceDue: (issue_invoice,)},
    shows=(plan_list, invoice_list, receipt_list),
)
