"""How many to take at once, where they differ in size: an event is two hundred bytes, or the sixty lines of a contract."""

from collections.abc import Collection

UNKNOWN = 10
"""As long as nothing is known of their size, the tenth part of the most is taken."""


class BatchSize:
    """As many as come to so many bytes, by the size of those taken last.

    Args:
        most: however small they are, no more at once.
        size: bytes of JSON. What is read of them takes up to fourteen times as much (measured on lines of contracts and plans).
    """

    def __init__(self, most: int, size: int) -> None:
        self._most = most
        self._size = size
        self.count = max(1, most // UNKNOWN)

    def took(self, sizes: Collection[int]) -> None:
        """These were taken; the next ones will be about as large."""
        if sizes:
            self.count = max(1, min(self._most, self._size * len(sizes) // max(1, sum(sizes))))
