"""When everything has come to rest: told, heard, reacted to. Only the databases know."""

import asyncio
import json
from collections.abc import Callable, Mapping
from datetime import datetime

import asyncpg
from ltc_runtime.service import Service

_STANDING = """
SELECT (SELECT position FROM head) AS head,
       (SELECT count(*) FROM log WHERE partition IS NOT NULL) AS told,
       (SELECT coalesce(max(position), 0) FROM log WHERE partition IS NOT NULL) AS last_told,
       (SELECT coalesce(max(position), 0) FROM checkpoint WHERE name = 'relay') AS relayed,
       (SELECT min(position) FROM checkpoint WHERE name LIKE 'react:%') AS reacted,
       (SELECT json_object_agg(origin, n)::text FROM (SELECT origin, count(*) n FROM log WHERE origin IS NOT NULL GROUP BY 1) h) AS heard
"""


async def settled(
    services: Mapping[str, Service],
    dsns: Mapping[str, str],
    seconds: float = 30.0,
    look: Callable[[], None] = lambda: None,
    now: Callable[[], datetime] | None = None,
) -> None:
    """Wait until all that was told is on the topics, heard, and reacted to, at two looks between which nothing happened.

    The databases are read one after the other, so what one look sees may have gone on meanwhile.

    Args:
        now: business time; timers that are due by then are waited for.
    """
    lag: list[str] = []
    before: list[int] = []
    try:
        async with asyncio.timeout(seconds):
            while True:
                standing = {name: await _standing(dsn) for name, dsn in dsns.items()}
                lag, heads = lagging(services, standing), [each["head"] for each in standing.values()]
                if now is not None and (late := await overdue(dsns, now())):
                    lag.append(f"{late} timers are overdue")
                if not lag and heads == before:
                    return
                before = heads
                look()
                await asyncio.sleep(0.1)
    except TimeoutError:
        raise AssertionError(f"not settled in {seconds:g} s: {'; '.join(lag) or 'things go on'}") from None


def lagging(services: Mapping[str, Service], standing: Mapping[str, asyncpg.Record]) -> list[str]:
    """What is not at rest yet, in words."""
    found = []
    for name, service in services.items():
        now = standing[name]
        if now["relayed"] < now["last_told"]:
            found.append(f"{name} told up to {now['relayed']} of {now['last_told']}")
        if service.policies_of and (now["reacted"] or 0) < now["head"]:
            found.append(f"{name} reacted up to {now['reacted']} of {now['head']}")
        heard = counts(now["heard"])
        found += [
            f"{name} heard {heard.get(teller, 0)} of {standing[teller]['told']} from {teller}"
            for teller in service.consumes
            if teller in standing and heard.get(teller, 0) < standing[teller]["told"]
        ]
    return found


async def overdue(dsns: Mapping[str, str], now: datetime) -> int:
    """How many timers of all services should have fired by then."""
    found = 0
    for dsn in dsns.values():
        connection = await asyncpg.connect(dsn, timeout=5)
        try:
            found += await connection.fetchval("SELECT count(*) FROM timer WHERE fired IS NULL AND due <= $1", now)
        finally:
            await connection.close()
    return found


async def _standing(dsn: str) -> asyncpg.Record:
    connection = await asyncpg.connect(dsn, timeout=5)
    try:
        standing = await connection.fetchrow(_STANDING)
    finally:
        await connection.close()
    assert standing is not None
    return standing


def counts(text: str | None) -> dict[str, int]:
    """A JSON column as it comes."""

    return dict(json.loads(text)) if text else {}
