"""Swaps (标后选配): between the win and the contract another product is delivered on a line; price and what was sold stay."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import localcontext
from typing import TypeAlias
from uuid import UUID

from ltc_events import Code, Command, Decider, Event, Money, Refusal, States, Stream, Text, UserId
from ltc_events.filled import Actor
from ltc_events.opportunity import LineNo, OptionSwapped, PricedLine
from pydantic import Field

from ...catalogue.rules import CATALOGUE_ID, Catalogue
from ...catalogue.rules import decider as catalogues
from ...deal.rules.history import history as deals
from ...deal.rules.states import Closed, NotOpened, UnknownOpportunity
from ...quote.rules.gates import must_be_accepted
from ...quote.rules.margin import cost_for
from ...quote.rules.price import EXACT
from ...quote.rules.states import Content
from ...quote.rules.states import history as quotes
from ...rule_book.rules import CONFIGURATION, Book
from ...rule_book.rules import decider as rule_books
from ...rule_book.rules.configuration import ConfigurationInvalid, check
from .selection import (
    Selection,
    SelectionEnded,
    SelectionEvent,
    SwapProposed,
    SwapRejected,
    history,
    must_be_open,
    must_be_proposed,
)


class ProposeSwap(Command):
    """Propose to deliver another product on a line of what was sold."""

    opportunity_id: UUID
    quote_id: UUID | None
    """The quote that the deal is won with; null if the deal is not won."""
    line: LineNo
    product: Code
    reason: Text
    """Also why it is the same to the customer, or that they agreed."""
    actor: UserId
    today: date

    def reads(self) -> Sequence[Stream]:
        return swapped_from(self)


class ApproveSwap(Command):
    """Approve to deliver the other product, at the costs that were read."""

    opportunity_id: UUID
    quote_id: UUID | None
    number: int
    actor: UserId
    today: date

    def reads(self) -> Sequence[Stream]:
        return swapped_from(self)


class RejectSwap(Command):
    """Reject a swap, or withdraw one's own proposal."""

    opportunity_id: UUID
    number: int
    reason: Text = Field(examples=["The customer wants the pump they know"])
    actor: Actor


class EndSelection(Command):
    """End all swaps of a deal: from now on the contract says what is delivered."""

    opportunity_id: UUID
    contract_id: UUID


def swapped_from(command: ProposeSwap | ApproveSwap) -> Sequence[Stream]:
    """Deal, selection, the quote that was sold, costs and rules."""
    sold = [] if command.quote_id is None else [quotes.of(command.quote_id)]
    known = [catalogues.of(CATALOGUE_ID), rule_books.of(CONFIGURATION)]
    return [deals.of(command.opportunity_id), history.of(command.opportunity_id), *sold, *known]


class NotWonYet(Refusal):
    """Options are swapped after the win; until then the quote is revised."""


class UnknownLine(Refusal):
    """What was sold has no line {line}."""

    status = 404


class AlreadyProposed(Refusal):
    """A swap of line {line} is proposed already: it is number {number}."""


class NoSuchOption(Refusal):
    """The catalogue names no {product} to be delivered in place of {instead_of}. It names: {options}."""


class UnitDiffers(Refusal):
    """{product} comes by the {unit}, and the line says {sold}: as much of it is not the same."""


class CostUnknown(Refusal):
    """The cost of {product} in {currency} is unknown today, so the gain of a swap cannot be calculated."""


class CostsMore(Refusal):
    """{product} costs {after} and what is to be delivered now {before}: a swap gains margin, or loses none."""


class ApproverIsProposer(Refusal):
    """Four eyes: you proposed this swap, so another manager has to approve it."""


class SwapHasChanged(Refusal):
    """The costs are no longer those that were proposed: reject it and propose it again."""


SwapCommand: TypeAlias = ProposeSwap | ApproveSwap | RejectSwap | EndSelection


def decide(states: States, command: SwapCommand) -> Sequence[Event]:
    chosen = states.of(history, command.opportunity_id)
    match command:
        case ProposeSwap():
            return propose(sold_in(states, command), must_be_open(chosen), states, command)
        case ApproveSwap():
            return approve(sold_in(states, command), must_be_open(chosen), states, command)
        case RejectSwap():
            must_be_proposed(chosen, command.number)
            rejected = SwapRejected(
                opportunity_id=command.opportunity_id, number=command.number, reason=command.reason, rejected_by=command.actor
            )
            return [rejected]
        case EndSelection():
            return [] if chosen.ended else [SelectionEnded(**dict(command), lapsed=tuple(sorted(chosen.proposed)))]


def propose(sold: Content, chosen: Selection, states: States, command: ProposeSwap) -> list[Event]:
    swap = swapped(states.of(catalogues, CATALOGUE_ID), sold, chosen, command.line, command.product, command.today)
    must_be_free(chosen, command.line)
    must_be_deliverable(states.of(rule_books, CONFIGURATION), sold, chosen, swap)
    return [proposed(chosen, swap, command)]


def approve(sold: Content, chosen: Selection, states: States, command: ApproveSwap) -> list[Event]:
    before = must_be_proposed(chosen, command.number)
    if command.actor == before.proposed_by:
        raise ApproverIsProposer
    swap = swapped(states.of(catalogues, CATALOGUE_ID), sold, chosen, before.line, before.new, command.today)
    if (swap.old, swap.before, swap.after) != (before.old, before.cost_before, before.cost_after):
        raise SwapHasChanged
    must_be_deliverable(states.of(rule_books, CONFIGURATION), sold, chosen, swap)
    return [approved(before, swap, sold, command)]


@dataclass(frozen=True, slots=True)
class Swap:
    """One product in place of another, on a whole line, with what both cost."""

    line: PricedLine
    old: str
    new: str
    before: Money
    after: Money


def sold_in(states: States, command: ProposeSwap | ApproveSwap) -> Content:
    """The content of the quote that the deal is won with."""
    deal = states.of(deals, command.opportunity_id)
    if isinstance(deal, NotOpened):
        raise UnknownOpportunity
    if command.quote_id is None or not isinstance(deal, Closed) or deal.quote_id != command.quote_id:
        raise NotWonYet
    return must_be_accepted(states.of(quotes, command.quote_id)).content


def must_be_free(chosen: Selection, line: int) -> None:
    for number, other in chosen.proposed.items():
        if other.line == line:
            raise AlreadyProposed(line=line, number=number)


def swapped(known: Catalogue, sold: Content, chosen: Selection, number: int, product: str, today: date) -> Swap:
    """The swap, if the catalogue names the product for what was sold, by the same unit, and it costs no more."""
    line = next((line for line in sold.lines if line.line == number), None)
    if line is None:
        raise UnknownLine(line=number)
    row, other = known.on(line.product, today), known.on(product, today)
    options = row.options if row is not None else ()
    old = chosen.products.get(number, line.product)
    if product not in options or product == old or other is None:
        raise NoSuchOption(product=product, instead_of=line.product, options=list(options) or "nothing")
    if other.unit != line.unit:
        raise UnitDiffers(product=product, unit=other.unit, sold=line.unit)
    before, after = (cost(known, each, line, today) for each in (old, product))
    if after > before:
        raise CostsMore(product=product, before=str(before), after=str(after))
    return Swap(line, old, product, before, after)


def cost(known: Catalogue, product: str, line: PricedLine, today: date) -> Money:
    """What the whole line costs us, if this product is delivered."""
    unit = known.cost(product, line.net.currency, today)
    if unit is None:
        raise CostUnknown(product=product, currency=line.net.currency)
    with localcontext(EXACT):
        return cost_for(unit, line)


def must_be_deliverable(rules: Book, sold: Content, chosen: Selection, swap: Swap) -> None:
    """What is to be delivered then keeps the configuration rules, as what was sold did."""
    then = {**chosen.products, swap.line.line: swap.new}
    violations = check(rules.configuration, ((line.line, then.get(line.line, line.product), line.quantity) for line in sold.lines))
    if violations:
        raise ConfigurationInvalid.of(violations)


def proposed(chosen: Selection, swap: Swap, command: ProposeSwap) -> SwapProposed:
    assert command.quote_id is not None
    return SwapProposed(
        opportunity_id=command.opportunity_id,
        number=chosen.numbers + 1,
        quote_id=command.quote_id,
        line=swap.line.line,
        old=swap.old,
        new=swap.new,
        cost_before=swap.before,
        cost_after=swap.after,
        reason=command.reason,
        proposed_by=command.actor,
    )


def approved(before: SwapProposed, swap: Swap, sold: Content, command: ApproveSwap) -> OptionSwapped:
    return OptionSwapped(
        opportunity_id=command.opportunity_id,
        number=before.number,
        quote_id=before.quote_id,
        quote_hash=sold.hash,
        line=before.line,
        quoted=swap.line.product,
        old=swap.old,
        new=swap.new,
        quantity=swap.line.quantity,
        unit=swap.line.unit,
        net=swap.line.net,
        cost_before=swap.before,
        cost_after=swap.after,
        margin_gained=swap.before - swap.after,
        reason=before.reason,
        proposed_by=before.proposed_by,
        approved_by=command.actor,
    )


decider: Decider[Selection, SwapCommand, SelectionEvent] = replace(
    history, commands=SwapCommand, decide_many=decide, also=(deals, quotes, catalogues, rule_books)
)
