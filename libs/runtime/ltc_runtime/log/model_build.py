"""A read model that is built, and kept true, beside the one that serves."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import asyncpg
from ltc_events import Projection

from .fold import apply, fill

LIVE_SCHEMA = "read"
BUILD_SCHEMA = "rebuilt"
"""The schema in which tables are built before they are swapped."""

PREVIOUS_SCHEMA = "previous"
"""The schema in which what served before stays, to go back to."""

CHECK_SCHEMA = "folded_again"
"""The schema of a second fold, to compare with."""

NOTE_SECONDS = 0.5
"""Seconds between two notes of how far it is."""

_SIDES = {LIVE_SCHEMA: "live", BUILD_SCHEMA: "rebuilt", CHECK_SCHEMA: "folded again", PREVIOUS_SCHEMA: "previous"}

Progress = Callable[[str, str, int, int], None]
"""Told how a read model's rebuild goes: its name, what is done, the position it has come to, and that of the log."""


def no_progress(name: str, phase: str, position: int, upto: int) -> None:
    """Report nothing."""


class RebuildNotPossible(Exception):
    """What was asked of the read models cannot be done; the message says why, and what to do."""


@dataclass(frozen=True)
class Difference:
    """A row that the rebuilt table and the one it is compared with do not share."""

    table: str
    side: str
    """``live``, ``rebuilt`` or ``folded again``: where it is found."""
    row: str


@dataclass
class ModelBuild:
    """One read model that stands beside the live one, true up to a position."""

    connection: asyncpg.Connection
    projection: Projection
    report: Progress
    schema: str = BUILD_SCHEMA
    position: int = 0
    differences: list[Difference] = field(default_factory=list)
    _told_at: float = 0.0

    async def build(self) -> None:
        """Make its tables and fill them from the log."""
        upto = await head(self.connection)
        await self._note(0, upto, "folding")
        await fill(self.connection, self.projection, self.schema, upto, lambda position: self._note(position, upto, "folding"))
        self.position = upto

    async def catch_up(self) -> int:
        """Apply what came since; returns how many rows of the log that were."""
        upto = await head(self.connection)
        behind = upto - self.position
        if behind:
            async with self.connection.transaction():
                await self.apply(upto)
            await self._note(self.position, upto, "catching up")
        return behind

    async def apply(self, upto: int) -> None:
        """Bring it from where it stands to ``upto``, in the caller's transaction."""
        await apply(self.connection, self.projection, self.schema, self.position, upto)
        if self.schema == PREVIOUS_SCHEMA:
            await self.connection.execute("UPDATE kept SET position = $2 WHERE name = $1", self.projection.name, upto)
        self.position = upto

    async def check(self, meant_alike: bool) -> None:
        """Compare it, at one position, with the live tables if they mean the same; otherwise, or if they differ, with a second fold.

        Raises:
            NotPossible: a second fold gives other rows. The code does not say the same twice, or the tables were touched.
        """
        async with self.connection.transaction(isolation="repeatable_read"):  # a snapshot: the live tables and the log at one position
            upto = await head(self.connection)
            await self.apply(upto)
            if upto == 0:
                return  # nothing has happened: nothing to compare
            await self._note(self.position, upto, "comparing")
            self.differences = await differences(self.connection, self.projection, LIVE_SCHEMA, BUILD_SCHEMA) if meant_alike else []
            if meant_alike and not self.differences:
                return
            await self._check_again(upto)

    async def _check_again(self, upto: int) -> None:
        await self.connection.execute(f"CREATE SCHEMA {CHECK_SCHEMA}")
        await fill(self.connection, self.projection, CHECK_SCHEMA, upto)
        found = await differences(self.connection, self.projection, CHECK_SCHEMA, self.schema, limit=3)
        if found:
            rows = "; ".join(f"only in the {one.side} {one.table}: {one.row}" for one in found)
            raise RebuildNotPossible(f"{self.projection.name} was not swapped: folding the log twice gives different rows ({rows})")
        await self.connection.execute(f"DROP SCHEMA {CHECK_SCHEMA} CASCADE")

    async def _note(self, position: int, upto: int, phase: str) -> None:
        self.report(self.projection.name, phase, position, upto)
        if time.monotonic() < self._told_at and position < upto:
            return
        self._told_at = time.monotonic() + NOTE_SECONDS
        await self.connection.execute(
            "INSERT INTO rebuilding (name, position, upto, at) VALUES ($1, $2, $3, clock_timestamp())"
            " ON CONFLICT (name) DO UPDATE SET position = excluded.position, upto = excluded.upto, at = excluded.at",
            self.projection.name, position, upto,
        )  # fmt: skip


async def head(connection: asyncpg.Connection) -> int:
    """The last position of the log."""
    position: int = await connection.fetchval("SELECT position FROM head")
    return position


async def differences(connection: asyncpg.Connection, projection: Projection, one: str, other: str, limit: int = 20) -> list[Difference]:
    """The rows that the projection's tables in two schemas do not share."""
    return [
        difference
        for table in projection.tables
        for here, there in ((one, other), (other, one))
        for difference in await _only_in(connection, table.name, here, there, limit)
    ]


async def _only_in(connection: asyncpg.Connection, table: str, here: str, there: str, limit: int) -> list[Difference]:
    rows = await connection.fetch(
        f'SELECT r.row FROM (SELECT t::text AS row FROM {here}."{table}" t EXCEPT ALL SELECT t::text FROM {there}."{table}" t) r'
        f" LIMIT {limit}"
    )
    return [Difference(table, _SIDES[here], row["row"]) for row in rows]
