"""Quantities per line: never more shipped than ordered, never more accepted than shipped."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Literal

from ltc_events import Quantity, Refusal, Value
from ltc_events.opportunity import LineNo
from pydantic import ConfigDict


class LineQuantity(Value):
    """How much of one line."""

    model_config = ConfigDict(extra="forbid")

    line: LineNo
    quantity: Quantity


class LineNamedTwice(Refusal):
    """Line {line} is named twice: say once how much of it."""


class NoSuchLine(Refusal):
    """The order has no line {line}; it has {lines}."""


class MoreShippedThanOrdered(Refusal):
    """Of line {line} only {left} is left to ship, not {asked}."""


class MoreAcceptedThanShipped(Refusal):
    """Of line {line} only {left} is shipped and not yet accepted, not {asked}."""


_TOO_MUCH: dict[str, type[Refusal]] = {"shipped": MoreShippedThanOrdered, "accepted": MoreAcceptedThanShipped}


def must_name_each_once(lines: Iterable[LineQuantity]) -> None:
    named: set[int] = set()
    for each in lines:
        if each.line in named:
            raise LineNamedTwice(line=each.line)
        named.add(each.line)


def must_not_exceed(lines: Iterable[LineQuantity], left: Mapping[int, Decimal], what: Literal["shipped", "accepted"]) -> None:
    """No line gets more than what is left of it."""
    for each in lines:
        if each.line not in left:
            raise NoSuchLine(line=each.line, lines=", ".join(map(str, sorted(left))))
        if each.quantity > left[each.line]:
            raise _TOO_MUCH[what](line=each.line, left=quantity_text(left[each.line]), asked=quantity_text(each.quantity))


def quantity_text(quantity: Decimal) -> str:
    """A quantity without useless zeros: ``2.500`` is "2.5", ``10`` is "10"."""
    return f"{quantity.normalize():f}"
