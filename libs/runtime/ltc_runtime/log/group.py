"""Group commit: concurrent work is decided in order and written by one statement."""

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

import asyncpg

from ..service import Service
from .connection import DATABASE_ERRORS, close_quietly, connect, is_definite
from .errors import AlreadyThere, CheckpointMoved, HeadMoved, OtherModels, Unavailable, Unstorable
from .models import models_of
from .plan import Plan, Work
from .recent import Recent
from .states import States
from .write import statement

T = TypeVar("T")

BATCH = 128
"""Works in one batch: more gains nothing, fewer loses (8 halves the throughput)."""

ANSWERED_AFTER = 32
"""Works planned before other tasks of this process have a turn."""

RECONNECTS = 5
"""Attempts, a tenth of a second apart, before the database counts as away."""

BACK_OFF = 0.02
"""Seconds during which batches take the lock first, after another process was seen to append."""


@dataclass(slots=True, eq=False)
class Entry(Generic[T]):
    """A work and who waits for it."""

    work: Work[T]
    future: "asyncio.Future[T]"
    outcome: Any = None
    failure: BaseException | None = None
    careful: bool = False
    """Set when an assumption (a fresh stream) proved wrong: read everything."""

    def resolve(self) -> None:
        """Set the outcome of the future, unless it was cancelled."""
        if self.future.done():
            return
        if self.failure is not None:
            self.future.set_exception(self.failure)
        else:
            self.future.set_result(self.outcome)


@dataclass
class Group:
    """The one writer of a process: a queue, a connection, one transaction in flight."""

    service: Service
    dsn: str
    now: Callable[[], tuple[datetime, datetime]]
    """Business time and system time."""
    committed: Callable[[int], None]
    """Told the new head after each commit."""
    partitions: int = 0
    log_id: UUID | None = None
    head: int = 0
    states: States = field(init=False)
    recent: Recent = field(init=False)

    def __post_init__(self) -> None:
        self.states = States(self.service)
        self.recent = Recent()
        self._queue: deque[Entry[Any]] = deque()
        self._wake = asyncio.Event()
        self._connection: asyncpg.Connection | None = None
        self._lock_until = 0.0
        self._task: asyncio.Task[None] | None = None
        self._closing = False
        self._writing: Plan | None = None  # what may or may not be committed when the connection breaks

    async def start(self) -> None:
        """Connect and begin to drain."""
        await self._connected()
        self._task = asyncio.create_task(self._drain(), name="drain")

    async def stop(self) -> None:
        """Finish what is queued, then close."""
        self._closing = True
        self._wake.set()
        if self._task:
            await self._task
        if self._connection:
            await close_quietly(self._connection)

    async def submit(self, work: Work[T]) -> T:
        """Decide and write ``work``; returns after its commit."""
        if self._closing:
            raise Unavailable("shutting down")
        entry = Entry(work, asyncio.get_running_loop().create_future())
        self._queue.append(entry)
        self._wake.set()
        outcome: T = await entry.future
        return outcome

    @property
    def waiting(self) -> int:
        """Works in the queue."""
        return len(self._queue)

    async def _drain(self) -> None:
        while not (self._closing and not self._queue):
            await self._wake.wait()
            self._wake.clear()
            while self._queue:
                batch = [self._queue.popleft() for _ in range(min(BATCH, len(self._queue)))]
                await self._settle([entry for entry in batch if not entry.future.done()])

    async def _settle(self, batch: list[Entry[Any]]) -> None:
        """Bring every entry to an outcome, whatever happens."""
        if not batch:
            return
        try:
            await self._commit(batch)
        except Exception as error:
            failure = Unavailable(str(error)) if isinstance(error, DATABASE_ERRORS) else error
            for entry in batch:
                entry.failure = entry.failure or failure
                entry.resolve()

    async def _commit(self, batch: list[Entry[Any]]) -> None:
        """One attempt, and what follows from its failure."""
        self._writing = None
        try:
            connection = await self._connected()
            plan = await self._attempt(connection, batch)
        except HeadMoved:
            self._lock_until = asyncio.get_running_loop().time() + BACK_OFF
            await self._commit(batch)
        except OtherModels:
            raise
        except Exception as error:
            if is_definite(error):
                if getattr(error, "sqlstate", "").startswith("42"):
                    await self._must_fit()
                await self._singly(batch, error)
            elif self._writing is not None or isinstance(error, DATABASE_ERRORS):
                await self._recover(batch, self._writing)
            else:
                raise
        else:
            self._conclude(batch, plan)

    async def _attempt(self, connection: asyncpg.Connection, batch: list[Entry[Any]]) -> Plan:
        if asyncio.get_running_loop().time() >= self._lock_until:
            return await self._write(connection, await self._decide(connection, batch))
        async with connection.transaction():  # no other process can move the head while it is locked
            position: int = await connection.fetchval("SELECT lock_head()")
            await self.states.refresh(connection, self.head, position)
            self.head = position
            return await self._write(connection, await self._decide(connection, batch))

    async def _decide(self, connection: asyncpg.Connection, batch: list[Entry[Any]]) -> Plan:
        fresh = {stream for entry in batch if not entry.careful for stream in entry.work.fresh}
        streams = [stream for entry in batch for stream in entry.work.streams if stream not in fresh]
        now = self.now()
        streams += [numbered.stream(now[0].year) for numbered in self.service.numbered.values()]
        tails = [key for entry in batch for key in entry.work.tails]
        await self.states.load(connection, streams, tails)
        plan = Plan(self.states, self.head, now, self.partitions)
        plan.assume_fresh(fresh)
        for number, entry in enumerate(batch, 1):
            if number % ANSWERED_AFTER == 0:
                await asyncio.sleep(0)  # other tasks run meanwhile; none of them decides
            savepoint = plan.savepoint()
            entry.failure = None
            try:
                entry.outcome = entry.work.plan(plan)
            except Exception as error:
                plan.rollback(savepoint)
                entry.failure = error
        return plan

    async def _write(self, connection: asyncpg.Connection, plan: Plan) -> Plan:
        """Write the plan if the head has not moved; with nothing to write, make sure that it has not."""
        if not (plan.rows or plan.writes or plan.advances):
            if await connection.fetchval("SELECT position FROM head") != self.head:
                raise HeadMoved
            return plan
        sql, arguments = statement(plan, self.head)
        self._writing = plan
        try:
            await connection.fetchrow(sql, *arguments)
        except asyncpg.PostgresError as error:
            if error.sqlstate == "LT001":
                raise HeadMoved from None
            if error.sqlstate == "LT003":
                raise OtherModels from None
            raise
        return plan

    async def _must_fit(self) -> None:
        """A statement does not fit the tables: it may be that they are those of another version."""
        models = await (await self._connected()).fetchval("SELECT models FROM head")
        if models not in (None, models_of(self.service.projections)):
            raise OtherModels

    def _conclude(self, batch: list[Entry[Any]], plan: Plan) -> None:
        self.states.absorb(plan.streams, plan.tails, plan.blocks)
        if plan.rows:
            self.recent.add(plan.rows)
            self.head = plan.head
            self.committed(self.head)
        for entry in batch:
            entry.resolve()

    async def _singly(self, batch: list[Entry[Any]], error: BaseException) -> None:
        """The server said no to the batch: find the guilty one by trying each alone."""
        if len(batch) > 1:
            for entry in batch:
                await self._settle([entry])
            return
        (entry,) = batch
        if getattr(error, "sqlstate", "") == "23505" and entry.work.fresh and not entry.careful:
            entry.careful = True
            await self._settle(batch)
            return
        entry.failure = translated(error)
        entry.resolve()

    async def _recover(self, batch: list[Entry[Any]], plan: Plan | None) -> None:
        """The connection broke. If that was in the middle of a write, look whether it was committed before deciding again."""
        await self._disconnect()
        connection = await self._reconnected()
        async with connection.transaction():
            self.head = await connection.fetchval("SELECT lock_head()")  # waits for a back end that is still committing
            done = plan is not None and plan.rows and await self._is_there(connection, plan)
        if done:
            self.committed(self.head)
            for entry in batch:
                entry.resolve()
        else:
            await self._commit(batch)

    async def _is_there(self, connection: asyncpg.Connection, plan: Plan) -> bool:
        row = plan.rows[0]
        found = await connection.fetchval("SELECT true FROM log WHERE position = $1 AND event_id = $2", row.position, row.event_id)
        return bool(found)

    async def _reconnected(self) -> asyncpg.Connection:
        for _ in range(RECONNECTS - 1):
            with suppress(*DATABASE_ERRORS):
                return await self._connected()
            await asyncio.sleep(0.1)
        return await self._connected()

    async def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await close_quietly(connection)

    async def _connected(self) -> asyncpg.Connection:
        if self._connection is not None and not self._connection.is_closed():
            return self._connection
        models = {"ltc.models": models_of(self.service.projections)}
        connection = await connect(self.dsn, name=f"{self.service.name} append", pinned=True, settings=models)
        row = await connection.fetchrow("SELECT position, log_id, cardinality(tails) AS partitions FROM head")
        assert row is not None, "the database is not migrated"
        self.head, self.log_id, self.partitions = row["position"], row["log_id"], row["partitions"]
        self.states.forget()
        self.recent.forget()
        self._connection = connection
        return connection


def translated(error: BaseException) -> BaseException:
    """What a database error means for the caller of `submit`."""
    state = getattr(error, "sqlstate", None) or ""
    if state == "23505":
        return AlreadyThere(str(error))
    if state == "LT002":
        return CheckpointMoved(str(error))
    if state.startswith("22"):
        return Unstorable()
    if state.startswith(("40", "53", "55", "57", "08")):
        return Unavailable(str(error))
    return error
