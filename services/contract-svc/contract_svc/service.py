"""contract-svc: from the accepted quote to a contract in force, and until everything is delivered and paid."""

from ltc_events.billing import CashApplied, InvoiceIssued
from ltc_events.contract import ContractRegistered
from ltc_events.opportunity import OpportunityWon
from ltc_events.order import DeliveryAccepted
from ltc_events.policy import NamedPolicy
from ltc_runtime.service import Feature, Service

from .api import contracts
from .domain import contract, purchase_order, registration
from .policies import draft_contract, note_cash, note_delivery, note_invoice, tell_expiry
from .projections import contract_list, contract_progress

former = Feature(
    api=contracts,
    deciders=(contract.decider, purchase_order.decider, registration.decider),
    policies=(
        NamedPolicy("draft_contract", OpportunityWon, draft_contract),
        NamedPolicy("note_delivery", DeliveryAccepted, note_delivery),
        NamedPolicy("note_invoice", InvoiceIssued, note_invoice),
        NamedPolicy("note_cash", CashApplied, note_cash),
        NamedPolicy("tell_expiry", ContractRegistered, tell_expiry),
    ),
    projections=(contract_list, contract_progress),
)
service = Service("contract-svc", former)
