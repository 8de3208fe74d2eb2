"""What this process appended last, so that who follows the log need not read back what was just written."""

from collections.abc import Sequence

from .rows import LogRow

CAPACITY = 4_000
"""Rows kept; as many again before the older ones are dropped."""


class Recent:
    """Consecutive rows up to the last one this process appended. What another process appended is not among them."""

    def __init__(self) -> None:
        self._rows: list[LogRow] = []

    def add(self, rows: Sequence[LogRow]) -> None:
        """Take over what was committed."""
        if self._rows and rows[0].position != self._rows[-1].position + 1:
            self._rows.clear()  # somebody else appended between
        self._rows += rows
        if len(self._rows) > 2 * CAPACITY:
            del self._rows[:-CAPACITY]

    def forget(self) -> None:
        """Forget everything."""
        self._rows.clear()

    def between(self, after: int, upto: int) -> list[LogRow] | None:
        """All rows behind ``after`` up to ``upto``; none, if one of them is not here."""
        if not self._rows or self._rows[0].position > after + 1 or self._rows[-1].position < upto:
            return None
        first = self._rows[0].position
        return self._rows[after + 1 - first : upto + 1 - first]
