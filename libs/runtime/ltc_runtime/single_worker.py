"""Work that one process of a service does at a time, for as long as it lives; the others stand by."""

from collections.abc import Awaitable, Callable

import structlog
from ltc_events import Refusal

from .log import AlreadyThere, CheckpointMoved, Log, Unavailable
from .log.connection import DATABASE_ERRORS
from .messaging.lease import Lease, hold_lease
from .settings import Settings
from .shutdown import Shutdown
from .worker_status import WorkerStatus

PAUSE = 0.2
"""Seconds before it is begun anew."""

PASSES = (*DATABASE_ERRORS, Unavailable, CheckpointMoved, AlreadyThere, Refusal)
"""The database is away, or another process did meanwhile what was begun: the next attempt begins with what is there."""

logger = structlog.get_logger(__name__)


async def as_single_worker(
    log: Log, name: str, settings: Settings, shutdown: Shutdown, status: WorkerStatus, work: Callable[[Lease], Awaitable[None]]
) -> None:
    """Do ``work`` whenever this process has the lease; anew whenever it fails by what passes.

    Args:
        log: whose lease it is.
        name: of the lease.
        settings: how long a lease lasts.
        stopping: the request to stop.
        doing: what ``/readyz`` reports.
        work: goes on while the lease it is given is held, and looks whether to stop.

    Raises:
        Stopped: a stop was requested, while waiting or by ``work``.
    """
    while True:
        status.set("standing by")
        async with hold_lease(log.pool, name, settings.lease_seconds, shutdown) as lease:
            try:
                await work(lease)
            except PASSES as error:
                status.set("beginning anew", error=type(error).__name__)
                logger.warning("work begins anew", lease=name, error=f"{type(error).__name__}: {error}")
        await shutdown.pause(PAUSE)
