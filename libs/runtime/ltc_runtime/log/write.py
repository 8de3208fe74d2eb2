"""A planned batch as one SQL statement."""

from collections import defaultdict
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import JSON, Numeric, Table
from sqlalchemy.dialects import postgresql

from .plan import Kind, Plan
from .rows import LogRow

Shape = tuple[Table, Kind, tuple[str, ...]]
_APPENDED = 24
_dialect = postgresql.dialect()  # type: ignore[no-untyped-call]


def statement(plan: Plan, guard: int) -> tuple[str, list[Any]]:
    """The statement that writes ``plan`` if the head is still at ``guard``, and its arguments."""
    shapes = by_shape(plan.writes)
    arguments: list[Any] = [guard, len(plan.rows), *_log_columns(plan.rows)]
    for (table, _, names), rows in shapes.items():
        arguments += [as_sent(table, name, rows) for name in names]
    if plan.advances:
        moves = plan.advances.items()
        arguments += [[name for name, _ in moves], [old for _, (old, _) in moves], [new for _, (_, new) in moves]]
    return _sql(tuple(shapes), bool(plan.advances)), arguments


def by_shape(writes: Mapping[Any, tuple[Kind, dict[str, Any]]]) -> dict[Shape, list[dict[str, Any]]]:
    """The writes, those together that one statement can do."""
    shapes: dict[Shape, list[dict[str, Any]]] = defaultdict(list)
    for (table, _), (kind, row) in writes.items():
        shapes[table, kind, tuple(row)].append(row)
    return shapes


def _log_columns(rows: list[LogRow]) -> list[list[Any] | None]:
    return [
        [r.event_id for r in rows], _once([r.origin for r in rows]), _once([r.origin_log for r in rows]),
        _once([r.origin_position for r in rows]), _once([r.origin_prev for r in rows]), _once([r.origin_hash for r in rows]),
        _once([r.origin_partition for r in rows]), _once([r.stream for r in rows]), [r.stream_id for r in rows],
        [r.version for r in rows], _once([r.type for r in rows]), _once([r.actor for r in rows]),
        _once([array_literal(r.roles) for r in rows]), _once([r.correlation_id for r in rows]),
        _once([r.causation_id for r in rows]), _once([r.command_id for r in rows]), _once([r.traceparent for r in rows]),
        _once([r.occurred_at for r in rows]), _once([r.recorded_at for r in rows]), _once([r.authority for r in rows]),
        _once([array_literal(r.tags) for r in rows]), _once([r.partition for r in rows]),
        [r.data.decode() for r in rows], [r.digest() for r in rows],
    ]  # fmt: skip


def _once(values: list[Any]) -> list[Any] | None:
    """A column that is the same in all rows, as one value, or none: encoding is most of what appending costs this process."""
    if not values or values[-1] != values[0] or values.count(values[0]) != len(values):
        return values
    return None if values[0] is None else values[:1]


def as_sent(table: Table, name: str, rows: list[dict[str, Any]]) -> list[Any] | None:
    """A column of these rows, once if it is the same in all; keys whole, and decimals, for equal ones may be written differently."""
    column, values = table.c[name], column_values(table, name, rows)
    return values if column.primary_key or isinstance(column.type, Numeric) else _once(values)


@lru_cache(maxsize=4096)
def array_literal(words: tuple[str, ...]) -> str:
    """A PostgreSQL array literal of plain words (unnest would flatten an array of arrays)."""
    return "{" + ",".join('"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"' for word in words) + "}"


def column_values(table: Table, name: str, rows: list[dict[str, Any]]) -> list[Any]:
    """A column of these rows, as PostgreSQL takes it."""
    if isinstance(table.c[name].type, JSON):
        return [None if row[name] is None else orjson.dumps(row[name], default=str).decode() for row in rows]
    return [row[name] for row in rows]


@lru_cache(maxsize=4096)
def _sql(shapes: tuple[Shape, ...], advances: bool) -> str:
    casts = (  # noqa: SIM905
        "uuid text uuid bigint bigint bytea integer text uuid integer text text text uuid uuid uuid text timestamptz timestamptz"
        " text text integer json bytea"
    ).split()
    slots = ", ".join(f"${number}::{cast}[]" for number, cast in enumerate(casts, 3))
    parts = [f"a AS MATERIALIZED (SELECT append($1, $2, {slots}) AS head)"]
    used = 2 + _APPENDED
    for index, (table, kind, names) in enumerate(shapes):
        parts.append(f"w{index} AS ({verb_sql(table, kind, names, used + 1)})")
        used += len(names)
    moved = f", advance(${used + 1}::text[], ${used + 2}::bigint[], ${used + 3}::bigint[])" if advances else ""
    return f"WITH {', '.join(parts)} SELECT head{moved} FROM a"


def verb_sql(table: Table, kind: Kind, names: tuple[str, ...], first: int, schema: str | None = None) -> str:
    """What does this to rows of ``table`` (or of its namesake in ``schema``), a parameter per column from number ``first`` on.

    A column may come as one value for all rows, or as NULL; those of the key come whole.
    """
    target = f'"{schema or table.schema or "public"}"."{table.name}"'
    columns = ", ".join(f'"{name}"' for name in names)
    types = [str(table.c[name].type.compile(_dialect)) for name in names]
    keys = [column.name for column in table.primary_key]
    arrays = {name: f"${first + offset}::{type_}[]" for offset, (name, type_) in enumerate(zip(names, types, strict=True))}
    count = f"cardinality({arrays[keys[0]]})"
    slots = ", ".join(array if name in keys else f"spread({array}, {count})" for name, array in arrays.items())
    source = f"unnest({slots}) AS u({columns})"
    match kind:
        case "insert" | "keep":
            otherwise = " ON CONFLICT DO NOTHING" if kind == "keep" else ""
            return f"INSERT INTO {target} ({columns}) SELECT {columns} FROM {source}{otherwise}"
        case "put":
            rest = [name for name in names if name not in keys]
            update = "UPDATE SET " + ", ".join(f'"{name}" = excluded."{name}"' for name in rest) if rest else "NOTHING"
            conflict = ", ".join(f'"{key}"' for key in keys)
            return f"INSERT INTO {target} ({columns}) SELECT {columns} FROM {source} ON CONFLICT ({conflict}) DO {update}"
        case "change":
            rest = [name for name in names if name not in keys]
            sets = ", ".join(f'"{name}" = u."{name}"' for name in rest or keys)
            return f"UPDATE {target} AS t SET {sets} FROM {source} WHERE {_same(keys)}"
        case "remove":
            wheres = _same(keys)
            return f"DELETE FROM {target} AS t USING {source} WHERE {wheres}"


def _same(keys: list[str]) -> str:
    return " AND ".join(f't."{key}" = u."{key}"' for key in keys)
