"""The selection (标后选配): what is to be delivered in place of what was sold, and what is proposed; until the contract is signed."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias
from uuid import UUID

from ltc_events import Code, Command, Decider, Event, Money, Refusal, Text, UserId
from ltc_events.opportunity import LineNo, OptionSwapped


class RejectSwap(Command):
    """Deliver what was to be delivered before, and say why."""

    opportunity_id: UUID
    number: int
    reason: Text
    actor: UserId


class EndSelection(Command):
    """What is delivered is a matter of the contract from now on."""

    opportunity_id: UUID
    contract_id: UUID


class SwapProposed(Event, type="ltc.opportunity.swap-proposed.v1"):
    """Somebody would deliver another product on a line."""

    opportunity_id: UUID
    number: int
    quote_id: UUID
    line: LineNo
    old: Code
    new: Code
    cost_before: Money
    cost_after: Money
    reason: Text
    proposed_by: UserId


class SwapRejected(Event, type="ltc.opportunity.swap-rejected.v1"):
    """It is not delivered."""

    opportunity_id: UUID
    number: int
    reason: Text
    rejected_by: UserId


class SelectionEnded(Event, type="ltc.opportunity.selection-ended.v1"):
    """The contract is signed: nothing is swapped any more, and what was only proposed lapses."""

    opportunity_id: UUID
    contract_id: UUID
    lapsed: tuple[int, ...]


class ContractStands(Refusal):
    """The contract of this deal is signed: what it delivers is changed by amending it."""


class UnknownSwap(Refusal):
    """Nobody proposes a swap {number}: it is decided, or there is none."""

    status = 404


@dataclass(frozen=True, slots=True)
class Selection:
    """What is to be delivered in place of what was sold, and what is proposed; to begin with, nothing."""

    numbers: int = 0
    proposed: Mapping[int, SwapProposed] = field(default_factory=dict)
    products: Mapping[int, str] = field(default_factory=dict)
    """By line."""
    ended: bool = False


SelectionCommand: TypeAlias = RejectSwap | EndSelection
SelectionEvent: TypeAlias = SwapProposed | SwapRejected | OptionSwapped | SelectionEnded


def decide(selection: Selection, command: SelectionCommand) -> list[SelectionEvent]:
    match command:
        case RejectSwap():
            must_be_proposed(selection, command.number)
            rejected = SwapRejected(
                opportunity_id=command.opportunity_id, number=command.number, reason=command.reason, rejected_by=command.actor
            )
            return [rejected]
        case EndSelection():
            return [] if selection.ended else [SelectionEnded(**dict(command), lapsed=tuple(sorted(selection.proposed)))]


def must_be_open(selection: Selection) -> Selection:
    if selection.ended:
        raise ContractStands
    return selection


def must_be_proposed(selection: Selection, number: int) -> SwapProposed:
    if number not in selection.proposed:
        raise UnknownSwap(number=number)
    return selection.proposed[number]


def evolve(selection: Selection, event: SelectionEvent) -> Selection:
    match event:
        case SwapProposed():
            return replace(selection, numbers=event.number, proposed={**selection.proposed, event.number: event})
        case SwapRejected():
            return replace(selection, proposed=without(selection, event.number))
        case OptionSwapped():
            return replace(selection, proposed=without(selection, event.number), products={**selection.products, event.line: event.new})
        case SelectionEnded():
            return replace(selection, proposed={}, ended=True)


def without(selection: Selection, number: int) -> Mapping[int, SwapProposed]:
    return {each: proposal for each, proposal in selection.proposed.items() if each != number}


decider: Decider[Selection, SelectionCommand, SelectionEvent] = Decider(
    kind="selection",
    id="opportunity_id",
    initial=Selection(),
    decide=decide,
    evolve=evolve,
    commands=SelectionCommand,
    events=SelectionEvent,
)
"""Beside the deal and its quote, which never change again."""
