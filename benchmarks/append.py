"""Appending through the log, against the plainest thing that stores the same rows."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

import asyncpg
from ltc_events import Money, Stream
from ltc_runtime.log import Log, LogRow, Meta, Plan, migrate, open_log

from .measure import Figure, compare, rate
from .place import LOGIN, database, server
from .till import Ring, decide, service, till

SECONDS = 5.0

PLAIN = "CREATE SEQUENCE positions; CREATE TABLE plain (LIKE log INCLUDING ALL)"
"""The same rows: every column and index of the log, the position from a sequence."""

INSERT = """
INSERT INTO plain (position, event_id, stream, stream_id, version, type, actor, roles, correlation_id, command_id, occurred_at, recorded_at,
                   tags, partition, prev, data, hash)
VALUES (nextval('positions'), $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, '{}', $12, $13, $14, $15)"""


@dataclass(frozen=True, slots=True)
class Sale:
    """One command, as a request would submit it."""

    command: Ring
    meta: Meta
    fresh: tuple[Stream, ...] = ()
    tails: tuple[Any, ...] = ()

    @property
    def streams(self) -> tuple[Stream, ...]:
        """The till's."""
        return (Stream("till", self.command.till_id),)

    def plan(self, plan: Plan) -> list[LogRow]:
        """Decide it."""
        return plan.decide(self.command, self.meta)


@asynccontextmanager
async def opened_log(owner: str, login: str) -> AsyncIterator[Log]:
    """A migrated, empty log."""
    await migrate(owner, service, login=LOGIN)
    log = await open_log(login, service)
    yield log
    await log.stop()


def ours(log: Log, writers: int) -> Callable[[], Awaitable[float]]:
    """Each writer rings up sales on a till of its own."""
    tills = [uuid4() for _ in range(writers)]
    amount = Money(amount=129900, currency="EUR")

    async def once(number: int) -> int:
        command = Ring(till_id=tills[number], product="A-100", amount=amount)
        await log.submit(Sale(command, Meta(uuid4(), "anna", ("sales",))))
        return 1

    return lambda: rate(writers, SECONDS, once)


def plain(connections: asyncpg.Pool, writers: int) -> Callable[[], Awaitable[float]]:
    """Each writer inserts the same rows one by one, on a connection of its own."""
    tills = [uuid4() for _ in range(writers)]
    versions = [0] * writers
    row = decide(till.initial, Ring(till_id=uuid4(), product="A-100", amount=Money(amount=129900, currency="EUR")))[0]
    data = row.model_dump_json()
    digest = sha256(data.encode()).digest()

    async def once(number: int) -> int:
        versions[number] += 1
        now = datetime.now(UTC)
        id: UUID = uuid4()
        await connections.execute(
            INSERT, id, "till", tills[number], versions[number], row.event_type, "anna", ["sales"], id, id, now, now, number % 12,
            versions[number], data, digest,
        )  # fmt: skip
        return 1

    return lambda: rate(writers, SECONDS, once)


async def against_plain(name: str, writers: int, aim: float) -> Figure:
    """The log with ``writers``, against single-row inserts with as many."""
    async with server() as postgres:
        owner, login = await database(postgres)
        plain_owner, _ = await database(postgres)
        await migrate(plain_owner, service, login=LOGIN)
        connections = await asyncpg.create_pool(plain_owner, min_size=writers, max_size=writers)
        await connections.execute(PLAIN)
        async with opened_log(owner, login) as log:
            figure = await compare(name, ours(log, writers), plain(connections, writers), "events/s", aim)
        await connections.close()
    return figure


async def append_64() -> Figure:
    """64 writers, one process."""
    return await against_plain("append-64", 64, 4.5)


async def append_1() -> Figure:
    """One writer."""
    return await against_plain("append-1", 1, 1.0)
