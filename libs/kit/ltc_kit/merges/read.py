"""Merges as people see them: which records are shown under which, now or at any instant, and every merge that ever was."""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar
from uuid import UUID

from ltc_events import Fact, Refusal
from ltc_events.read_model import Fill, ReadModel, change, put
from pydantic import BaseModel
from sqlalchemy import CTE, ColumnElement, Select, Table, and_, exists, func, literal, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as PgUUID

T = TypeVar("T")
TRIES = 10


class Rows(Protocol):
    """What reads rows."""

    async def all(self, statement: Select[Any]) -> list[dict[str, Any]]:
        """All rows of ``statement``."""
        ...

    async def maybe(self, statement: Select[Any]) -> dict[str, Any] | None:
        """The one row of ``statement``, or none."""
        ...


class MergeDone(BaseModel):
    """The merge, by which it is undone."""

    merge_id: UUID


def put_merge(model: type[ReadModel]) -> Fill:
    """A merge holds from now on."""
    return put(model, merged_by=lambda merge, fact: fact.actor, merged_at=_at)


def end_merge(model: type[ReadModel]) -> Fill:
    """A merge held until now."""
    return change(model, unmerged_by=lambda merge, fact: fact.actor, unmerged_at=_at, unmerge_reason=lambda merge: merge.reason)


def _at(merge: Any, fact: Fact) -> datetime:
    return fact.occurred_at


async def retried(attempt: Callable[[], Awaitable[T]], *changed: type[Refusal]) -> T:
    """Read and decide again where another request changed what was read before the decision.

    Raises:
        Refusal: one of ``changed``, each time.
    """
    for _ in range(TRIES - 1):
        try:
            return await attempt()
        except changed:
            continue
    return await attempt()


@dataclass(frozen=True, slots=True)
class Merges:
    """One forest of merges.

    Args:
        table: the merges, each with ``merge_id``, ``into``, ``merged_at`` and ``unmerged_at``.
        whose: the column that names the merged record.
    """

    table: Table
    whose: str

    @property
    def one(self) -> ColumnElement[UUID]:
        """The merged record."""
        return self.table.c[self.whose]

    @property
    def as_merged(self) -> tuple[ColumnElement[Any], ...]:
        """The order of merges."""
        return self.table.c.merged_at, self.table.c.merge_id

    def holding(self, at: datetime | None) -> ColumnElement[bool]:
        """The merges that held at an instant; without one, those that are not undone."""
        merge = self.table.c
        if at is None:
            return merge.unmerged_at.is_(None)
        return and_(merge.merged_at <= at, or_(merge.unmerged_at.is_(None), merge.unmerged_at > at))

    def groups(self, ids: Collection[UUID], at: datetime | None) -> CTE:
        """Each of these, as ``head``, with itself and all that were shown under it, as ``id``."""
        these = given(ids).subquery()
        found = select(these.c.id.label("head"), these.c.id).cte("kin", recursive=True)
        below = select(found.c.head, self.one.label("id")).join(found, self.table.c.into == found.c.id).where(self.holding(at))
        return found.union(below)

    def group(self, id: UUID, at: datetime | None) -> Select[Any]:
        """The ids of one, and of all that were shown under it."""
        return select(self.groups([id], at).c.id)

    async def members(self, id: UUID, at: datetime | None, read: Rows) -> list[UUID]:
        """The rows of `group`."""
        return [row["id"] for row in await read.all(self.group(id, at))]

    def above(self, ids: Select[Any], at: datetime | None) -> CTE:
        """Each of these, as ``id``, with the one it was shown under, as ``head``; an unmerged one with itself."""
        these = ids.subquery()
        (asked,) = these.c
        way = select(asked.label("id"), asked.label("head")).cte("way", recursive=True)
        step = select(way.c.id, self.table.c.into.label("head")).join(way, self.one == way.c.head).where(self.holding(at))
        way = way.union(step)
        return select(way.c.id, way.c.head).where(~exists().where(self.one == way.c.head, self.holding(at))).cte("above")

    async def heads(self, ids: Collection[UUID], at: datetime | None, read: Rows) -> dict[UUID, UUID]:
        """The rows of `above`."""
        return {row["id"]: row["head"] for row in await read.all(select(self.above(given(ids), at)))}

    async def over(self, id: UUID, at: datetime | None, read: Rows) -> list[UUID]:
        """All that one is shown under, in no order."""
        merge = self.table.c
        way = select(merge.into.label("id")).where(self.one == id, self.holding(at)).cte("way", recursive=True)
        way = way.union(select(merge.into.label("id")).join(way, self.one == way.c.id).where(self.holding(at)))
        return [row["id"] for row in await read.all(select(way.c.id))]

    def ever(self, id: UUID, at: datetime | None) -> Select[Any]:
        """Every merge of one of these, or into one of them, the undone ones too."""
        kin = self.group(id, at)
        return select(self.table).where(self.one.in_(kin) | self.table.c.into.in_(kin))

    async def standing(self, id: UUID, into: UUID, read: Rows) -> UUID | None:
        """The merge by which one is shown under the other already, if it is."""
        merge = self.table.c
        row = await read.maybe(select(merge.merge_id).where(self.one == id, merge.into == into, self.holding(None)))
        return None if row is None else row["merge_id"]

    async def everybody(self, id: UUID, read: Rows) -> list[UUID]:
        """All that are one with this record now, this one first."""
        head = (await self.heads([id], None, read))[id]
        return list(dict.fromkeys((id, *await self.members(head, None, read))))


def given(ids: Collection[UUID]) -> Select[Any]:
    """These ids, as rows."""
    return select(func.unnest(literal(list(ids), ARRAY(PgUUID))).label("id"))
