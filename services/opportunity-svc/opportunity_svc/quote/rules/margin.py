"""Margin: what is left of the price after what it costs us, by the catalogue of the day a quote was priced."""

from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any

from ltc_events import Money, Value, must_be_dealt_in, of_checked, total
from ltc_events.opportunity import LineNo, PricedLine
from pydantic import TypeAdapter

from ...catalogue.rules import Catalogue
from .price import EXACT, WHOLE

FOUR_DECIMALS = Decimal("0.0001")


class LineCost(Value):
    """What a line costs us, whole. Kept apart from the line, which the customer gets to see."""

    line: LineNo
    cost: Money


_COSTS = TypeAdapter(tuple[LineCost, ...])


def costs_as_json(costs: Sequence[LineCost]) -> list[dict[str, Any]]:
    """The costs as JSON has them."""
    found: list[dict[str, Any]] = _COSTS.dump_python(tuple(costs), mode="json")
    return found


def costs_of(catalogue: Catalogue, lines: Sequence[PricedLine], day: date) -> tuple[LineCost, ...]:
    """What each line costs us; lines whose cost nobody knows in their currency are left out."""
    if not catalogue.rows:
        return ()
    units = ((line, catalogue.cost(line.product, line.net.currency, day)) for line in lines)
    with localcontext(EXACT):
        costs = [(line, cost_for(unit, line)) for line, unit in units if unit is not None]
    if costs:
        total([cost for _, cost in costs], costs[0][1].currency, "What all lines cost us")
    return tuple(of_checked(LineCost, line=line.line, cost=cost) for line, cost in costs)


def cost_for(unit: Money, line: PricedLine) -> Money:
    """What a whole line costs us at so much a unit, half up to the minor unit."""
    amount = must_be_dealt_in(int((unit.amount * line.quantity).quantize(WHOLE)), unit.currency, f"What line {line.line} costs us")
    return of_checked(Money, amount=amount, currency=unit.currency)


def cost_of(lines: Sequence[PricedLine], costs: Sequence[LineCost], currency: str) -> Money | None:
    """What all lines cost us; nothing, unless the cost of every one is known."""
    if {line.line for line in lines} != {each.line for each in costs}:
        return None
    return total([each.cost for each in costs], currency)


def margin_rate(net: Money, cost: Money | None) -> Decimal | None:
    """(net − cost) ÷ net, half up to four places; nothing, where the cost is not known or there is no price."""
    if cost is None or net.amount <= 0:
        return None
    return (Decimal(net.amount - cost.amount) / net.amount).quantize(FOUR_DECIMALS, ROUND_HALF_UP)
