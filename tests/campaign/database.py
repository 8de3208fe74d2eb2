"""The superuser's way into the database of a service."""

import contextlib
from collections.abc import AsyncIterator

import asyncpg

from ..platform import Platform


@contextlib.asynccontextmanager
async def of(platform: Platform, name: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection for the time of a block."""
    connection = await asyncpg.connect(platform.dsns[name], timeout=20)
    try:
        yield connection
    finally:
        with contextlib.suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            await connection.close(timeout=5)
