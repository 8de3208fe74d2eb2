"""Versions: something people write anew again and again, of which one version counts."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from .projection import Fact, Row

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Versions(Generic[T]):
    """All versions of one thing, numbered from 1, and which of them counts."""

    written: tuple[T, ...] = ()
    live: int | None = None

    @property
    def next(self) -> int:
        """The number of the version that is written next."""
        return len(self.written) + 1

    @property
    def counting(self) -> T | None:
        """What the version says that counts."""
        return self.written[self.live - 1] if self.live else None

    def has(self, version: int) -> bool:
        """Whether this version was written."""
        return 1 <= version <= len(self.written)

    def says(self, content: T) -> bool:
        """Whether the newest version says just this: the same words are the same version."""
        return bool(self.written) and self.written[-1] == content

    def with_next(self, content: T) -> "Versions[T]":
        """One more version; it does not count yet."""
        return replace(self, written=(*self.written, content))

    def with_live(self, version: int) -> "Versions[T]":
        """From now on this one counts."""
        return replace(self, live=version)


def activation(key: str) -> Callable[[Any, Fact], list[Row]]:
    """The rows of a list of versions that change when one of them counts: it is live, and the one before it is retired.

    Args:
        key: the column, and the field of the event, that names what has these versions. The event also says ``version``,
            ``previous`` (if one counted before) and ``activated_by``.
    """

    def rows(said: Any, fact: Fact) -> list[Row]:
        which = getattr(said, key)
        live: Row = {
            key: which, "version": said.version, "status": "live", "activated_by": said.activated_by, "activated_at": fact.occurred_at,
        }  # fmt: skip
        return [live] if said.previous is None else [{key: which, "version": said.previous, "status": "retired"}, live]

    return rows
