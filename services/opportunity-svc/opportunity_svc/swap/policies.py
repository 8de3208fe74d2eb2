"""End all swaps of a deal when its contract is signed."""

from ltc_events import Command
from ltc_events.contract import ContractRegistered, ContractSigned

from .rules import EndSelection


def end_selection(contract: ContractSigned | ContractRegistered) -> list[Command]:
    """From then on the contract says what is delivered, and the order follows from it."""
    return [EndSelection(opportunity_id=contract.opportunity_id, contract_id=contract.contract_id)]
