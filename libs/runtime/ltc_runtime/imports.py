"""Take over: files that were brought along, row by row, under a lease. What rows found and how far they are noted commit together.

So a process may be killed at any instant: the next one reads the file again from the start, passes over the rows that are
noted, and goes on. A row whose stream is there already is known, and founds nothing.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple
from uuid import UUID

import structlog
from ltc_events import (
    BadFile,
    BadRow,
    Batch,
    Command,
    FileRow,
    ImportJob,
    ImportKind,
    ImportRow,
    Refusal,
    RowError,
    RowReader,
    Stream,
    derive_id,
    fitted,
)

from .http.personal import KEYS, Sealer
from .http.uploads import UPLOAD, discard, read_parts
from .log import Log, Meta, Plan, Unstorable
from .messaging.lease import Lease
from .settings import Settings
from .shutdown import Shutdown
from .single_worker import as_single_worker
from .worker_status import WorkerStatus

LEASE = "take"
ROWS = 200
"""In one commit. Commands that come meanwhile wait for one batch at most."""

LOOK_SECONDS = 0.5
LONGEST_REASON = 200

logger = structlog.get_logger(__name__)


class Line(NamedTuple):
    """A row that is understood, or why it is not."""

    line: int
    wanted: ImportRow | None
    wrong: str = ""
    command: Command | None = None
    """What founds it; none where its stream was there before: nothing of that need be read."""
    keys: Sequence[Mapping[str, Any]] = ()
    """Of the persons in it."""


@dataclass
class ReadState:
    """Only looks at the state of a stream."""

    stream: Stream
    fresh: Sequence[Stream] = ()
    tails: Sequence[Any] = ()

    @property
    def streams(self) -> list[Stream]:
        """It."""
        return [self.stream]

    def plan(self, plan: Plan) -> Any:
        """Its state."""
        return plan.state(self.stream)


@dataclass
class ImportBatchWork:
    """A batch of rows: what they found, and that they were gone through."""

    taking: ImportKind[Any]
    id: UUID
    order: ImportJob
    lines: Sequence[Line]
    after: int
    tails: Sequence[Any] = ()

    @cached_property
    def fresh(self) -> list[Stream]:
        """What its rows want to found. If another is quicker the log says so, and they are read after all."""
        return [line.wanted.stream for line in self.lines if line.wanted is not None and line.command is not None]

    @property
    def streams(self) -> list[Stream]:
        """The import's, and whatever its rows want to found."""
        return [self.taking.decider.of(self.id), *self.fresh]

    def plan(self, plan: Plan) -> Batch:
        """Decide row by row; what one row breaks is that row's alone."""
        begin = plan.savepoint()
        new = known = 0
        errors: list[RowError] = []
        for line in self.lines:
            if line.wanted is None:
                errors.append(RowError(line=line.line, reason=line.wrong[:LONGEST_REASON]))
            elif line.command is None or plan.version(line.wanted.stream):
                known += 1
            elif reason := self._found(plan, line.line, line.command, line.keys):
                errors.append(RowError(line=line.line, reason=reason[:LONGEST_REASON]))
            else:
                new += 1
        if self.order.rehearsal:
            plan.rollback(begin)
        batch = Batch(self.after, new, known, tuple(errors))
        plan.decide(self.taking.note(self.id, batch), self._meta("rows", self.after))
        return batch

    def _found(self, plan: Plan, number: int, command: Command, keys: Sequence[Mapping[str, Any]]) -> str | None:
        savepoint = plan.savepoint()
        try:
            plan.decide(command, self._meta("row", number))
        except Refusal as refusal:
            plan.rollback(savepoint)
            return refusal.message
        for key in keys:
            plan.insert(KEYS, key)
        return None

    def _meta(self, what: str, number: int) -> Meta:
        return Meta(derive_id(self.id, what, number), self.order.actor, ("importer",))


@dataclass
class FinishImport:
    """Ends an import, and destroys the key of its file."""

    command: Command
    stream: Stream
    order: ImportJob
    fresh: Sequence[Stream] = ()
    tails: Sequence[Any] = ()

    @property
    def streams(self) -> list[Stream]:
        """The import's."""
        return [self.stream]

    def plan(self, plan: Plan) -> None:
        """Decide it."""
        plan.decide(self.command, Meta(derive_id(self.stream.id, "end"), self.order.actor, ("importer",)))
        plan.change(UPLOAD, {"id": self.order.upload_id, "state": "done"})
        plan.remove(KEYS, {"subject": self.order.upload_id})


async def run_imports(log: Log, settings: Settings, shutdown: Shutdown | None = None, status: WorkerStatus | None = None) -> None:
    """Take over what waits for as long as the process lives, the first that came first.

    Raises:
        Stopped: a stop was requested; what was gone through is noted.
    """
    shutdown, status = shutdown or Shutdown(), status or WorkerStatus()

    async def taking(lease: Lease) -> None:
        status.set("taking over")
        while lease.held:
            if not await import_next_file(log, shutdown, lease):
                await shutdown.pause(LOOK_SECONDS)

    await as_single_worker(log, LEASE, settings, shutdown, status, taking)


async def import_next_file(log: Log, shutdown: Shutdown | None = None, lease: Lease | None = None) -> bool:
    """Take over the file that waits longest, as long as the lease is held. Returns whether there was one."""
    row = await log.pool.fetchrow("SELECT id, state, stream, stream_id FROM upload WHERE state <> 'arriving' ORDER BY at LIMIT 1")
    if row is None:
        return False
    taking = next(taking for taking in log.service.imports if taking.decider.kind == row["stream"])
    await ImportRun(log, taking, Stream(row["stream"], row["stream_id"]), shutdown or Shutdown(), lease).go_on()
    if lease is None or lease.held:
        await discard(log.pool, row["id"])
    return True


@dataclass
class ImportRun:
    """One file on its way into the log."""

    log: Log
    taking: ImportKind[Any]
    stream: Stream
    shutdown: Shutdown
    lease: Lease | None = None
    _noting: asyncio.Task[Batch] | None = None

    async def go_on(self) -> None:
        """From where it stands to its end."""
        state = await self.log.submit(ReadState(self.stream))
        order = self.taking.order(state)
        if order is None:
            return
        try:
            reason = await self._through(state, order)
        except (BadFile, BadRow, LookupError) as error:
            reason = str(error)
        except Unstorable:  # asked again it would be so for ever, and whatever waits behind it with it
            reason = "what is in it cannot be stored"
        except (ValueError, TypeError, ArithmeticError) as error:
            logger.exception("a file could not be read", stream_id=str(self.stream.id))
            reason = f"it could not be read ({type(error).__name__})"
        if self._may_go_on and (latest := self.taking.order(await self.log.submit(ReadState(self.stream)))) is not None:
            await self.log.submit(FinishImport(self.taking.end(self.stream.id, reason), self.stream, latest))

    @property
    def _may_go_on(self) -> bool:
        return self.lease is None or self.lease.held

    async def _through(self, state: Any, order: ImportJob) -> str | None:
        """All rows; returns why it ends early, if it does."""
        try:
            return await self._batch_by_batch(state, order)
        finally:
            await self._noted()

    async def _batch_by_batch(self, state: Any, order: ImportJob) -> str | None:
        """A batch is made ready while the database writes the one before."""
        rows, reader, passed = 0, None, order.rows
        async for found in read_rows(self.log, self.taking, order):
            if reader is None:
                if not found:
                    continue
                header, found = found[0], found[1:]
                reader = self._reader(state, header)
                width = len(header.cells)
            for start in range(0, len(found), ROWS):
                part = found[start : start + ROWS]
                rows += len(part)
                fresh = part[max(0, len(part) - (rows - passed)) :] if rows > passed else []
                if not fresh:
                    continue
                began = time.monotonic()
                lines = await self._ready([understood(row, reader, width) for row in fresh])
                await self._noted()
                self.shutdown.check()
                if not self._may_go_on:
                    return None
                others = self.log.group.waiting
                self._noting = asyncio.create_task(self.log.submit(ImportBatchWork(self.taking, self.stream.id, order, lines, passed)))
                passed = rows
                # Where others wait, as much time is left to them as was taken.
                await asyncio.sleep(time.monotonic() - began if others else 0)
                await asyncio.sleep(0)  # once for it to be queued, once for it to be decided: what follows is done while it is written
        return "there is nothing in it" if reader is None else None

    async def _noted(self) -> None:
        """Until the batch before is on disk."""
        noting, self._noting = self._noting, None
        if noting is not None:
            await noting

    async def _ready(self, lines: Sequence[Line]) -> list[Line]:
        """With what each of them founds, the persons in it sealed."""
        there = await self._there(lines)
        return [line if line.wanted is None or line.wanted.stream.id in there else self._founding(line, line.wanted) for line in lines]

    def _founding(self, line: Line, wanted: ImportRow) -> Line:
        sealer = Sealer(self.log.pool)
        try:
            command = wanted.command(sealer.seal)
        except Refusal as refusal:
            return Line(line.line, None, refusal.message)
        return Line(line.line, wanted, command=command, keys=sealer.rows())

    async def _there(self, lines: Sequence[Line]) -> frozenset[UUID]:
        """Which of what these rows want to found is there already."""
        ids = [line.wanted.stream.id for line in lines if line.wanted is not None]
        found = await self.log.pool.fetch("SELECT stream_id FROM log WHERE stream_id = ANY($1) AND version = 1 AND origin IS NULL", ids)
        return frozenset(row["stream_id"] for row in found)

    def _reader(self, state: Any, header: FileRow) -> RowReader:
        if header.wrong is not None:
            raise BadFile(f"line {header.line} is no header: {header.wrong}")
        return self.taking.reader(state, header.cells)


def understood(row: FileRow, reader: RowReader, width: int) -> Line:
    """What a row wants, or why that cannot be."""
    if row.wrong is not None:
        return Line(row.line, None, row.wrong)
    try:
        return Line(row.line, reader(fitted(row.cells, width)))
    except BadRow as error:
        return Line(row.line, None, str(error))


def read_rows(log: Log, kind: ImportKind[Any], job: ImportJob) -> AsyncIterator[list[FileRow]]:
    """The rows of a file, some at a time.

    Raises:
        BadFile: it cannot be read.
    """
    return kind.rows(read_parts(log.pool, job.upload_id), job.encoding)
