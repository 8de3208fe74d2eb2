"""Opens a billing plan for each contract in force and bills what the customer accepts."""

from ltc_events import Command
from ltc_events.contract import ContractRegistered
from ltc_events.order import DeliveryAccepted

from .rules import AcceptedQuantity, BillAcceptance, OpenPlan
from .rules.bill import BilledLine, Terms


def open_plan(contract: ContractRegistered) -> list[Command]:
    """Opens one billing plan for each contract in force."""
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
    """Bills each acceptance of the customer once."""
    lines = tuple(AcceptedQuantity(line=each.line, quantity=each.quantity) for each in delivery.lines)
    acceptance = BillAcceptance(
        contract_id=delivery.contract_id, acceptance_id=delivery.acceptance_id, lines=lines, accepted_on=delivery.accepted_on
    )
    return [acceptance]
