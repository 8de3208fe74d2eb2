"""What the log makes of a read model: everything folded in memory and copied, or a stretch of it written to tables that stand already."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import asyncpg
from ltc_events import Event, Fact, Projection, Verb

from ..batch_size import BatchSize
from .models import create_sql
from .plan import RowKey, Write, collapse, key_of
from .write import by_shape, column_values, verb_sql

CHUNK, CHUNK_BYTES = 5_000, 8 * 1024 * 1024
"""Rows of the log read at once, and bytes of their JSON."""

STRETCH, STRETCH_BYTES = 2_000, 2 * 1024 * 1024
"""Events whose rows are written at once, and bytes of their JSON."""

HELD = 32 * 1024 * 1024
"""Bytes of JSON that are folded in memory, where the rows they come to take up to ten times as much (a shipment of 58 lines, kept as it
was published). What comes after is written stretch by stretch."""

Progress = Callable[[int], Any]
"""Told now and then up to which position the log was read; what it returns is awaited."""

# The rows of a stretch are found by their key: a plan that reads the whole table instead costs more with every stretch.
_BY_KEY = "SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off"
_BY_ANY_WAY = "RESET enable_seqscan; RESET enable_hashjoin; RESET enable_mergejoin"

_READ = """
SELECT position, type, data, stream, stream_id, version, occurred_at, recorded_at, actor, correlation_id
FROM log WHERE position > $1 AND position <= $2 AND type = ANY($3) ORDER BY position LIMIT $4"""


async def create(connection: asyncpg.Connection, projection: Projection, schema: str) -> None:
    """Make the projection's tables in ``schema``, empty."""
    for table in projection.tables:
        await connection.execute(create_sql(table, schema))


async def fill(connection: asyncpg.Connection, projection: Projection, schema: str, upto: int, tell: Progress | None = None) -> None:
    """Make the projection's tables in ``schema``, true up to a position; however many rows that are, memory stays bounded."""
    await create(connection, projection, schema)
    rows, reached = await fold(connection, projection, upto, tell)
    await copy(connection, projection, schema, rows)
    del rows
    for table in projection.tables:
        await connection.execute(f'ANALYZE {schema}."{table.name}"')
    await apply(connection, projection, schema, reached, upto, tell)


async def fold(
    connection: asyncpg.Connection, projection: Projection, upto: int, tell: Progress | None = None
) -> tuple[dict[RowKey, Write], int]:
    """What the projection's rows are after everything up to a position; or up to an earlier one, which is returned, if they are many."""
    rows: dict[RowKey, Write] = {}
    meant, portion, held = ProjectedRows(projection), BatchSize(CHUNK, CHUNK_BYTES), 0
    page = await _page(connection, meant.types, 0, upto, portion)
    while page:
        reached = page[-1]["position"]
        held += sum(len(record["data"]) for record in page)
        if tell is not None:
            await tell(reached)
        coming = asyncio.ensure_future(_page(connection, meant.types, reached, upto, portion))
        try:
            await asyncio.sleep(0)  # so that the server reads on while this page is folded
            for record in page:
                for verb, columns in meant.rows(record):
                    _fold_in(rows, verb, columns)
        finally:
            page = await coming
        if page and held >= HELD:
            return rows, reached
    return rows, upto


async def copy(connection: asyncpg.Connection, projection: Projection, schema: str, rows: dict[RowKey, Write]) -> None:
    """Put folded rows into the empty tables in ``schema``."""
    for table in projection.tables:
        names = [column.name for column in table.columns]
        held = [{name: row.get(name) for name in names} for (owner, _), (_, row) in rows.items() if owner is table]
        columns = [column_values(table, name, held) for name in names]
        await connection.copy_records_to_table(table.name, schema_name=schema, columns=names, records=zip(*columns, strict=True))


async def apply(
    connection: asyncpg.Connection, projection: Projection, schema: str, after: int, upto: int, tell: Progress | None = None
) -> None:
    """Do to the tables in ``schema``, which stand at ``after``, what the log says up to ``upto``; in the caller's transaction."""
    meant = ProjectedRows(projection)
    await connection.execute(_BY_KEY)
    async for records in _pages(connection, meant.types, after, upto, BatchSize(STRETCH, STRETCH_BYTES)):
        writes: dict[RowKey, Write] = {}
        for record in records:
            for verb, columns in meant.rows(record):
                key = (verb.table, key_of(verb.table, columns))
                writes[key] = collapse(writes.get(key), verb.kind, columns)
        for (table, kind, names), rows in by_shape(writes).items():
            await connection.execute(
                verb_sql(table, kind, names, 1, schema), *(column_values(table, name, rows) for name in names)
            )  # fmt: skip
        if tell is not None:
            await tell(records[-1]["position"])
    await connection.execute(_BY_ANY_WAY)


class ProjectedRows:
    """What each row of the log means to a projection."""

    def __init__(self, projection: Projection) -> None:
        self._verbs: dict[str, tuple[Callable[[str], Event], list[Verb], bool]] = {}
        for on in projection.ons:
            read = on.event.__pydantic_validator__.validate_json  # what model_validate_json calls, without what it looks at before
            verbs = [*self._verbs.get(on.event.event_type, (read, [], False))[1], *on.verbs]
            self._verbs[on.event.event_type] = (read, verbs, any(verb.wants_fact for verb in verbs))

    @property
    def types(self) -> list[str]:
        """The types of events it follows."""
        return list(self._verbs)

    def rows(self, record: Any) -> list[tuple[Verb, Any]]:
        """What a row of the log does to which rows of the read model."""
        read, verbs, wants_fact = self._verbs[record["type"]]
        event = read(record["data"])
        fact: Any = _fact(record) if wants_fact else None
        return [(verb, columns) for verb in verbs for columns in verb.rows(event, fact)]


def _fact(record: Any) -> Fact:
    return Fact(
        record["position"], record["stream"], record["stream_id"], record["version"], record["occurred_at"], record["recorded_at"],
        record["actor"], record["correlation_id"],
    )  # fmt: skip


def _fold_in(rows: dict[RowKey, Write], verb: Verb, columns: Any) -> None:
    key = (verb.table, key_of(verb.table, columns))
    if verb.kind == "put":
        rows[key] = ("put", dict(columns))
    elif verb.kind == "remove":
        rows.pop(key, None)
    elif (before := rows.get(key)) is not None:
        before[1].update(columns)


async def _pages(connection: asyncpg.Connection, types: list[str], after: int, upto: int, portion: BatchSize) -> AsyncIterator[list[Any]]:
    """The rows of these types, page by page.

    No transaction is held open over it: rows of the log never change, so several looks see what one would.
    """
    while page := await _page(connection, types, after, upto, portion):
        yield page
        after = page[-1]["position"]


async def _page(connection: asyncpg.Connection, types: list[str], after: int, upto: int, portion: BatchSize) -> list[Any]:
    page = list(await connection.fetch(_READ, after, upto, types, portion.count))
    portion.took([len(record["data"]) for record in page])
    return page
