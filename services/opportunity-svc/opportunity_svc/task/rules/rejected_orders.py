"""Trouble with a contract: of which deal it is, and who manages the account, whichever is heard first."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TypeAlias
from uuid import UUID

from ltc_events import Command, Decider, Event, UserId


class NoteContract(Command):
    """Note of which deal a contract is."""

    contract_id: UUID
    opportunity_id: UUID
    account_manager: UserId


class NoteRejection(Command):
    """Note that fulfilment cannot take an order of the contract."""

    contract_id: UUID
    order_id: UUID
    day: date


class NoteOver(Command):
    """Note that everything of the contract was delivered, billed and paid."""

    contract_id: UUID
    opportunity_id: UUID


class ContractKnown(Event, type="ltc.opportunity.contract-known.v1"):
    """The contract is of this deal."""

    contract_id: UUID
    opportunity_id: UUID
    account_manager: UserId


class RejectionKnown(Event, type="ltc.opportunity.rejection-known.v1"):
    """Fulfilment cannot take an order of the contract."""

    contract_id: UUID
    order_id: UUID
    day: date


class OrderInTrouble(Event, type="ltc.opportunity.order-in-trouble.v1"):
    """What was sold is not delivered: whoever manages the account should talk to the customer."""

    contract_id: UUID
    order_id: UUID
    opportunity_id: UUID
    account_manager: UserId
    day: date


class ContractOver(Event, type="ltc.opportunity.contract-over.v1"):
    """Nobody has to see to an order of the contract any more."""

    contract_id: UUID
    opportunity_id: UUID


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is known of a contract: perhaps its orders before its deal."""

    contract: ContractKnown | None = None
    rejected: Mapping[UUID, date] = field(default_factory=dict)
    over: bool = False
    """Perhaps heard before what became of its orders."""


TroubleCommand: TypeAlias = NoteContract | NoteRejection | NoteOver
TroubleEvent: TypeAlias = ContractKnown | RejectionKnown | OrderInTrouble | ContractOver


def decide(trouble: Trouble, command: TroubleCommand) -> list[TroubleEvent]:
    match command:
        case NoteContract():
            if trouble.contract is not None:
                return []
            known = ContractKnown(**dict(command))
            orders = {} if trouble.over else trouble.rejected
            return [known, *(told(known, order_id, day) for order_id, day in orders.items())]
        case NoteRejection():
            if command.order_id in trouble.rejected:
                return []
            rejected = RejectionKnown(**dict(command))
            if trouble.contract is None or trouble.over:
                return [rejected]
            return [rejected, told(trouble.contract, command.order_id, command.day)]
        case NoteOver():
            return [] if trouble.over else [ContractOver(**dict(command))]


def told(contract: ContractKnown, order_id: UUID, day: date) -> OrderInTrouble:
    return OrderInTrouble(**dict(contract), order_id=order_id, day=day)


def evolve(trouble: Trouble, event: TroubleEvent) -> Trouble:
    match event:
        case ContractKnown():
            return replace(trouble, contract=event)
        case RejectionKnown():
            return replace(trouble, rejected={**trouble.rejected, event.order_id: event.day})
        case OrderInTrouble():
            return trouble
        case ContractOver():
            return replace(trouble, over=True)


decider: Decider[Trouble, TroubleCommand, TroubleEvent] = Decider(
    kind="trouble", id="contract_id", initial=Trouble(), decide=decide, evolve=evolve, commands=TroubleCommand, events=TroubleEvent
)
