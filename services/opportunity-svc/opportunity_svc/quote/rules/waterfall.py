"""Waterfall: how what we list becomes what is left to us (利润瀑布): list price, discount, net price, cost, margin."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from ltc_events.opportunity import PricedLine

from .margin import LineCost
from .price import listed

Source = Literal["line_discount", "agreed_price", "not_said"]
"""A discount given on the line, one that follows from a net price agreed on, or one of a quote that did not say which."""

SOURCES: tuple[Source, ...] = ("line_discount", "agreed_price", "not_said")


@dataclass(frozen=True, slots=True)
class Fall:
    """Amounts in minor units of one currency: ``listed`` plus all ``steps`` is ``net``, and ``net`` less ``cost`` is ``margin``."""

    listed: int
    steps: Mapping[Source, int]
    """What the net price is other than the list price; below nothing where something was given."""
    net: int
    cost: int | None
    """Nothing, unless it is known."""

    @property
    def margin(self) -> int | None:
        """What is left."""
        return None if self.cost is None else self.net - self.cost


def fall_of(line: PricedLine, cost: int | None, agreed: Collection[int] | None) -> Fall:
    """How one line falls."""
    at_list = listed(line)
    step = line.net.amount - at_list
    return Fall(at_list, {source_of(line, agreed): step} if step else {}, line.net.amount, cost)


def source_of(line: PricedLine, agreed: Collection[int] | None) -> Source:
    if agreed is None:
        return "not_said"
    return "agreed_price" if line.line in agreed else "line_discount"


def falls_of(lines: Sequence[PricedLine], costs: Iterable[LineCost], agreed: Collection[int] | None) -> list[Fall]:
    """How each line falls, in their order."""
    known = {each.line: each.cost.amount for each in costs}
    return [fall_of(line, known.get(line.line), agreed) for line in lines]


def together(falls: Sequence[Fall]) -> Fall:
    """How they fall together: step by step the sum. The cost of all is known where that of each is; none is guessed."""
    steps = {source: sum(fall.steps.get(source, 0) for fall in falls) for source in SOURCES}
    costs = [fall.cost for fall in falls if fall.cost is not None]
    return Fall(
        sum(fall.listed for fall in falls),
        {source: step for source, step in steps.items() if any(source in fall.steps for fall in falls)},
        sum(fall.net for fall in falls),
        sum(costs) if len(costs) == len(falls) else None,
    )
