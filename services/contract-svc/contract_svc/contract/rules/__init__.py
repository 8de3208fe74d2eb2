"""A contract: drafted from the quote the customer accepted, reviewed, signed, in force, and over when all is delivered and paid."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias
from uuid import UUID

from ltc_events import Decider, Event, States
from ltc_events.contract import ContractClosed, ContractExpiring, ContractRegistered, ContractSigned

from . import execution, paper, purchase_order, registration, term
from .execution import CashNoted, DeliveryNoted, Execution, InvoiceNoted, NoteCash, NoteCommand, NoteDelivery, NoteInvoice
from .paper import (
    ContractDrafted,
    ContractReviewed,
    DraftContract,
    InForce,
    NotDrafted,
    ReviewContract,
    SignContract,
    Stage,
    must_be_a_draft,
    must_be_approved,
    must_be_signed,
)
from .registration import RegisterContract
from .term import TellExpiry, Term


@dataclass(frozen=True, slots=True)
class Contract:
    """The paper and its execution; facts of the execution may arrive before the paper is ready."""

    stage: Stage
    execution: Execution
    term: Term | None = None


ContractCommand: TypeAlias = (
    DraftContract | ReviewContract | SignContract | RegisterContract | NoteDelivery | NoteInvoice | NoteCash | TellExpiry
)
ContractEvent: TypeAlias = (
    ContractDrafted
    | ContractReviewed
    | ContractSigned
    | ContractRegistered
    | DeliveryNoted
    | InvoiceNoted
    | CashNoted
    | ContractClosed
    | ContractExpiring
)


# ── decide ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def decide(states: States, command: ContractCommand) -> Sequence[Event]:
    contract = states.of(decider, command.contract_id)
    match command:
        case DraftContract():
            return paper.draft(contract.stage, command)
        case ReviewContract():
            return paper.review(must_be_a_draft(contract.stage), command)
        case SignContract():
            return paper.sign(must_be_approved(contract.stage), command)
        case RegisterContract():
            return register(states, contract, command)
        case NoteDelivery() | NoteInvoice() | NoteCash():
            return note(contract, command)
        case TellExpiry():
            return term.announce(contract.term, command)


def register(states: States, contract: Contract, command: RegisterContract) -> Sequence[Event]:
    """The contract is in force and its purchase order is claimed, both or neither."""
    registered = registration.register(must_be_signed(contract.stage), command)
    events = and_close_if_done(contract, command.contract_id, [registered])
    if registered.purchase_order is None:
        return events
    order = states.of(purchase_order.decider, purchase_order.po_id(registered.purchase_order))
    return [purchase_order.claim(order, registered.purchase_order, registered.contract_id, registered.contract_no), *events]


def note(contract: Contract, command: NoteCommand) -> list[ContractEvent]:
    noted = execution.note(contract.execution, command)
    return and_close_if_done(contract, command.contract_id, noted)


def and_close_if_done(contract: Contract, contract_id: UUID, events: Sequence[ContractEvent]) -> list[ContractEvent]:
    """A contract in force closes by itself with the last fact that it waits for."""
    after = contract
    for event in events:
        after = evolve(after, event)
    if not events or not isinstance(after.stage, InForce) or not is_done(after.stage, after.execution):
        return [*events]
    closed_on = max(after.stage.registered_on, after.execution.last_on)
    return [*events, ContractClosed(contract_id=contract_id, opportunity_id=after.stage.deal.opportunity_id, closed_on=closed_on)]


def is_done(stage: InForce, facts: Execution) -> bool:
    return facts.delivered(stage.deal.lines) and facts.billed_and_paid(stage.deal.net)


# ── evolve ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def evolve(contract: Contract, event: ContractEvent) -> Contract:
    match event:
        case DeliveryNoted() | InvoiceNoted() | CashNoted():
            return replace(contract, execution=execution.keep(contract.execution, event))
        case ContractExpiring():
            return replace(contract, term=term.announced(contract.term))
        case ContractRegistered():
            return replace(contract, stage=paper.next_stage(contract.stage, event), term=term.term_of(event))
        case ContractDrafted() | ContractReviewed() | ContractSigned() | ContractClosed():
            return replace(contract, stage=paper.next_stage(contract.stage, event))


decider: Decider[Contract, ContractCommand, ContractEvent] = Decider(
    kind="contract",
    id="contract_id",
    initial=Contract(NotDrafted(), Execution()),
    decide_many=decide,
    evolve=evolve,
    commands=ContractCommand,
    events=ContractEvent,
    also=(purchase_order.decider,),
)
