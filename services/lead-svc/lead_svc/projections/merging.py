"""Merges that can be undone: who was shown under whom, since when, until when, and why; of parties, people and leads alike."""

from typing import Protocol
from uuid import UUID as Id

from ltc_events import Fact, change, on, projection, put
from ltc_events.projection import Row, Verb
from pydantic import BaseModel
from sqlalchemy import Column, DateTime, Index, Table, Text
from sqlalchemy.dialects.postgresql import UUID

from ..contact.rules.states import ContactMerged, ContactUnmerged
from .schema import read


class Undone(Protocol):
    """Says that a merge held until now."""

    merge_id: Id
    reason: str


def merges_of(name: str, whose: str) -> Table:
    """A table of merges of those that the column ``whose`` names."""
    return Table(
        name,
        read,
        Column("merge_id", UUID, primary_key=True),
        Column(whose, UUID, nullable=False),
        Column("into", UUID, nullable=False),
        Column("reason", Text, nullable=False),
        Column("merged_by", Text, nullable=False),
        Column("merged_at", DateTime(timezone=True), nullable=False),
        Column("unmerged_by", Text),
        Column("unmerged_at", DateTime(timezone=True)),
        Column("unmerge_reason", Text),
        Index(f"{name}_into", "into"),
        Index(f"{name}_of", whose),
    )


def merged(merges: Table) -> Verb:
    """A merge holds from now on."""
    names = merges.columns.keys()

    def row(merge: BaseModel, fact: Fact) -> Row:
        said = merge.model_dump(include=set(names))
        return {**dict.fromkeys(names), **said, "merged_by": fact.actor, "merged_at": fact.occurred_at}

    return put(merges, row)


def unmerged(merges: Table) -> Verb:
    """It held until now."""

    def row(merge: Undone, fact: Fact) -> Row:
        return {
            "merge_id": merge.merge_id,
            "unmerged_by": fact.actor,
            "unmerged_at": fact.occurred_at,
            "unmerge_reason": merge.reason,
        }

    return change(merges, row)


# Reasons are sealed here: they say why somebody is somebody.
contact_merges = merges_of("contact_merge", "contact_id")

# Both of the two are told, so each row is written twice, the same.
contact_merge_list = projection(
    "contact_merge_list",
    on(ContactMerged, merged(contact_merges)),
    on(ContactUnmerged, unmerged(contact_merges)),
)
