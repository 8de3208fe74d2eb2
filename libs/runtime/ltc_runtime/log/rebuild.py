"""A read model built anew from the log, and whether it is the same as the one that serves."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import asyncpg
import orjson
from ltc_events import Fact, Projection
from sqlalchemy import JSON, Table

from ..service import Service
from .database import create_sql, fingerprint
from .plan import RowKey, Write, collapse
from .rows import COLUMNS

CHUNK = 5_000
BESIDE = "rebuilt"
"""The schema in which tables are built before they are swapped."""


@dataclass(frozen=True)
class Difference:
    """A row that the rebuilt table and the live one do not share."""

    table: str
    side: str
    """``live`` or ``rebuilt``: where it is found."""
    row: str


async def rebuild(connection: asyncpg.Connection, service: Service, projection: Projection) -> int:
    """Build the tables of ``projection`` from the log and put them in the place of the live ones, in one transaction.

    Returns:
        The position up to which it was built: the head, which is locked meanwhile.
    """
    async with connection.transaction():
        position = await build(connection, service, projection)
        for table in projection.tables:
            await connection.execute(f'DROP TABLE IF EXISTS read."{table.name}"; ALTER TABLE {BESIDE}."{table.name}" SET SCHEMA read')
        await connection.execute(f"DROP SCHEMA {BESIDE} CASCADE")
        await connection.execute(
            "INSERT INTO projection (name, version, fingerprint, position) VALUES ($1, $2, $3, $4) ON CONFLICT (name)"
            " DO UPDATE SET version = excluded.version, fingerprint = excluded.fingerprint, position = excluded.position",
            projection.name, projection.version, fingerprint(projection.tables, projection.version), position,
        )  # fmt: skip
    return position


async def compare(connection: asyncpg.Connection, service: Service, projection: Projection, limit: int = 20) -> list[Difference]:
    """Build ``projection`` beside the live tables and compare row for row; nothing is changed.

    Returns:
        The differences, at most ``limit`` of each side of each table; none if the two are the same.
    """
    transaction = connection.transaction()
    await transaction.start()
    try:
        await build(connection, service, projection)
        return [
            difference
            for table in projection.tables
            for side, one, other in (("live", "read", BESIDE), ("rebuilt", BESIDE, "read"))
            for difference in await _only_in(connection, table.name, side, one, other, limit)
        ]
    finally:
        await transaction.rollback()


async def build(connection: asyncpg.Connection, service: Service, projection: Projection) -> int:
    """Create the projection's tables in schema `BESIDE` and fill them from the log, in the caller's transaction, under the head's lock."""
    await connection.execute(
        "SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL lock_timeout = '60s'"
    )
    position: int = await connection.fetchval("SELECT lock_head()")
    await connection.execute(f"DROP SCHEMA IF EXISTS {BESIDE} CASCADE; CREATE SCHEMA {BESIDE}")
    for table in projection.tables:
        await connection.execute(create_sql(table, BESIDE))
    rows = await fold(connection, projection, position)
    for table in projection.tables:
        await _copy(connection, table, [row for (owner, _), (_, row) in rows.items() if owner is table])
    return position


async def fold(connection: asyncpg.Connection, projection: Projection, upto: int) -> dict[RowKey, Write]:
    """What the projection's rows are after everything up to a position."""
    verbs = {on.event: on.verbs for on in projection.ons}
    types = {event.event_type: event for event in verbs}
    rows: dict[RowKey, Write] = {}
    async for record in connection.cursor(
        f"SELECT {', '.join(COLUMNS)} FROM log WHERE position <= $1 AND type = ANY($2) ORDER BY position", upto, list(types), prefetch=CHUNK
    ):
        event = types[record["type"]].model_validate_json(record["data"])
        fact = _fact(record)
        for verb in verbs[type(event)]:
            for columns in verb.rows(event, fact):
                _apply(rows, verb.kind, verb.table, columns)
    return rows


def _fact(record: asyncpg.Record) -> Fact:
    return Fact(
        record["position"], record["stream"], record["stream_id"], record["version"], record["occurred_at"], record["recorded_at"],
        record["actor"], record["correlation_id"],
    )  # fmt: skip


def _apply(rows: dict[RowKey, Write], kind: Any, table: Table, columns: Any) -> None:
    key = (table, tuple(columns[column.name] for column in table.primary_key))
    before = rows.get(key)
    if kind == "remove":
        rows.pop(key, None)
    elif kind == "put" or before is not None:
        rows[key] = collapse(before, kind, columns)


async def _copy(connection: asyncpg.Connection, table: Table, rows: Iterable[dict[str, Any]]) -> None:
    names = [column.name for column in table.columns]
    documents = {column.name for column in table.columns if isinstance(column.type, JSON)}

    def value(row: dict[str, Any], name: str) -> Any:
        held = row.get(name)
        return orjson.dumps(held, default=str).decode() if name in documents and held is not None else held

    records = [tuple(value(row, name) for name in names) for row in rows]
    await connection.copy_records_to_table(table.name, schema_name=BESIDE, columns=names, records=records)


async def _only_in(connection: asyncpg.Connection, table: str, side: str, one: str, other: str, limit: int) -> list[Difference]:
    rows = await connection.fetch(
        f'SELECT r.row FROM (SELECT t::text AS row FROM {one}."{table}" t EXCEPT ALL SELECT t::text FROM {other}."{table}" t) r'
        f" LIMIT {limit}"
    )
    return [Difference(table, side, row["row"]) for row in rows]
