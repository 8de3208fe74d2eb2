"""Answers that no retry asks for any more are deleted, a few at a time, by one process of a service.

What they guarded stays guarded: ids of events follow from the key, so a retry that comes later still is refused
(`already-done`), it only gets no answer any more.
"""

from .http.uploads import discard
from .log import Log
from .messaging.lease import Lease
from .settings import Settings
from .shutdown import Shutdown
from .single_worker import as_single_worker
from .worker_status import WorkerStatus

LEASE = "tidy"
BATCH = 500
LOOK_SECONDS = 60.0
BREATH = 0.05
"""Seconds between two batches, so that commands go first."""

_DELETE = """
DELETE FROM answer WHERE ctid = ANY(ARRAY(
    SELECT ctid FROM answer WHERE at < clock_timestamp() - make_interval(secs => $1) LIMIT $2 FOR UPDATE SKIP LOCKED
))
"""

LEFT = "SELECT id FROM upload WHERE state = 'arriving' AND at < clock_timestamp() - interval '1 day'"
"""Files whose caller, or whose process, went away before they were whole."""


async def run_cleanup(log: Log, settings: Settings, shutdown: Shutdown | None = None, status: WorkerStatus | None = None) -> None:
    """Delete what is too old for as long as the process lives, under a lease.

    Raises:
        Stopped: a stop was requested.
    """
    shutdown, status = shutdown or Shutdown(), status or WorkerStatus()
    seconds = settings.answer_days * 24 * 3600

    async def tidying(lease: Lease) -> None:
        status.set("tidying")
        while lease.held:
            full = await delete_old(log, seconds) == BATCH
            for row in await log.pool.fetch(LEFT):
                await discard(log.pool, row["id"])
            await shutdown.pause(BREATH if full else LOOK_SECONDS)

    await as_single_worker(log, LEASE, settings, shutdown, status, tidying)


async def delete_old(log: Log, seconds: float) -> int:
    """Delete a batch of the answers older than so many seconds; returns how many."""
    status: str = await log.pool.execute(_DELETE, seconds, BATCH)
    return int(status.removeprefix("DELETE "))
