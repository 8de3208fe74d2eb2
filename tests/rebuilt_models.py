"""What a rebuild of the read models would give, taken without putting it in the place of the live tables."""

from typing import Any

import asyncpg
from ltc_runtime.log.rebuild import BUILD_SCHEMA, build
from ltc_runtime.service import Service

from .checker.evidence import Row, canonical


async def rebuilt(owner_dsn: str, service: Service) -> dict[str, list[Row]]:
    """Every row of every read-model table as the log gives it."""
    connection: Any = await asyncpg.connect(owner_dsn)
    transaction = connection.transaction()
    await transaction.start()
    try:
        found: dict[str, list[Row]] = {}
        for projection in service.projections:
            await build(connection, service, projection)
            for table in projection.tables:
                found[table.name] = sorted(map(dict, await connection.fetch(f'SELECT * FROM {BUILD_SCHEMA}."{table.name}"')), key=canonical)
        return found
    finally:
        await transaction.rollback()
        await connection.close()
