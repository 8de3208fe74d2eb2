"""Taking a file over: what a service makes of its rows. The runtime reads the file and goes through it batch by batch."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple
from uuid import UUID

from .values import Name, Value
from .vocabulary import Command, Decider, S, Stream

Seal = Callable[[UUID, str], str]
"""Encrypts what is known of a person, with a key of their own."""


class BadFile(ValueError):
    """The file as a whole cannot be read; the message says why."""


class FileRow(NamedTuple):
    """The cells of a row, or why it cannot be read: one broken line never takes the others with it."""

    line: int
    """Where it begins, from 1."""
    cells: list[str]
    wrong: str | None = None


class BadRow(ValueError):
    """A row makes no sense; the message says why, and repeats nothing that may be personal."""


def fitted(cells: Sequence[str], width: int) -> Sequence[str]:
    """The cells of a row below a header so wide.

    Raises:
        BadRow: it has fewer, or more that say something.
    """
    if len(cells) < width or any(cells[width:]):
        raise BadRow(f"{len(cells)} columns where the header has {width}")
    return cells[:width]


class RowError(Value):
    """Why a row was not taken over."""

    line: int
    """In the file; the header is line 1."""
    reason: Name


@dataclass(frozen=True, slots=True)
class ImportRow:
    """What a row asks for: a command that founds ``stream``. Where that is there already, the row is known."""

    stream: Stream
    command: Callable[[Seal], Command]


@dataclass(frozen=True, slots=True)
class ImportJob:
    """A file that is to be taken over, and how far that is."""

    upload_id: UUID
    encoding: str
    rows: int
    """Rows behind the header that were gone through."""
    actor: str
    """In whose name."""
    rehearsal: bool
    """Only say what would be done."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What became of some rows: with what they founded, it is noted in one commit."""

    after: int
    """Rows that were gone through before."""
    new: int
    known: int
    errors: tuple[RowError, ...]

    @property
    def rows(self) -> int:
        """How many rows it is."""
        return self.new + self.known + len(self.errors)


RowReader = Callable[[Sequence[str]], ImportRow]
"""Cells → what the row asks for; raises `BadRow`."""


@dataclass(frozen=True, eq=False)
class ImportKind(Generic[S]):
    """One kind of file that a service takes over.

    Args:
        decider: of the streams that are such imports.
        rows: the file, part by part, and its encoding → its rows, some at a time; raises `BadFile`.
        order: what a state still wants; ``None`` once it is over.
        reader: how to read rows below this header; raises `BadRow` where the header cannot do.
        note: import id, batch → the command that notes it. It must refuse a batch that does not begin where the import stands.
        end: import id, why it ended early (``None``: all rows were gone through) → the command that ends it.
    """

    decider: Decider[S, Any, Any]
    rows: Callable[[AsyncIterator[bytes], str], AsyncIterator[list[FileRow]]]
    order: Callable[[S], ImportJob | None]
    reader: Callable[[S, Sequence[str]], RowReader]
    note: Callable[[UUID, Batch], Command]
    end: Callable[[UUID, str | None], Command]
