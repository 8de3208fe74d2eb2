"""Versions: something people write anew again and again, of which one version counts."""

from dataclasses import dataclass, replace
from typing import Generic, TypeVar

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
