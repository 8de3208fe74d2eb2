"""Comparison: alternatives of one deal side by side, by price, cost and margin; and two versions of one quote, line by line."""

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal

from ltc_events import Money
from ltc_events.opportunity import PricedLine
from ltc_kit.difference import Difference, difference

from .margin import LineCost, cost_of, margin_rate


def versions_differ(old: Sequence[PricedLine], new: Sequence[PricedLine]) -> Difference:
    """How one version of a quote becomes another. A line is known by its product, and by which of several of that product it is."""
    return difference(keyed(old), keyed(new))


def keyed(lines: Sequence[PricedLine]) -> dict[str, PricedLine]:
    """Lines by product; where a product is there several times, by which time it is."""
    times: Counter[str] = Counter()
    found: dict[str, PricedLine] = {}
    for line in lines:
        times[line.product] += 1
        nth = times[line.product]
        found[line.product if nth == 1 else f"{line.product} #{nth}"] = line
    return found


def without_cost(lines: Sequence[PricedLine], costs: Sequence[LineCost]) -> tuple[int, ...]:
    """Lines whose cost nobody knows."""
    known = {each.line for each in costs}
    return tuple(line.line for line in lines if line.line not in known)


def judged(lines: Sequence[PricedLine], costs: Sequence[LineCost], net: Money) -> tuple[Money | None, Money | None, Decimal | None]:
    """Cost, margin in money, margin as a share of the price; nothing where the cost of a line is not known."""
    cost = cost_of(lines, costs, net.currency)
    return cost, None if cost is None else net - cost, margin_rate(net, cost)
