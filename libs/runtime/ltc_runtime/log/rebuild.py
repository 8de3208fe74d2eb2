"""Read models built anew from the log beside those that serve, and put in their place while commands go on."""

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager

import asyncpg
from ltc_events import Projection

from ..service import Service
from .fold import fill
from .model_build import (
    BUILD_SCHEMA,
    CHECK_SCHEMA,
    LIVE_SCHEMA,
    PREVIOUS_SCHEMA,
    Difference,
    ModelBuild,
    Progress,
    RebuildNotPossible,
    differences,
    head,
    no_progress,
)
from .models import changed, fingerprint_of
from .swap import Rebuilt, existing, say_models, swap

__all__ = [
    "BUILD_SCHEMA", "Difference", "Progress", "RebuildNotPossible", "Rebuilt", "build", "compare", "drop_previous",
    "forget_removed_models", "migration_lock", "rebuild", "rollback",
]  # fmt: skip

SHORT = 500
"""Rows of the log that are left to the locked stretch."""


@asynccontextmanager
async def migration_lock(connection: asyncpg.Connection) -> AsyncIterator[None]:
    """Whoever changes tables does it alone; the others wait, however long it takes. A killed one is succeeded by the next."""
    await connection.execute("SELECT pg_advisory_lock(hashtext('ltc migrate'))")
    try:
        yield
    finally:
        if not connection.is_closed():
            await connection.execute("SELECT pg_advisory_unlock(hashtext('ltc migrate'))")


async def rebuild(
    connection: asyncpg.Connection, service: Service, projections: Collection[Projection], login: str, tell: Progress = no_progress
) -> list[Rebuilt]:
    """Build ``projections``, and those whose shape or version changed, beside the live ones; swap them all in one transaction.

    Commands go on but for the swap itself. Nothing is changed before it: a process killed meanwhile leaves tables that
    the next rebuild drops. What served before is kept (`rollback`).

    Raises:
        NotPossible: what was built does not bear comparison, or the locks cannot be had.
    """
    other = await changed(connection, service)
    wanted = [shown for shown in service.projections if shown in projections or shown in other]
    await _clear(connection)
    if not wanted:
        return []
    await connection.execute(f"CREATE SCHEMA {BUILD_SCHEMA}")
    builds = [ModelBuild(connection, projection, tell) for projection in wanted]
    for one in builds:
        await one.build()
    for one in builds:
        while await one.catch_up() > SHORT:
            pass
        await one.check(meant_alike=one.projection not in other)
    rebuilt = await swap(connection, service, builds, login)
    await _clear(connection)
    return rebuilt


async def compare(connection: asyncpg.Connection, service: Service, projection: Projection, limit: int = 20) -> list[Difference]:
    """Build ``projection`` beside the live tables and compare row for row, at one position; nothing is changed and no command waits.

    Returns:
        The differences, at most ``limit`` of each side of each table; none if the two are the same.
    """
    transaction = connection.transaction(isolation="repeatable_read")
    await transaction.start()
    try:
        await build(connection, service, projection)
        return await differences(connection, projection, LIVE_SCHEMA, BUILD_SCHEMA, limit)
    finally:
        await transaction.rollback()


async def build(connection: asyncpg.Connection, service: Service, projection: Projection) -> int:
    """Create the projection's tables in schema `BESIDE` and fill them from the log, in the caller's transaction."""
    await connection.execute(f"DROP SCHEMA IF EXISTS {BUILD_SCHEMA} CASCADE; CREATE SCHEMA {BUILD_SCHEMA}")
    position = await head(connection)
    await fill(connection, projection, BUILD_SCHEMA, position)
    return position


async def rollback(
    connection: asyncpg.Connection, service: Service, names: Collection[str], login: str, tell: Progress = no_progress
) -> list[Rebuilt]:
    """Bring back what served before the last rebuild of these read models (all that were kept, if none is named), caught up.

    The code at hand says what has happened since means, so it must be the code that the kept tables were made by.

    Raises:
        NotPossible: nothing is kept, or it was made by other code.
    """
    await _clear(connection)
    rows = await connection.fetch("SELECT name, fingerprint, position FROM kept")
    kept = {row["name"]: row for row in rows if row["name"] in names or not names}
    if missing := [name for name in names if name not in kept]:
        raise RebuildNotPossible(f"nothing is kept of {', '.join(missing)}; kept is {', '.join(row['name'] for row in rows) or 'nothing'}")
    shown = {one.name: one for one in service.projections}
    if strange := [name for name, row in kept.items() if name not in shown or row["fingerprint"] != fingerprint_of(shown[name])]:
        raise RebuildNotPossible(
            f"what is kept of {', '.join(strange)} was made by another version of {service.name}; say this with that version installed"
        )
    if left := [one.name for one in await changed(connection, service) if one.name not in kept]:
        raise RebuildNotPossible(
            f"{', '.join(left)} would be left in another version; `ltc migrate` builds what this version of the code needs"
        )
    if not kept:
        raise RebuildNotPossible(f"nothing of {service.name} is kept")
    for name in kept:
        if len(await existing(connection, PREVIOUS_SCHEMA, shown[name])) < len(shown[name].tables):
            raise RebuildNotPossible(f"not every table of {name} was kept; `ltc migrate` builds what this version of the code needs")
    builds = [ModelBuild(connection, shown[name], tell, PREVIOUS_SCHEMA, row["position"]) for name, row in kept.items()]
    for one in builds:
        while await one.catch_up() > SHORT:
            pass
    back = await swap(connection, service, builds, login)
    await _clear(connection)
    return back


async def drop_previous(connection: asyncpg.Connection, names: Collection[str]) -> list[str]:
    """Drop what is kept of these read models, or of all; returns their names.

    Raises:
        NotPossible: nothing is kept of one of them.
    """
    rows = await connection.fetch("SELECT name, tables FROM kept ORDER BY name")
    if missing := set(names) - {row["name"] for row in rows}:
        raise RebuildNotPossible(f"nothing is kept of {', '.join(sorted(missing))}")
    chosen = [row for row in rows if row["name"] in names or not names]
    async with connection.transaction():
        for row in chosen:
            for table in row["tables"]:
                await connection.execute(f'DROP TABLE IF EXISTS {PREVIOUS_SCHEMA}."{table}"')
            await connection.execute("DELETE FROM kept WHERE name = $1", row["name"])
    return [row["name"] for row in chosen]


async def _clear(connection: asyncpg.Connection) -> None:
    """Drop what an unfinished rebuild left."""
    await connection.execute(
        f"DROP SCHEMA IF EXISTS {BUILD_SCHEMA} CASCADE; DROP SCHEMA IF EXISTS {CHECK_SCHEMA} CASCADE; DELETE FROM rebuilding"
    )


async def forget_removed_models(connection: asyncpg.Connection, service: Service) -> None:
    """Take note of read models that this version of the code no longer fills: they are rebuilt when the code fills them again."""
    async with connection.transaction():
        await connection.fetchval("SELECT lock_head()")
        await connection.execute("DELETE FROM projection WHERE name <> ALL($1)", [shown.name for shown in service.projections])
        await say_models(connection, service)
