"""Document numbers such as ``Q-2026-00017``: one series per prefix and business year, taken in blocks; gaps are allowed."""

from dataclasses import dataclass
from functools import cache
from typing import ClassVar
from uuid import UUID

from ltc_events import Command, Decider, Event, derive_id

BLOCK = 100
"""Numbers taken at once: one event of the series for so many documents, so that no stream stalls an import."""


class TakeNumbers(Command):
    """Take the next numbers of a series."""

    series_id: UUID
    prefix: str
    year: int
    count: int = BLOCK


class NumbersTaken(Event, type="ltc.kit.numbers-taken.v1"):
    """A process may give these numbers; those that it does not give are gaps."""

    series_id: UUID
    prefix: str
    year: int
    first: int
    last: int


def decide(last: int, command: TakeNumbers) -> list[NumbersTaken]:
    taken = NumbersTaken(
        series_id=command.series_id, prefix=command.prefix, year=command.year, first=last + 1, last=last + command.count
    )  # fmt: skip
    return [taken]


def evolve(last: int, event: NumbersTaken) -> int:
    return event.last


decider: Decider[int, TakeNumbers, NumbersTaken] = Decider(
    kind="number-series", id="series_id", initial=0, decide=decide, evolve=evolve, commands=TakeNumbers, events=NumbersTaken,
    shared=True, by_last=True,
)  # fmt: skip
"""Its state is the last number taken."""


@dataclass(frozen=True)
class NumberSeries:
    """The numbers of one noun: ``Feature(numbers=NumberSeries("Q"))`` fills the `NewNumber` of its commands.

    Args:
        prefix: of every number, such as ``Q``.
    """

    prefix: str

    decider: ClassVar[Decider[int, TakeNumbers, NumbersTaken]] = decider

    def take(self, year: int) -> TakeNumbers:
        """The command that takes the next numbers of a year."""
        return _take(self.prefix, year)

    def text(self, year: int, number: int) -> str:
        """A number as people read it: at least five digits."""
        return f"{self.prefix}-{year}-{number:05}"


@cache
def _take(prefix: str, year: int) -> TakeNumbers:
    return TakeNumbers(series_id=derive_id("number-series", prefix, year), prefix=prefix, year=year)
