"""Merging by looking: who is merged is shown under another, and nothing is moved. Only those of their own are: it stays a forest."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from ltc_events import Refusal


class MergesChanged(Refusal):
    """What is shown under what changed while this was asked: look again, and ask again."""


@dataclass(frozen=True, slots=True)
class Merged:
    """Shown under another."""

    merge_id: UUID
    into: UUID


class Taken(NamedTuple):
    """Who is not of their own, and under whom they are shown."""

    id: UUID
    into: UUID


def stands(merged: Merged | None, into: UUID, merge_id: UUID, *, again: bool) -> bool:
    """The very merge that is asked for is there already: nothing is to be done, and its id is the one that is answered.

    Args:
        again: the asker read that it is there, and asks by its id.

    Raises:
        MergesChanged: it is there by another id, or no more.
    """
    if merged == Merged(merge_id, into):
        return True
    if again or (merged is not None and merged.into == into):
        raise MergesChanged
    return False


def taken(ids: Mapping[UUID, Merged | None]) -> Taken | None:
    """The first of these who is not of their own."""
    return next((Taken(id, merged.into) for id, merged in ids.items() if merged is not None), None)
