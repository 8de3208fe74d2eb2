"""Putting read models in the place of those that serve, in one short transaction."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg
from ltc_events import Projection

from ..service import Service
from .model_build import LIVE_SCHEMA, PREVIOUS_SCHEMA, Difference, ModelBuild, RebuildNotPossible, head
from .models import fingerprint_of, models_of

LEAVING = "leaving"

LOCK_MS = 100
"""How long a swap waits for a lock, and others behind it, before it lets them go on and tries again."""

STAND_STILL_MS = 3_000
"""How long a swap may take once it has the locks: a builder that is stopped in it must not stop the service."""

PATIENCE = 300.0
"""Seconds of trying to get the locks."""


@dataclass(frozen=True)
class Rebuilt:
    """What became of one read model."""

    name: str
    position: int
    """The position it was swapped in at."""
    differences: Sequence[Difference]
    """Rows that were wrong before, if its meaning has not changed: mended now."""
    locked_seconds: float
    """How long commands were held up."""


async def swap(connection: asyncpg.Connection, service: Service, builds: Sequence[ModelBuild], login: str) -> list[Rebuilt]:
    """Put what was built in the place of the live tables, in one short transaction."""
    until = time.monotonic() + PATIENCE
    for one in builds:
        await _grant(connection, one, login)
    while True:
        began, stood = time.monotonic(), [one.position for one in builds]
        try:
            async with connection.transaction():
                await _lock(connection, builds)
                for one in builds:
                    await one.apply(await head(connection))
                for one in builds:
                    await _exchange(connection, one)
                await say_models(connection, service)
        except (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError, asyncpg.QueryCanceledError):
            for one, position in zip(builds, stood, strict=True):
                one.position = position
            if time.monotonic() > until:
                raise RebuildNotPossible(f"no swap in {PATIENCE:g} s: something reads or locks the live tables all the time") from None
            await asyncio.sleep(0.05)
            for one in builds:
                await one.catch_up()
        else:
            locked = time.monotonic() - began
            return [Rebuilt(one.projection.name, one.position, one.differences, locked) for one in builds]


async def _lock(connection: asyncpg.Connection, builds: Sequence[ModelBuild]) -> None:
    """First the tables, then the head.

    A writer comes to them in either order, so the two may wait for each other: the one that gives way is the swap, soon.
    """
    await connection.execute(
        f"SET LOCAL lock_timeout = '{LOCK_MS}ms'; SET LOCAL statement_timeout = '{STAND_STILL_MS}ms';"
        f"SET LOCAL idle_in_transaction_session_timeout = '{STAND_STILL_MS}ms'"
    )
    for one in builds:
        for table in await existing(connection, LIVE_SCHEMA, one.projection):
            await connection.execute(f'LOCK TABLE {LIVE_SCHEMA}."{table}" IN ACCESS EXCLUSIVE MODE')
    await connection.fetchval("SELECT lock_head()")


async def _exchange(connection: asyncpg.Connection, one: ModelBuild) -> None:
    name, new = one.projection.name, fingerprint_of(one.projection)
    old = await connection.fetchrow("SELECT version, fingerprint FROM projection WHERE name = $1", name)
    replaced = await existing(connection, LIVE_SCHEMA, one.projection)
    await connection.execute(f"CREATE SCHEMA IF NOT EXISTS {PREVIOUS_SCHEMA}; CREATE SCHEMA {LEAVING}")
    for table in replaced:
        await connection.execute(f'ALTER TABLE {LIVE_SCHEMA}."{table}" SET SCHEMA {LEAVING}')
    for built in one.projection.tables:
        await connection.execute(f'ALTER TABLE {one.schema}."{built.name}" SET SCHEMA {LIVE_SCHEMA}')
    await _drop_kept_of(connection, name)
    if old is not None:
        for table in replaced:
            await connection.execute(f'ALTER TABLE {LEAVING}."{table}" SET SCHEMA {PREVIOUS_SCHEMA}')
        await connection.execute(
            "INSERT INTO kept (name, version, fingerprint, position, tables, at) VALUES ($1, $2, $3, $4, $5, clock_timestamp())",
            name, old["version"], old["fingerprint"], one.position, replaced,
        )  # fmt: skip
    await connection.execute(f"DROP SCHEMA {LEAVING} CASCADE")
    await connection.execute(
        "INSERT INTO projection (name, version, fingerprint, position) VALUES ($1, $2, $3, $4) ON CONFLICT (name)"
        " DO UPDATE SET version = excluded.version, fingerprint = excluded.fingerprint, position = excluded.position",
        name, one.projection.version, new, one.position,
    )  # fmt: skip


async def _drop_kept_of(connection: asyncpg.Connection, name: str) -> None:
    tables = await connection.fetchval("DELETE FROM kept WHERE name = $1 RETURNING tables", name)
    for table in tables or ():
        await connection.execute(f'DROP TABLE IF EXISTS {PREVIOUS_SCHEMA}."{table}"')


async def say_models(connection: asyncpg.Connection, service: Service) -> None:
    """From here on who fills other read models may not append. The caller holds the head."""
    await connection.execute("UPDATE head SET models = $1 WHERE models IS DISTINCT FROM $1", models_of(service.projections))


async def existing(connection: asyncpg.Connection, schema: str, projection: Projection) -> list[str]:
    """Those of the projection's tables that a schema has."""
    names = [table.name for table in projection.tables]
    rows = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = $1 AND tablename = ANY($2)", schema, names)
    there = {row["tablename"] for row in rows}
    return [name for name in names if name in there]


async def _grant(connection: asyncpg.Connection, one: ModelBuild, login: str) -> None:
    for table in one.projection.tables:
        await connection.execute(f'GRANT SELECT, INSERT, UPDATE, DELETE ON {one.schema}."{table.name}" TO "{login}"')
