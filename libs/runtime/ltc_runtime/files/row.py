"""A row of a file, readable or not on its own: one broken line never takes the others with it."""

from typing import NamedTuple

MAX_COLUMNS = 500
MAX_ROWS = 5_000_000


class BadFile(ValueError):
    """The file as a whole cannot be read; the message says why."""


class Row(NamedTuple):
    """Cells, or why there are none."""

    line: int
    """Where it begins, from 1."""
    cells: list[str]
    wrong: str | None = None
