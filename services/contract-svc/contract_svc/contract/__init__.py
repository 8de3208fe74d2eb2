"""Contracts: from the won deal to the contract in force, and until everything is delivered and paid."""

from ltc_events.billing import CashApplied, InvoiceIssued
from ltc_events.contract import ContractRegistered
from ltc_events.opportunity import OpportunityWon
from ltc_events.order import DeliveryAccepted
from ltc_events.policy import NamedPolicy
from ltc_kit.number_series import NumberSeries
from ltc_runtime.service import Feature

from .api import contracts
from .policies import announce_expiry, draft_contract, note_cash, note_delivery, note_invoice
from .read import contract_list, contract_progress
from .rules import decider, purchase_order

contract = Feature(
    api=contracts,
    deciders=(decider, purchase_order.decider),
    policies=(
        NamedPolicy("draft_contract", OpportunityWon, draft_contract),
        NamedPolicy("note_delivery", DeliveryAccepted, note_delivery),
        NamedPolicy("note_invoice", InvoiceIssued, note_invoice),
        NamedPolicy("note_cash", CashApplied, note_cash),
        NamedPolicy("tell_expiry", ContractRegistered, announce_expiry),
    ),
    projections=(contract_list, contract_progress),
    numbers=NumberSeries("C"),
)
