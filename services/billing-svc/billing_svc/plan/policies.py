"""What billing-svc does when something happens: open the plan, bill what was accepted, issue what is due."""

from ltc_events import Command
from ltc_events.contract import ContractRegistered
from ltc_events.order import DeliveryAccepted

from .rules.bill import BilledLine, Terms
from ..invoice.rules.issue import IssueInvoice
from .rules import AcceptedQuantity, BillAcceptance, InvoiceDue, OpenPlan


def open_plan(contract: ContractRegistered) -> list[Command]:
    """Every contract in force is billed by its plan."""
    terms = Terms(
        contract_no=contract.contract_no,
        party_id=contract.party_id,
        company=contract.company,
        legal_entity=contract.legal_entity,
        currency=contract.currency,
        lines=tuple(BilledLine.model_validate(line, from_attributes=True) for line in contract.lines),
        net=contract.net,
        plan=contract.plan,
        payment_days=contract.payment_days,
        registered_on=contract.registered_on,
    )
    return [OpenPlan(contract_id=contract.contract_id, terms=terms)]


def bill_acceptance(delivery: DeliveryAccepted) -> list[Command]:
    """Whatever the customer accepts is billed."""
    lines = tuple(AcceptedQuantity(line=each.line, quantity=each.quantity) for each in delivery.lines)
    acceptance = BillAcceptance(
        contract_id=delivery.contract_id, acceptance_id=delivery.acceptance_id, lines=lines, accepted_on=delivery.accepted_on
    )
    return [acceptance]


def issue_invoice(due: InvoiceDue) -> list[Command]:
    """What is due becomes an invoice with a number."""
    return [IssueInvoice(invoice_id=due.invoice_id, bill=due.bill)]
