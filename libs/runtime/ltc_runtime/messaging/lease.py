"""Who may act alone: a row with an epoch that only ever grows.

Whoever holds the lease writes it anew every third of its term; the row is changed by compare-and-set on the epoch, so
two takers get one winner. The database's clock decides whether a lease has run out. Because that clock may be set
back, a row that was not renewed for a whole term of the taker's own steady clock counts as run out too.

A lease stops only a process that checks it: what must not happen twice is guarded by the epoch, stored beside the
checkpoint (`Lease.advance`).
"""

import asyncio
import contextlib
import os
import socket
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from asyncpg import Pool

from ..log.connection import DATABASE_ERRORS
from ..shutdown import Shutdown, cancel_all

log = structlog.get_logger(__name__)

TERM = 4.0
"""Seconds a lease is good for without being renewed: a killed holder is succeeded this much later."""


class LeaseLost(Exception):
    """Another process acts now, or this one could not renew in time."""


def holder_name() -> str:
    """Who holds a lease, for people who read the table."""
    return f"{socket.gethostname()}:{os.getpid()}"


@dataclass(eq=False)
class Lease:
    """A lease that is held, as far as this process can know."""

    pool: Pool
    name: str
    holder: str
    epoch: int
    term: float
    _renewed: float = field(default_factory=time.monotonic)
    _lost: bool = False

    @property
    def held(self) -> bool:
        """Whether it was renewed within its term."""
        return not self._lost and time.monotonic() - self._renewed < self.term

    def must_be_held(self) -> None:
        """Check that the lease is held.

        Raises:
            LeaseLost: the term is over.
        """
        if not self.held:
            raise LeaseLost(self.name)

    async def renew(self) -> None:
        """Hold it for another term.

        Raises:
            LeaseLost: the row carries another epoch.
        """
        asked = time.monotonic()
        status = await self.pool.execute(
            "UPDATE lease SET until = clock_timestamp() + $3 WHERE name = $1 AND epoch = $2",
            self.name, self.epoch, timedelta(seconds=self.term), timeout=self.term,
        )  # fmt: skip
        if status != "UPDATE 1":
            self._lost = True
            raise LeaseLost(self.name)
        self._renewed = asked

    async def keep(self) -> None:
        """Renew it until it is lost."""
        while self.held:
            await asyncio.sleep(self.term / 3)
            try:
                await self.renew()
            except LeaseLost:
                return
            except DATABASE_ERRORS as error:
                log.warning("lease not renewed", lease=self.name, error=str(error))

    async def give_back(self) -> None:
        """Let the next one begin at once."""
        self._lost = True
        await self.pool.execute(
            "UPDATE lease SET until = '-infinity' WHERE name = $1 AND epoch = $2", self.name, self.epoch, timeout=self.term
        )

    async def checkpoint(self) -> int:
        """Where the holder of this epoch begins; earlier epochs can no longer move it.

        Raises:
            LeaseLost: a later epoch has been here.
        """
        position: int | None = await self.pool.fetchval(
            """INSERT INTO checkpoint AS mine (name, position, epoch, holder, updated_at) VALUES ($1, 0, $2, $3, clock_timestamp())
               ON CONFLICT (name) DO UPDATE SET epoch = $2, holder = $3, updated_at = clock_timestamp() WHERE mine.epoch <= $2
               RETURNING position""",
            self.name, self.epoch, self.holder,
        )  # fmt: skip
        if position is None:
            self._lost = True
            raise LeaseLost(self.name)
        return position

    async def advance(self, position: int) -> None:
        """Move the checkpoint forward, if this epoch still may.

        Raises:
            LeaseLost: it may not.
        """
        await self._move(position, " AND position <= $3")

    async def rewind(self, position: int) -> None:
        """Set the checkpoint back, if this epoch still may.

        Raises:
            LeaseLost: it may not.
        """
        await self._move(position, " AND position >= $3")

    async def _move(self, position: int, condition: str) -> None:
        status = await self.pool.execute(
            "UPDATE checkpoint SET position = $3, updated_at = clock_timestamp() WHERE name = $1 AND epoch = $2" + condition,
            self.name, self.epoch, position,
        )  # fmt: skip
        if status != "UPDATE 1":
            self._lost = True
            raise LeaseLost(self.name)


@dataclass
class _Seen:
    """What a waiting process last saw in the row, and since when."""

    epoch: int = -1
    until: datetime | None = None
    since: float = field(default_factory=time.monotonic)


async def take_lease(pool: Pool, name: str, term: float = TERM, seen: _Seen | None = None) -> Lease | None:
    """Take the lease if it is free, run out, or has stood unrenewed for a term since it was first `seen` so."""
    asked = time.monotonic()
    seen = seen or _Seen()
    stale = asked - seen.since > term
    epoch: int | None = await pool.fetchval(
        """INSERT INTO lease AS held (name, holder, epoch, until) VALUES ($1, $2, 1, clock_timestamp() + $3)
           ON CONFLICT (name) DO UPDATE SET holder = $2, epoch = held.epoch + 1, until = clock_timestamp() + $3
           WHERE held.until < clock_timestamp() OR (held.epoch = $4 AND held.until = $5)
           RETURNING epoch""",
        name, holder_name(), timedelta(seconds=term), seen.epoch if stale else -1, seen.until,
    )  # fmt: skip
    if epoch is not None:
        return Lease(pool, name, holder_name(), epoch, term, asked)
    row = await pool.fetchrow("SELECT epoch, until FROM lease WHERE name = $1", name)
    if row is not None and (row["epoch"], row["until"]) != (seen.epoch, seen.until):
        seen.epoch, seen.until, seen.since = row["epoch"], row["until"], time.monotonic()
    return None


async def _wait_for(pool: Pool, name: str, term: float, shutdown: Shutdown) -> Lease:
    seen = _Seen()
    while True:
        shutdown.check()
        try:
            lease = await take_lease(pool, name, term, seen)
        except DATABASE_ERRORS as error:
            log.warning("lease not reachable", lease=name, error=str(error))
            lease = None
        if lease is not None:
            return lease
        await shutdown.pause(term / 4)


@contextlib.asynccontextmanager
async def hold_lease(pool: Pool, name: str, term: float = TERM, shutdown: Shutdown | None = None) -> AsyncIterator[Lease]:
    """Wait for the lease and keep it renewed while the block runs; afterwards give it back.

    Raises:
        Stopped: a stop was requested before it came.
    """
    lease = await _wait_for(pool, name, term, shutdown or Shutdown())
    log.info("lease taken", lease=name, epoch=lease.epoch)
    keeper = asyncio.create_task(lease.keep())
    try:
        yield lease
    finally:
        await cancel_all([keeper])
        with contextlib.suppress(*DATABASE_ERRORS):
            await lease.give_back()


async def reset_checkpoint(pool: Pool, name: str, position: int) -> int:
    """Set the checkpoint to ``position`` under a new epoch: the holder of the lease loses it and begins there. Returns the epoch."""
    async with pool.acquire() as connection, connection.transaction():
        epoch: int = await connection.fetchval(
            """INSERT INTO lease AS held (name, holder, epoch, until) VALUES ($1, $2, 1, '-infinity')
               ON CONFLICT (name) DO UPDATE SET holder = $2, epoch = held.epoch + 1, until = '-infinity' RETURNING epoch""",
            name, holder_name(),
        )  # fmt: skip
        await connection.execute(
            """INSERT INTO checkpoint (name, position, epoch, holder, updated_at) VALUES ($1, $2, $3, $4, clock_timestamp())
               ON CONFLICT (name) DO UPDATE SET position = $2, epoch = $3, holder = $4, updated_at = clock_timestamp()""",
            name, position, epoch, holder_name(),
        )  # fmt: skip
    return epoch
