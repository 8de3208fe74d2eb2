"""Drafts the contract of a won deal, notes its deliveries, invoices and payments, and announces the end of its term."""

from collections import defaultdict
from datetime import UTC, datetime, time
from uuid import UUID

from ltc_events import At, Command, derive_id
from ltc_events.billing import Application, CashApplied, InvoiceIssued
from ltc_events.contract import ContractRegistered
from ltc_events.opportunity import OpportunityWon
from ltc_events.order import DeliveryAccepted

from .rules.execution import DeliveredLine, NoteCash, NoteDelivery, NoteInvoice, Payment
from .rules.paper import Deal, DraftContract
from .rules.term import TellExpiry, announce_on


def draft_contract(deal: OpportunityWon) -> list[Command]:
    """Drafts one contract for each won deal; consuming the event twice drafts it once."""
    contract_id = derive_id(deal.opportunity_id, "contract")
    return [DraftContract(contract_id=contract_id, deal=Deal.model_validate(deal, from_attributes=True), drafted_on=deal.won_on)]


def announce_expiry(contract: ContractRegistered) -> list[At]:
    """Announces the end of a term when its notice begins."""
    if contract.ends_on is None:
        return []
    day = announce_on(contract.registered_on, contract.ends_on, contract.notice_days)
    return [At(datetime.combine(day, time(), UTC), TellExpiry(contract_id=contract.contract_id, ends_on=contract.ends_on))]


def note_delivery(delivery: DeliveryAccepted) -> list[Command]:
    """Notes what the customer accepted."""
    noted = NoteDelivery(
        contract_id=delivery.contract_id,
        acceptance_id=delivery.acceptance_id,
        lines=tuple(DeliveredLine(line=each.line, accepted=each.accepted) for each in delivery.lines),
        accepted_on=delivery.accepted_on,
    )
    return [noted]


def note_invoice(invoice: InvoiceIssued) -> list[Command]:
    """Notes what was billed."""
    noted = NoteInvoice(
        contract_id=invoice.contract_id,
        invoice_id=invoice.invoice_id,
        number=invoice.number,
        plan_line=invoice.plan_line,
        net=invoice.net,
        gross=invoice.gross,
        issued_on=invoice.issued_on,
    )
    return [noted]


def note_cash(cash: CashApplied) -> list[Command]:
    """Notes for each contract what was paid on its invoices; one receipt may pay for several contracts."""
    by_contract: defaultdict[UUID, list[Application]] = defaultdict(list)
    for application in cash.applications:
        by_contract[application.contract_id].append(application)
    return [
        NoteCash(
            contract_id=contract_id,
            application_id=cash.application_id,
            payments=tuple(Payment(invoice_id=each.invoice_id, plan_line=each.plan_line, amount=each.amount) for each in applications),
            applied_on=cash.applied_on,
        )
        for contract_id, applications in by_contract.items()
    ]
