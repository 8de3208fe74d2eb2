"""One process of a service: what its roles ask for, until it is asked to stop or something in it breaks.

``python -m ltc_runtime.process NAME``. Everything else comes from the environment (`settings`).
"""

import asyncio
import contextlib
import gc
import signal
import sys
from collections.abc import Coroutine
from typing import Any, NamedTuple

import structlog
import uvicorn
import uvloop
from pydantic import ValidationError

from . import telemetry, timers
from .cleanup import run_cleanup
from .clock import Clock
from .effects import run_effects
from .http.app import create_app
from .http.context import HttpContext
from .imports import run_imports
from .log import Log, open_log
from .logging_config import configure as configure_logging
from .messaging.broker_probe import probe_broker
from .messaging.inbox import run_inbox
from .messaging.relay import run_relay
from .messaging.topic_start import register_new_topics
from .policies import register_policies, run_policies
from .service import Service, load
from .settings import Settings, wrong
from .shutdown import Shutdown, Stopped, cancel_all
from .sockets import BACKLOG, open_sockets
from .worker_status import WorkerStatus

STOPPED, BROKEN, MISUSED = 0, 1, 2
GC_THRESHOLDS = (50_000, 20, 50)
DATABASE_PAUSES = (0.2, 0.5, 1.0, 2.0)
SERVER_SECONDS = 1.0
"""What uvicorn needs to end beside the time it gives to requests."""

logger = structlog.get_logger(__name__)


async def run(service: Service, settings: Settings) -> int:
    """Run until SIGTERM or SIGINT, or until a role breaks.

    Returns:
        The exit code: 0 when it was asked to stop, 1 when something broke and a supervisor should start it again.
    """
    shutdown = Shutdown()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, shutdown.request)
    try:
        log = await shutdown.interruptible(open_log_patiently(service, settings))
    except Stopped:
        return STOPPED
    await register_policies(log)
    await register_new_topics(log.pool, service.consumes)
    app = create_app(service, log, settings)
    try:
        listening = open_sockets(settings.host, settings.port)
    except OSError as error:
        logger.error("cannot listen: choose another LTC_HOST or LTC_PORT", host=settings.host, port=settings.port, error=str(error))
        await log.stop()
        return BROKEN
    server = http_server(app, settings)
    parts = workers_of(log, settings, shutdown)
    background = [asyncio.create_task(part.work, name=name) for name, part in parts.items()]
    report_workers(app.context, parts)
    serving = asyncio.create_task(server.serve(listening), name="api")
    freeze_memory()
    stop = asyncio.create_task(shutdown.wait(), name="a stop was requested")
    await asyncio.wait([stop, serving, *background], return_when=asyncio.FIRST_COMPLETED)
    broken = [task for task in (serving, *background) if task.done() and not has_stopped(task)]
    for task in broken:
        logger.error("role ended", role=task.get_name(), error=repr(None if task.cancelled() else task.exception()))
    app.state.draining = True
    shutdown.request()
    logger.info("stopping", broken=[task.get_name() for task in broken])
    await asyncio.gather(finish_workers(background, settings.drain_seconds), stop_serving(server, serving, settings, at_once=bool(broken)))
    stop.cancel()
    await log.stop()
    telemetry.shutdown()
    return BROKEN if broken else STOPPED


class Worker(NamedTuple):
    """Something that runs in the background, and what it says of itself."""

    work: Coroutine[Any, Any, None]
    status: WorkerStatus


def has_stopped(task: asyncio.Task[Any]) -> bool:
    """Whether a role ended because it was asked to."""
    return task.done() and not task.cancelled() and isinstance(task.exception(), Stopped)


async def finish_workers(background: list[asyncio.Task[Any]], seconds: float) -> None:
    """Let the roles end the round they are in, and give back their leases; a role that takes too long is cancelled, which is safe too."""
    if background:
        await asyncio.wait(background, timeout=seconds)
    await cancel_all(background)


async def stop_serving(server: uvicorn.Server, serving: asyncio.Task[Any], settings: Settings, *, at_once: bool) -> None:
    """Answer on until a load balancer has seen that we are not ready; then take nothing new, and finish what is under way."""
    if not at_once:
        await asyncio.wait({serving}, timeout=settings.unready_seconds)
    server.should_exit = True
    _, late = await asyncio.wait({serving}, timeout=settings.drain_seconds + SERVER_SECONDS)
    if late:
        logger.warning("requests were cut off")
        await cancel_all([serving])


def workers_of(log: Log, settings: Settings, shutdown: Shutdown) -> dict[str, Worker]:
    """What runs in the background, by role."""
    parts: dict[str, Worker] = {}
    if "hear" in settings.roles and log.service.consumes:
        parts["hear"] = Worker(run_inbox(log, settings, shutdown, status := WorkerStatus()), status)
    if "react" in settings.roles:
        if log.service.policies:
            parts["react"] = Worker(run_policies(log, settings, shutdown, status := WorkerStatus()), status)
        parts["timers"] = Worker(timers.run_timers(log, settings, shutdown, status := WorkerStatus()), status)
        if log.service.imports:
            parts["take"] = Worker(run_imports(log, settings, shutdown, status := WorkerStatus()), status)
        if log.service.effects:
            parts["effects"] = Worker(run_effects(log, settings, shutdown, status := WorkerStatus()), status)
        parts["tidy"] = Worker(run_cleanup(log, settings, shutdown, status := WorkerStatus()), status)
    if "relay" in settings.roles:
        parts["relay"] = Worker(run_relay(log, settings, shutdown, status := WorkerStatus()), status)
    if parts.keys() & {"hear", "relay"}:
        parts["kafka"] = Worker(probe_broker(settings, shutdown, status := WorkerStatus()), status)
    return parts


def report_workers(context: HttpContext, parts: dict[str, Worker]) -> None:
    """Have the probes report the parts."""
    context.states.update({name: part.status.report for name, part in parts.items()})
    context.alive.update({name: part.status.alive for name, part in parts.items()})


def http_server(app: Any, settings: Settings) -> uvicorn.Server:
    """The server of the edge. Every process has one: without the role ``api`` it answers probes and metrics only."""
    config = uvicorn.Config(
        app,
        loop="none",
        http="httptools",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        backlog=BACKLOG,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=max(1, round(settings.drain_seconds)),
    )
    return QuietServer(config)


class QuietServer(uvicorn.Server):
    """A server that leaves the signals to us."""

    @contextlib.contextmanager
    def capture_signals(self) -> Any:
        """Signals first make us not ready, then stop the roles, then the server."""
        yield


async def open_log_patiently(service: Service, settings: Settings) -> Log:
    """The log, as soon as the database answers."""
    attempt = 0
    while True:
        try:
            return await open_log(settings.database, service, Clock(settings.clock))
        except (OSError, TimeoutError) as error:
            pause = DATABASE_PAUSES[min(attempt, len(DATABASE_PAUSES) - 1)]
            logger.warning("database does not answer", error=str(error), again_in=pause)
            await asyncio.sleep(pause)
            attempt += 1


def freeze_memory() -> None:
    """What was loaded stays; the collector need not look at it again, nor look often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)


def main(argv: list[str]) -> int:
    """Run the service named in ``argv``, or by ``LTC_SERVICE``."""
    try:
        settings = Settings()
    except ValidationError as error:
        print(wrong(error), file=sys.stderr)
        return MISUSED
    name = argv[0] if argv else settings.service
    if not name:
        print("which service? `python -m ltc_runtime.process NAME`, or set LTC_SERVICE", file=sys.stderr)
        return MISUSED
    if not settings.database:
        print("LTC_DATABASE is not set: the PostgreSQL URL of the service's own login", file=sys.stderr)
        return MISUSED
    settings = settings.model_copy(update={"service": name})
    configure_logging(settings)
    try:
        service = load(name)
    except LookupError as error:
        print(error, file=sys.stderr)
        return MISUSED
    telemetry.configure(name)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(run(service, settings))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
