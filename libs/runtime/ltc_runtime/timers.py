"""Timers: commands that waited for their time by the business clock. Firing and its mark commit together, ``[]`` included."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
import orjson
import structlog
from ltc_events import Command, Refusal, Stream

from . import telemetry
from .log import AlreadyThere, Log, Meta, Plan
from .log.tables import timer
from .messaging.lease import Lease
from .settings import Settings
from .shutdown import Shutdown
from .single_worker import as_single_worker
from .worker_status import WorkerStatus

BATCH = 200
LEASE = "timers"
LOOK_SECONDS = 0.5

logger = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Fire:
    """One timer that is due."""

    log: Log
    command_id: UUID
    command: Command | None
    """``None`` marks it only: its command took effect before, or is refused for good."""
    meta: Meta
    fresh: tuple[Stream, ...] = ()
    tails: tuple[Any, ...] = ()

    @property
    def streams(self) -> Sequence[Stream]:
        """The streams its command names."""
        return [] if self.command is None else self.log.service.decider_of[type(self.command)].streams(self.command)

    def plan(self, plan: Plan) -> None:
        """Decide its command and mark it as fired."""
        if self.command is not None:
            plan.decide(self.command, self.meta)
        plan.change(timer, {"command_id": self.command_id, "fired": plan.today})


async def run_timers(log: Log, settings: Settings, shutdown: Shutdown | None = None, status: WorkerStatus | None = None) -> None:
    """Fire what is due for as long as the process lives, under a lease.

    Raises:
        Stopped: a stop was requested; what was fired is marked.
    """
    shutdown, status = shutdown or Shutdown(), status or WorkerStatus()

    async def firing(lease: Lease) -> None:
        status.set("firing")
        while lease.held:
            shutdown.check()
            if not await fire_due(log):
                await shutdown.pause(LOOK_SECONDS)

    await as_single_worker(log, LEASE, settings, shutdown, status, firing)


async def fire_due(log: Log) -> int:
    """Fire the timers that are due by the business clock; returns how many."""
    rows = await log.pool.fetch(
        "SELECT command_id, kind, command, meta FROM timer WHERE fired IS NULL AND due <= $1 ORDER BY due LIMIT $2", log.clock.now(), BATCH
    )
    await asyncio.gather(*(_fire_one(log, row) for row in rows))
    return len(rows)


async def _fire_one(log: Log, row: asyncpg.Record) -> None:
    work = due_work(log, row)
    try:
        with telemetry.Span(f"fire {row['kind']}", telemetry.INTERNAL, links=_links(row)):
            await log.submit(work)
    except AlreadyThere:
        await log.submit(Fire(log, work.command_id, None, work.meta))
    except Refusal as refusal:
        # A timer's rule answers [] when it comes too late; a refusal is a rule that was forgotten. It is logged and not repeated.
        logger.error("a timer was refused", kind=row["kind"], command_id=str(row["command_id"]), code=refusal.code())
        await log.submit(Fire(log, work.command_id, None, work.meta))


def due_work(log: Log, row: asyncpg.Record) -> Fire:
    """The work of a row of the table ``timer``."""
    kinds = {command.__name__: command for command in log.service.decider_of}
    kept = orjson.loads(row["meta"])
    meta = Meta(
        command_id=row["command_id"],
        actor=kept["actor"],
        roles=("service",),
        correlation_id=UUID(kept["correlation_id"]),
        causation_id=UUID(kept["causation_id"]),
        traceparent=None,
    )
    return Fire(log, row["command_id"], kinds[row["kind"]].model_validate_json(row["command"]), meta)


def _links(row: asyncpg.Record) -> list[str]:
    traceparent = orjson.loads(row["meta"])["traceparent"]
    return [traceparent] if traceparent else []
