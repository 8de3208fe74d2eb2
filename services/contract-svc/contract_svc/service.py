"""contract-svc: from the accepted quote to a contract in force, and until everything is delivered and paid."""

from ltc_events.billing import CashApplied, InvoiceIssued
from ltc_events.contract import ContractRegistered
from ltc_events.opportunity import OpportunityWon
from ltc_events.order import DeliveryAccepted
from ltc_runtime.service import Service

from .api import contracts
from .domain import contract, purchase_order, registration
from .policies import draft_contract, note_cash, note_delivery, note_invoice, tell_expiry
from .projections import contract_list, contract_progress

service = Service(
    name="contract-svc",
    api=contracts,
    decides=(contract.decider, purchase_order.decider, registration.decider),
    reacts={
        OpportunityWon: (draft_contract,),
        DeliveryAccepted: (note_delivery,),
        InvoiceIssued: (note_invoice,),
        CashApplied: (note_cash,),
        ContractRegistered: (tell_expiry,),
    },
    shows=(contract_list, contract_progress),
)
