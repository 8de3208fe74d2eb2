"""Merges that can be undone: a record is shown under another, and nothing is moved. Only an unmerged one is merged: it stays a forest."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from ltc_events import Refusal


class MergesChanged(Refusal):
    """The merges of these records changed during this request: look again, and try again."""


@dataclass(frozen=True, slots=True)
class Merged:
    """Shown under another record."""

    merge_id: UUID
    into: UUID


class Taken(NamedTuple):
    """A record that is merged already, and the one it is shown under."""

    id: UUID
    into: UUID


def stands(merged: Merged | None, into: UUID, merge_id: UUID, *, again: bool) -> bool:
    """Whether the requested merge exists already: then nothing is to do, and its id is the answer.

    Args:
        again: the caller read that it exists, and names its id.

    Raises:
        MergesChanged: it exists by another id, or no longer.
    """
    if merged == Merged(merge_id, into):
        return True
    if again or (merged is not None and merged.into == into):
        raise MergesChanged
    return False


def taken(ids: Mapping[UUID, Merged | None]) -> Taken | None:
    """The first of these that is merged already."""
    return next((Taken(id, merged.into) for id, merged in ids.items() if merged is not None), None)
