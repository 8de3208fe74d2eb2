"""SQLAlchemy Core queries for asyncpg, compiled once per shape."""

from collections.abc import Callable
from typing import Any

import orjson
from sqlalchemy import JSON, Select
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg

_dialect: Any = PGDialect_asyncpg()  # type: ignore[no-untyped-call]
_LIMIT = 1000

Decode = tuple[str, Callable[[Any], Any]]


class Shape:
    """One compiled query, whatever its parameters."""

    __slots__ = ("_compiled", "_decode", "_names", "_sql")

    def __init__(self, statement: Select[Any], key: Any) -> None:
        compiled = statement.compile(dialect=_dialect, cache_key=key) if key is not None else statement.compile(dialect=_dialect)
        self._compiled = compiled
        self._sql = str(compiled)
        self._names = tuple(compiled.positiontup or ())
        self._decode: tuple[Decode, ...] = tuple(
            (column.key, orjson.loads) for column in statement.selected_columns if isinstance(column.type, JSON) and column.key
        )

    def of(self, key: Any) -> tuple[str, list[Any]]:
        """The SQL and the values for the statement that ``key`` was made of."""
        compiled: Any = self._compiled
        values = compiled.construct_params(extracted_parameters=None if key is None else key[1])
        if compiled.post_compile_params or compiled.literal_execute_params:  # an IN with a list of values
            expanded = compiled.construct_expanded_state(values)
            return expanded.statement, [expanded.parameters[name] for name in expanded.positiontup]
        return self._sql, [values[name] for name in self._names]

    def row(self, record: Any) -> dict[str, Any]:
        """A record as a dict, with JSON read."""
        row = dict(record)
        for name, read in self._decode:
            if row[name] is not None:
                row[name] = read(row[name])
        return row


_shapes: dict[Any, Shape] = {}


def compiled(statement: Select[Any]) -> tuple[Shape, str, list[Any]]:
    """The shape of a query, its SQL and its values."""
    key = statement._generate_cache_key()
    if key is None:
        shape = Shape(statement, None)
        return (shape, *shape.of(None))
    found = _shapes.get(key.key)
    if found is None:
        if len(_shapes) >= _LIMIT:
            _shapes.clear()
        found = _shapes[key.key] = Shape(statement, key)
    return (found, *found.of(key))
