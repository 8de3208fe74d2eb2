"""What this process appended last, so that who follows the log need not read back what was just written."""

from collections.abc import Sequence

from .rows import LogRow

CAPACITY = 4_000
"""Rows kept; as many again before the older ones are dropped."""

BYTES = 1024 * 1024
"""Bytes of JSON of these rows that are kept, and some ten times as much of what they say; as many again before the older ones are
dropped."""


class Recent:
    """Consecutive rows up to the last one this process appended. What another process appended is not among them."""

    def __init__(self) -> None:
        self._rows: list[LogRow] = []
        self._size = 0

    def add(self, rows: Sequence[LogRow]) -> None:
        """Take over what was committed."""
        if self._rows and rows[0].position != self._rows[-1].position + 1:
            self.forget()  # another process appended between
        self._rows += rows
        self._size += sum(len(row.data) for row in rows)
        if len(self._rows) > 2 * CAPACITY or self._size > 2 * BYTES:
            self._drop_older()

    def forget(self) -> None:
        """Forget everything."""
        self._rows.clear()
        self._size = 0

    def _drop_older(self) -> None:
        kept, size = 0, 0
        for row in reversed(self._rows[-CAPACITY:]):
            if kept and size + len(row.data) > BYTES:
                break
            kept, size = kept + 1, size + len(row.data)
        del self._rows[:-kept]
        self._size = size

    def between(self, after: int, upto: int) -> list[LogRow] | None:
        """All rows behind ``after`` up to ``upto``; none, if one of them is not here."""
        if not self._rows or self._rows[0].position > after + 1 or self._rows[-1].position < upto:
            return None
        first = self._rows[0].position
        return self._rows[after + 1 - first : upto + 1 - first]
