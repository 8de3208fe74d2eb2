"""Making a service's database what this version of the code needs."""

from importlib.resources import files
from uuid import uuid4

import asyncpg
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable

from ..service import Service
from .connection import connect_patiently
from .models import changed
from .tables import KEY_OF_LINK, SIDE_TABLES, migration

GENESIS = b"\x00" * 32
"""What the first row is chained to."""

_dialect = postgresql.dialect()  # type: ignore[no-untyped-call]


async def migrate(owner_dsn: str, service: Service, *, login: str, partitions: int = 12) -> list[str]:
    """Create or update the tables of ``service``; read models whose shape or version changed are built anew from the log.

    They are built beside the old ones, and commands go on meanwhile. From the swap on, processes with the older code may
    not append any more (`OtherModels`); those with the newer code may not before.

    Args:
        owner_dsn: the owner's address; the owner is not the login of the service.
        login: the service's own login, which may read and append the log but never change it.
        partitions: of the topic; taken once, when the log is created.

    Returns:
        The names of the read models that were rebuilt.
    """
    from .rebuild import forget_removed_models, migration_lock, rebuild

    connection = await connect_patiently(owner_dsn, name=f"{service.name} migrate")
    try:
        async with migration_lock(connection):
            await connection.execute("SET lock_timeout = '5s'")  # others wait behind a request for a lock
            await _apply_schema(connection, partitions)
            await _create_side_tables(connection)
            await connection.execute("CREATE SCHEMA IF NOT EXISTS read")
            await _grant(connection, login)
            rebuilt = await rebuild(connection, service, await changed(connection, service), login)
            await forget_removed_models(connection, service)
            await _grant(connection, login)
            return [one.name for one in rebuilt]
    finally:
        await connection.close()


async def _apply_schema(connection: asyncpg.Connection, partitions: int) -> None:
    await connection.execute(f"CREATE TABLE IF NOT EXISTS migration {_columns_of_migration()}")
    done = {row["number"] for row in await connection.fetch("SELECT number FROM migration")}
    for file in sorted((files(__package__) / "schema").iterdir(), key=lambda file: file.name):
        number = int(file.name.split("_")[0])
        if number in done:
            continue
        async with connection.transaction():
            await connection.execute(file.read_text())
            await connection.execute("INSERT INTO migration (number, name) VALUES ($1, $2)", number, file.name)
    await connection.execute(
        "INSERT INTO head (position, hash, log_id, tails) VALUES (0, $1, $2, $3) ON CONFLICT DO NOTHING", GENESIS, uuid4(), [0] * partitions
    )


def _columns_of_migration() -> str:
    ddl = str(CreateTable(migration).compile(dialect=_dialect))
    return ddl[ddl.index("(") :].replace("'now()'", "now()")


async def _create_side_tables(connection: asyncpg.Connection) -> None:
    for table in SIDE_TABLES:
        ddl = str(CreateTable(table, if_not_exists=True).compile(dialect=_dialect))
        await connection.execute(ddl)
    # They come in the order of time, and most of every look finds nothing: a few pages instead of one more entry per command.
    await connection.execute("CREATE INDEX IF NOT EXISTS answer_at ON answer USING brin (at) WITH (autosummarize = on)")
    await connection.execute(f"CREATE UNIQUE INDEX IF NOT EXISTS personal_key_of_link ON personal_key ({KEY_OF_LINK})")
    await connection.execute("CREATE INDEX IF NOT EXISTS timer_due ON timer (due) WHERE fired IS NULL")
    await connection.execute(
        "CREATE INDEX IF NOT EXISTS parked_open ON parked (policy, stream_id, position) WHERE state IN ('parked', 'waiting')"
    )


async def _grant(connection: asyncpg.Connection, login: str) -> None:
    side = ", ".join(f'"{table.name}"' for table in SIDE_TABLES)
    await connection.execute(f"""
        REVOKE ALL ON SCHEMA public FROM PUBLIC;
        GRANT USAGE ON SCHEMA public, read TO "{login}";
        REVOKE ALL ON log, head FROM "{login}";
        GRANT SELECT ON log, head, migration TO "{login}";
        GRANT SELECT, INSERT, UPDATE, DELETE ON {side} TO "{login}";
        GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA read TO "{login}";
        REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC;
        GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO "{login}";
    """)
