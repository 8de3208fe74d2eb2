"""Who is one, now or at any time: under whom a party, a contact or a lead is shown, and who is shown under it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from ltc_runtime.http import Read
from sqlalchemy import CTE, ColumnElement, Select, Table, and_, exists, func, literal, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as PgUUID

from .. import projections as shown


@dataclass(frozen=True, slots=True)
class Kinship:
    """One forest of merges."""

    merges: Table
    whose: str
    """The column that says who is merged."""

    @property
    def one(self) -> ColumnElement[UUID]:
        """Who is merged."""
        return self.merges.c[self.whose]

    def holding(self, at: datetime | None) -> ColumnElement[bool]:
        """The merges that held at an instant; those that nobody has undone, where none is named."""
        merge = self.merges.c
        if at is None:
            return merge.unmerged_at.is_(None)
        return and_(merge.merged_at <= at, or_(merge.unmerged_at.is_(None), merge.unmerged_at > at))

    def groups(self, ids: Collection[UUID], at: datetime | None) -> CTE:
        """Each of these, as ``head``, with itself and all that were shown under it, as ``id``."""
        these = given(ids).subquery()
        found = select(these.c.id.label("head"), these.c.id).cte("kin", recursive=True)
        below = select(found.c.head, self.one.label("id")).join(found, self.merges.c.into == found.c.id).where(self.holding(at))
        return found.union(below)

    def group(self, id: UUID, at: datetime | None) -> Select[Any]:
        """The ids of one, and of all that were shown under it."""
        return select(self.groups([id], at).c.id)

    async def members(self, id: UUID, at: datetime | None, read: Read) -> list[UUID]:
        """The same, as they are."""
        return [row["id"] for row in await read.all(self.group(id, at))]

    def above(self, ids: Select[Any], at: datetime | None) -> CTE:
        """Each of these, as ``id``, with the one it was shown under, as ``head``; one of its own, with itself."""
        these = ids.subquery()
        (asked,) = these.c
        way = select(asked.label("id"), asked.label("head")).cte("way", recursive=True)
        step = select(way.c.id, self.merges.c.into.label("head")).join(way, self.one == way.c.head).where(self.holding(at))
        way = way.union(step)
        return select(way.c.id, way.c.head).where(~exists().where(self.one == way.c.head, self.holding(at))).cte("above")

    async def heads(self, ids: Collection[UUID], at: datetime | None, read: Read) -> dict[UUID, UUID]:
        """The same, as they are."""
        return {row["id"]: row["head"] for row in await read.all(select(self.above(given(ids), at)))}

    async def over(self, id: UUID, at: datetime | None, read: Read) -> list[UUID]:
        """All that one is shown under, in no order."""
        merge = self.merges.c
        way = select(merge.into.label("id")).where(self.one == id, self.holding(at)).cte("way", recursive=True)
        way = way.union(select(merge.into.label("id")).join(way, self.one == way.c.id).where(self.holding(at)))
        return [row["id"] for row in await read.all(select(way.c.id))]

    @property
    def as_merged(self) -> tuple[ColumnElement[Any], ...]:
        """What merges are ordered by."""
        return self.merges.c.merged_at, self.merges.c.merge_id

    def told(self, id: UUID, at: datetime | None) -> Select[Any]:
        """Every merge of one of these, or into one of them, those that were undone too."""
        kin = self.group(id, at)
        return select(self.merges).where(self.one.in_(kin) | self.merges.c.into.in_(kin))

    async def standing(self, id: UUID, into: UUID, read: Read) -> UUID | None:
        """The merge by which one is shown under the other already, if it is."""
        merge = self.merges.c
        row = await read.maybe(select(merge.merge_id).where(self.one == id, merge.into == into, self.holding(None)))
        return None if row is None else row["merge_id"]

    async def everybody(self, id: UUID, read: Read) -> list[UUID]:
        """All that are held to be the same one now, this one first."""
        head = (await self.heads([id], None, read))[id]
        return list(dict.fromkeys((id, *await self.members(head, None, read))))


def given(ids: Collection[UUID]) -> Select[Any]:
    """These ids, as rows."""
    return select(func.unnest(literal(list(ids), ARRAY(PgUUID))).label("id"))


PARTIES = Kinship(shown.merges, "party_id")
CONTACTS = Kinship(shown.contact_merges, "contact_id")
