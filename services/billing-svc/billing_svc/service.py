"""billing-svc: from what is due to money that settles it."""

from ltc_events.contract import ContractRegistered
from ltc_events.order import DeliveryAccepted
from ltc_events.policy import NamedPolicy
from ltc_runtime.service import Feature, Service

from .api import invoices, plans, receipts, totals
from .domain import applying, invoice, issuing, plan, receipt, series
from .domain.plan import InvoiceDue
from .policies import bill_acceptance, issue_invoice, open_plan
from .projections import invoice_list, plan_list, receipt_list

former = Feature(
    api=(invoices, receipts, plans, totals),
    deciders=(plan.decider, invoice.decider, series.decider, receipt.decider, issuing.decider, applying.decider),
    policies=(
        NamedPolicy("open_plan", ContractRegistered, open_plan),
        NamedPolicy("bill_acceptance", DeliveryAccepted, bill_acceptance),
        NamedPolicy("issue_invoice", InvoiceDue, issue_invoice),
    ),
    projections=(plan_list, invoice_list, receipt_list),
)
service = Service("billing-svc", former)
