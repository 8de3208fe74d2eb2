"""Merging by looking: who is merged is shown under another, and nothing is moved. Only those of their own are: it stays a forest."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Merged:
    """Shown under another."""

    merge_id: UUID
    into: UUID


class Taken(NamedTuple):
    """Who is not of their own, and under whom they are shown."""

    id: UUID
    into: UUID


def is_under(merged: Merged | None, into: UUID) -> bool:
    """This very merge is done already."""
    return merged is not None and merged.into == into


def taken(ids: Mapping[UUID, Merged | None]) -> Taken | None:
    """The first of these who is not of their own."""
    return next((Taken(id, merged.into) for id, merged in ids.items() if merged is not None), None)
