"""The selection (标后选配): products delivered in place of those sold, and those proposed; until the contract is signed."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Never, TypeAlias
from uuid import UUID

from ltc_events import Code, Decider, Event, Money, Refusal, Text, UserId
from ltc_events.opportunity import LineNo, OptionSwapped


class SwapProposed(Event, type="ltc.opportunity.swap-proposed.v1"):
    """Another product on a line is proposed."""

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
    """The proposal is rejected."""

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
    """There is no open swap {number}: it is decided, or there is none."""

    status = 404


@dataclass(frozen=True, slots=True)
class Selection:
    """What is to be delivered in place of what was sold, and what is proposed; initially nothing."""

    numbers: int = 0
    proposed: Mapping[int, SwapProposed] = field(default_factory=dict)
    products: Mapping[int, str] = field(default_factory=dict)
    """By line."""
    ended: bool = False


SelectionEvent: TypeAlias = SwapProposed | SwapRejected | OptionSwapped | SelectionEnded


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


history: Decider[Selection, Any, SelectionEvent] = Decider(
    kind="selection", id="opportunity_id", initial=Selection(), evolve=evolve, commands=Never, events=SelectionEvent
)
"""Beside the deal and its quote, which never change again."""
