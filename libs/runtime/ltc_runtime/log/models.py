"""Which read models a version of the code fills, and which ones the tables hold."""

import hashlib
from collections.abc import Iterable
from typing import Any

from ltc_events import Projection
from sqlalchemy import Table
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

from ..service import Service

_dialect = postgresql.dialect()  # type: ignore[no-untyped-call]


def fingerprint(tables: list[Table], version: int) -> str:
    """What a read model's tables look like, and its version, as a digest."""
    ddl = "\n".join(create_sql(table) for table in tables)
    return hashlib.sha256(f"{version}\n{ddl}".encode()).hexdigest()


def fingerprint_of(projection: Projection) -> str:
    """The fingerprint of a projection as the code has it."""
    return fingerprint(projection.tables, projection.version)


def models_of(shows: Iterable[Projection]) -> str:
    """What a process fills, as one digest: it may append where `head` has the same, and nowhere else."""
    lines = sorted(f"{shown.name} {fingerprint_of(shown)}" for shown in shows)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def create_sql(table: Table, schema: str | None = None) -> str:
    """The statements that create a table and its indexes, in ``schema`` if given."""
    statements = [str(CreateTable(table).compile(dialect=_dialect))]
    statements += [str(CreateIndex(index).compile(dialect=_dialect)) for index in sorted(table.indexes, key=lambda index: str(index.name))]
    sql = ";\n".join(statement.strip() for statement in statements)
    return sql if schema is None else sql.replace(f"{table.schema}.{table.name}", f"{schema}.{table.name}")


async def changed(connection: Any, service: Service) -> list[Projection]:
    """The projections whose tables are not, or not in this version, in the database."""
    known = {row["name"]: row["fingerprint"] for row in await connection.fetch("SELECT name, fingerprint FROM projection")}
    return [shown for shown in service.projections if known.get(shown.name) != fingerprint_of(shown)]
