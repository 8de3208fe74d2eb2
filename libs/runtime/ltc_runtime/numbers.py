"""Document numbers: a process gives those of its block, and takes a further block when that is used up."""

from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from ltc_events import Command, Decider, Stream


class Series(Protocol):
    """Where the numbers of a noun come from; the state of its stream is the last number taken."""

    @property
    def decider(self) -> Decider[int, Any, Any]:
        """Decides about blocks."""
        ...

    def take(self, year: int) -> Command:
        """The command that takes a block of a year."""
        ...

    def text(self, year: int, number: int) -> str:
        """A number as people read it."""
        ...


@dataclass(frozen=True, slots=True)
class Numbered:
    """The field of a command that gets a number, and of which series."""

    field: str
    series: Series

    def stream(self, year: int) -> Stream:
        """The stream whose numbers are given in a year."""
        (stream,) = self.series.decider.streams(self.series.take(year))
        return stream


class Block(NamedTuple):
    """Numbers that this process alone gives."""

    next: int
    last: int
