"""Versioned documents: rules, forms and lists that people draft version by version and of which one version is live."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from ltc_events.projection import Fact, Row
from ltc_events.vocabulary import Command, Decider, Event, Refusal

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


@dataclass(frozen=True)
class VersionedDocument(Generic[T]):
    """The rules of a document that is drafted and activated version by version.

    Args:
        content: the field of ``draft`` and ``drafted`` that says what a version says; both also say ``version``, as do the others.
            Where ``activated`` has it too, it repeats it, for those who know no drafts.
        unknown: how a version nobody wrote is refused.
        must_be_sound: refuses content that makes no sense.
    """

    content: str
    draft: type[Command]
    drafted: type[Event]
    activate: type[Command]
    activated: type[Event]
    unknown: type[Refusal]
    must_be_sound: Callable[[T], None] = lambda content: None

    def decider(self, kind: str, id: str) -> Decider[Versions[T], Any, Any]:
        """Its decider: the same words again are no new version, and what counts already is not activated again."""
        commands, events = self.draft | self.activate, self.drafted | self.activated
        return Decider(
            kind=kind, id=id, shared=True, initial=Versions(), decide=self._decide, evolve=self._evolve, commands=commands, events=events
        )  # fmt: skip

    def _decide(self, versions: Versions[T], command: Any) -> list[Any]:
        if isinstance(command, self.draft):
            self.must_be_sound(getattr(command, self.content))
            same = versions.says(getattr(command, self.content))
            return [] if same else [self.drafted(**dict(command), version=versions.next)]
        if not versions.has(command.version):
            raise self.unknown
        if versions.live == command.version:
            return []
        content = {self.content: versions.written[command.version - 1]} if self.content in self.activated.model_fields else {}
        return [self.activated(**dict(command), **content, previous=versions.live)]

    def _evolve(self, versions: Versions[T], event: Any) -> Versions[T]:
        if isinstance(event, self.drafted):
            return versions.with_next(getattr(event, self.content))
        return versions.with_live(event.version)
