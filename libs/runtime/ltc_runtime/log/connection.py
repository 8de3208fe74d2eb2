"""Connections that never wait for ever."""

from collections.abc import Mapping
from typing import Any

import asyncpg

CONNECT_SECONDS = 2.0
COMMAND_SECONDS = 15.0

_LIMITS = {"statement_timeout": "10s", "lock_timeout": "5s", "idle_in_transaction_session_timeout": "10s", "jit": "off", "TimeZone": "UTC"}

_PINNED = {"enable_seqscan": "off", "enable_hashjoin": "off", "enable_mergejoin": "off", "plan_cache_mode": "force_generic_plan"}
"""The appending connection lives from the empty log on: a plan made for an empty table must not stay."""


async def connect(dsn: str, *, name: str, pinned: bool = False, settings: Mapping[str, str] | None = None) -> asyncpg.Connection:
    """One connection, with every time-out set on both sides; ``settings`` are of the session."""
    settings = {**_LIMITS, **(_PINNED if pinned else {}), **(settings or {}), "application_name": name}
    return await asyncpg.connect(
        dsn, timeout=CONNECT_SECONDS, command_timeout=COMMAND_SECONDS, server_settings=settings, statement_cache_size=1000
    )


async def connect_patiently(dsn: str, *, name: str) -> asyncpg.Connection:
    """One connection for work that takes as long as it takes; what it locks, it must bound itself."""
    return await asyncpg.connect(dsn, timeout=CONNECT_SECONDS, server_settings={"jit": "off", "TimeZone": "UTC", "application_name": name})


async def _as_it_is(connection: Any) -> None:
    """asyncpg itself ends an open transaction; more is not to be undone."""


async def pool(dsn: str, *, name: str, size: int = 8) -> asyncpg.Pool:
    """Connections for reading.

    No caller may leave anything in a session (settings, advisory locks, cursors): asking the server to forget it would cost
    every read a second round trip.
    """
    return await asyncpg.create_pool(
        dsn,
        min_size=1,
        max_size=size,
        timeout=CONNECT_SECONDS,
        command_timeout=COMMAND_SECONDS,
        server_settings={**_LIMITS, "application_name": name},
        statement_cache_size=500,
        reset=_as_it_is,
    )


DATABASE_ERRORS = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError, TimeoutError)
"""What asyncpg raises while a database is away or a statement is cut short; the last statement's outcome is then unknown."""


def is_definite(error: BaseException) -> bool:
    """Whether the server said no, so that nothing was written. Anything else leaves the outcome open.

    A back end that dies makes asyncpg raise plain exceptions, so only an error the server itself reported about the
    statement is definite; shutdowns (class 57P) and connection errors (class 08) are not.
    """
    state = getattr(error, "sqlstate", None) or ""
    return isinstance(error, asyncpg.PostgresError) and not state.startswith(("08", "57P"))


async def close_quietly(connection: Any) -> None:
    """Close what may already be broken."""
    try:
        await connection.close(timeout=1.0)
    except Exception:
        connection.terminate()
