"""billing-svc: from what is due to money that settles it."""

from ltc_events.contract import ContractRegistered
from ltc_events.order import DeliveryAccepted
from ltc_events.policy import NamedPolicy
from ltc_runtime.feature import Feature, Service

from .invoice import read as invoices
from .plan import read as plans
from .receipt import api as receipts
from .totals import read as totals
from .receipt.rules import application as applying
from .invoice import rules as invoice
from .invoice.rules import issue as issuing, series
from .plan import rules as plan
from .receipt import rules as receipt
from .plan.rules import InvoiceDue
from .plan.policies import bill_acceptance, issue_invoice, open_plan
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
