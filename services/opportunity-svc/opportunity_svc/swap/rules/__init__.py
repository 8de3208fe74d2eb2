"""Swapping: between the win and the contract, another product is chosen to be delivered on a line; its price, and what was sold, stay."""

from dataclasses import dataclass
from datetime import date
from decimal import localcontext
from typing import TypeAlias
from uuid import UUID

from ltc_events import Code, Command, Event, JointDecider, Money, Refusal, States, Stream, Text, UserId
from ltc_events.opportunity import LineNo, OptionSwapped, PricedLine

from ...catalogue import rules as catalogue
from ...catalogue.rules import CATALOGUE_ID, Catalogue
from ...deal import rules as opportunity
from ...deal.rules.states import Closed, NotOpened, Opportunity, UnknownOpportunity
from ...quote import rules as quote
from ...quote.rules.gates import must_be_accepted
from ...quote.rules.margin import cost_for
from ...quote.rules.price import EXACT
from ...quote.rules.states import Content
from ...rule_book import rules as rule_book
from ...rule_book.rules import CONFIGURATION
from ...rule_book.rules.configuration import ConfigurationInvalid, check
from . import selection
from .selection import Selection, SwapProposed, must_be_open, must_be_proposed


class ProposeSwap(Command):
    """Propose to deliver another product on a line of what was sold."""

    opportunity_id: UUID
    quote_id: UUID | None
    """What the deal was won with, as it says itself; nothing, if it is not won."""
    line: LineNo
    product: Code
    reason: Text
    """Also why it is the same to the customer, or that they agreed."""
    actor: UserId
    today: date


class ApproveSwap(Command):
    """Let the other product be delivered, at the costs that were read."""

    opportunity_id: UUID
    quote_id: UUID | None
    number: int
    actor: UserId
    today: date


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
    """Four eyes: whoever proposed a swap does not approve it."""


class SwapHasChanged(Refusal):
    """The costs are no longer those that were proposed: reject it, and propose it anew."""


SwapCommand: TypeAlias = ProposeSwap | ApproveSwap


def decide(states: States, command: SwapCommand) -> list[Event]:
    sold = must_be_won(states.of(opportunity.decider, command.opportunity_id), states, command.quote_id)
    chosen = must_be_open(states.of(selection.decider, command.opportunity_id))
    rules = states.of(rule_book.decider, CONFIGURATION)
    prices = states.of(catalogue.decider, CATALOGUE_ID)
    match command:
        case ProposeSwap():
            swap = swapped(prices, sold, chosen, command.line, command.product, command.today)
            must_be_free(chosen, command.line)
            must_be_deliverable(rules, sold, chosen, swap)
            return [proposed(chosen, swap, command)]
        case ApproveSwap():
            before = must_be_proposed(chosen, command.number)
            if command.actor == before.proposed_by:
                raise ApproverIsProposer
            swap = swapped(prices, sold, chosen, before.line, before.new, command.today)
            if (swap.old, swap.before, swap.after) != (before.old, before.cost_before, before.cost_after):
                raise SwapHasChanged
            must_be_deliverable(rules, sold, chosen, swap)
            return [approved(before, swap, sold, command)]


@dataclass(frozen=True, slots=True)
class Swap:
    """One product in place of another, on a whole line, with what both cost."""

    line: PricedLine
    old: str
    new: str
    before: Money
    after: Money


def must_be_won(deal: Opportunity, states: States, quote_id: UUID | None) -> Content:
    """What was sold."""
    if isinstance(deal, NotOpened):
        raise UnknownOpportunity
    if quote_id is None or not isinstance(deal, Closed) or deal.quote_id != quote_id:
        raise NotWonYet
    return must_be_accepted(states.of(quote.decider, quote_id)).content


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


def must_be_deliverable(rules: rule_book.Book, sold: Content, chosen: Selection, swap: Swap) -> None:
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


def streams(command: SwapCommand) -> list[Stream]:
    deal = [opportunity.decider.of(command.opportunity_id), selection.decider.of(command.opportunity_id)]
    sold = [] if command.quote_id is None else [quote.decider.of(command.quote_id)]
    return [*deal, *sold, catalogue.decider.of(CATALOGUE_ID), rule_book.decider.of(CONFIGURATION)]


decider: JointDecider[SwapCommand] = JointDecider(
    commands=SwapCommand,
    streams=streams,
    decide=decide,
    over=(opportunity.decider, selection.decider, quote.decider, catalogue.decider, rule_book.decider),
)
