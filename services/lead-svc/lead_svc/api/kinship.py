"""Which parties are one, now or at any time: whom a party is shown under, and who is shown under it."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from ltc_runtime.edge import Read
from sqlalchemy import CTE, ColumnElement, and_, literal, or_, select
from sqlalchemy.dialects.postgresql import UUID as PgUUID

from .. import projections as shown


def holding(at: datetime) -> ColumnElement[bool]:
    """The merges that held at an instant."""
    merge = shown.merges.c
    return and_(merge.merged_at <= at, or_(merge.unmerged_at.is_(None), merge.unmerged_at > at))


def group(party_id: UUID, at: datetime) -> CTE:
    """The party and all that were shown under it, at an instant: one column, ``party_id``."""
    merge = shown.merges.c
    found = select(literal(party_id, PgUUID).label("party_id")).cte("kin", recursive=True)
    return found.union(select(merge.party_id).join(found, merge.into == found.c.party_id).where(holding(at)))


async def members(party_id: UUID, at: datetime, read: Read) -> list[UUID]:
    """The same, as ids."""
    return [row["party_id"] for row in await read.all(select(group(party_id, at).c.party_id))]


async def heads(party_ids: Collection[UUID], at: datetime, read: Read) -> dict[UUID, UUID]:
    """Whom each of these parties was shown under at an instant; one of its own, under itself."""
    merge = shown.merges.c
    asked: Any = shown.parties.c.party_id
    found = select(asked.label("party_id"), asked.label("head")).where(asked.in_(party_ids)).cte("way", recursive=True)
    up = select(found.c.party_id, merge.into.label("head")).join(found, merge.party_id == found.c.head).where(holding(at))
    steps = await read.all(select(found.union(up)))
    above = {row["head"] for row in steps if row["head"] != row["party_id"]}
    chains: dict[UUID, list[UUID]] = {}
    for row in steps:
        chains.setdefault(row["party_id"], []).append(row["head"])
    merged = {row["party_id"] for row in await read.all(select(merge.party_id).where(holding(at), merge.party_id.in_(above | set(chains))))}
    return {party_id: next(head for head in chain if head not in merged) for party_id, chain in chains.items()}
