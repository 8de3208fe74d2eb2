"""The log: one append-only table that everything else follows."""

import asyncio
from contextlib import suppress
from typing import Any, TypeVar
from uuid import UUID

import asyncpg

from ..clock import Clock
from ..service import Service
from ..shutdown import cancel_all
from .connection import DATABASE_ERRORS, connect, pool
from .database import migrate
from .errors import AlreadyThere, CheckpointMoved, Stale, Unavailable, Unstorable
from .group import Group
from .plan import Plan, Work
from .rows import ConsumedRow, LogRow, Meta, Tail

T = TypeVar("T")

POLL_SECONDS = 0.2
"""How often a follower reads the head without a notification."""

NOTIFY_SECONDS = 0.01
"""Commits within this time are sent to other processes in one notification."""

CHANNEL = "ltc_head"

__all__ = [
    "AlreadyThere", "CheckpointMoved", "ConsumedRow", "Log", "LogRow", "Meta", "Plan", "Stale", "Tail", "Unavailable", "Unstorable", "Work",
    "migrate", "open_log",
]  # fmt: skip


class Log:
    """The log of one service, as one process holds it."""

    def __init__(self, service: Service, dsn: str, clock: Clock, pool_size: int = 8) -> None:
        self.service = service
        self.dsn = dsn
        self.clock = clock
        self.pool_size = pool_size
        self.known = 0
        """The highest position this process knows of."""
        self.group = Group(service, dsn, clock.both, self._committed)
        self._changed = asyncio.Event()
        self._pool: asyncpg.Pool | None = None
        self._notify = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def head(self) -> int:
        """The last position this process knows to be committed."""
        return max(self.known, self.group.head)

    def recent(self, after: int, upto: int) -> list[LogRow] | None:
        """The rows behind ``after`` up to ``upto``, if this process appended all of them not long ago."""
        return self.group.recent.between(after, upto)

    @property
    def log_id(self) -> UUID:
        """Which log this is; a database made anew has another."""
        assert self.group.log_id is not None
        return self.group.log_id

    @property
    def partitions(self) -> int:
        """Partitions of the service's topic."""
        return self.group.partitions

    @property
    def pool(self) -> asyncpg.Pool:
        """Connections for reading."""
        assert self._pool is not None
        return self._pool

    async def start(self) -> None:
        """Connect; must be running before anything is submitted."""
        self._pool = await pool(self.dsn, name=f"{self.service.name} read", size=self.pool_size)
        await self.group.start()
        self._tasks = [asyncio.create_task(self._tell_others(), name="notify"), asyncio.create_task(self._listen(), name="listen")]

    async def stop(self) -> None:
        """Finish what is queued and close."""
        await self.group.stop()
        await cancel_all(self._tasks)
        with suppress(Exception):
            async with asyncio.timeout(2):
                await self.pool.close()

    async def submit(self, work: Work[T]) -> T:
        """Decide ``work`` together with whatever else waits, write it, and return its outcome after the commit.

        Raises:
            Refusal: by the domain, confirmed against the head of the log.
            Unavailable: the database is away; the outcome is unknown.
            AlreadyThere: the same command, or idempotency key, took effect before.
            CheckpointMoved: another process follows under the same name.
        """
        return await self.group.submit(work)

    async def changed(self, after: int, timeout: float = POLL_SECONDS) -> int:
        """Wait until the head is behind ``after``, at most ``timeout`` seconds; returns the head as known then."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout
        while self.head <= after and (rest := deadline - loop.time()) > 0:
            event = self._changed
            with suppress(TimeoutError):
                async with asyncio.timeout(min(rest, POLL_SECONDS)):
                    await event.wait()
            if self.head <= after:
                await self._look()
        return self.head

    async def _look(self) -> None:
        with suppress(*DATABASE_ERRORS):
            self._saw(await self.pool.fetchval("SELECT position FROM head"))

    def _committed(self, head: int) -> None:
        self._saw(head)
        self._notify.set()

    def _saw(self, head: int) -> None:
        if head > self.known:
            self.known = head
            self._changed.set()
            self._changed = asyncio.Event()

    async def _tell_others(self) -> None:
        """Tell other processes of this service of commits, together and outside the appending transaction."""
        while True:
            await self._notify.wait()
            self._notify.clear()
            with suppress(*DATABASE_ERRORS):
                await self.pool.execute(f"SET LOCAL synchronous_commit = off; NOTIFY {CHANNEL}, '{self.known}'")  # no wait for the disk
            await asyncio.sleep(NOTIFY_SECONDS)

    async def _listen(self) -> None:
        """Hear of other processes' commits."""
        while True:
            with suppress(*DATABASE_ERRORS):
                connection = await connect(self.dsn, name=f"{self.service.name} listen")
                try:
                    await connection.add_listener(CHANNEL, self._heard)
                    while not connection.is_closed():
                        await asyncio.sleep(1)
                        await connection.execute("SELECT 1")
                finally:
                    connection.terminate()
            await asyncio.sleep(1)

    def _heard(self, connection: Any, pid: int, channel: str, payload: object) -> None:
        self._saw(int(str(payload)))


async def open_log(dsn: str, service: Service, clock: Clock | None = None, *, pool_size: int = 8) -> Log:
    """Open the log of ``service``; its database must be migrated."""
    log = Log(service, dsn, clock or Clock(), pool_size)
    await log.start()
    return log
