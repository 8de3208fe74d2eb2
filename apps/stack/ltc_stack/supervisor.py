"""Keeps the processes of the services running: starts them, restarts what dies, stops all of them in order."""

import asyncio
import contextlib
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx
import structlog
from ltc_runtime.settings import Settings

from .child import Child, DidNotStart
from .fork_server import SUPPORTED, ForkedChild, ForkServer

FIRST_PAUSE = 0.1
LONGEST_PAUSE = 5.0
STEADY_SECONDS = 10.0
POLL_SECONDS = 0.05
READY_SECONDS = 120.0
"""On a busy machine five processes that load their libraries at once take their time."""

log = structlog.get_logger(__name__)


class Supervised:
    """A process of a service that is restarted when it dies.

    Args:
        name: what it is called; the service's name for the first process of a service.
        settings: its settings, handed over by the environment.
        environment: the variables it gets beside its settings.
        log: the file of its output.
    """

    def __init__(self, name: str, settings: Settings, environment: Mapping[str, str], log: Path) -> None:
        self.name = name
        self.settings = settings
        self.environment = dict(environment)
        self.log = log
        self.program = [sys.executable, "-m", "ltc_runtime.process", settings.service]
        self.should_run = False
        self.starts = 0
        self.fork_server: ForkServer | None = None
        self._child: Child | None = None
        self._pause = 0.0
        self._started = 0.0
        self._due = 0.0

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://{self.settings.host}:{self.settings.port}"

    @property
    def pid(self) -> int | None:
        """Its process id while it runs."""
        return self._child.pid if self._child is not None else None

    @property
    def status(self) -> int | None:
        """How it ended last: its exit code, or the negative signal."""
        return self._child.status if self._child is not None else None

    @property
    def restarts(self) -> int:
        """How often it was started again."""
        return max(0, self.starts - 1)

    def launch(self) -> None:
        """Start it now. What `environment` says at this moment holds for this start."""
        env = {**self.environment, **self.settings.environment()}
        if self.fork_server is not None and self.fork_server.fits(env):
            self._child = ForkedChild(self.name, self.settings.service, self.log, env, self.fork_server)
        else:
            self._child = Child(self.name, self.program, self.log, env=env)
        self._child.start()
        self.should_run = True
        self.starts += 1
        self._started = time.monotonic()

    def check(self) -> None:
        """Start it again if it died: at once the first time, then after ever longer pauses, until it ran steadily for a while."""
        if not self.should_run or (self._child is not None and self._child.alive):
            return
        now = time.monotonic()
        if not self._due:
            if now - self._started > STEADY_SECONDS:
                self._pause = 0.0
            log.warning("process ended", process=self.name, status=self.status, again_in=self._pause, log=str(self.log))
            self._due = now + self._pause
            self._pause = min(LONGEST_PAUSE, max(FIRST_PAUSE, self._pause * 2))
        if now >= self._due:
            self._due = 0.0
            self.launch()

    def send(self, number: signal.Signals) -> None:
        """Send it a signal: SIGKILL to kill it, SIGSTOP and SIGCONT to freeze and thaw it."""
        if self._child is not None:
            self._child.send(number)

    async def kill(self) -> None:
        """Kill it (SIGKILL); the supervisor starts it again."""
        if self._child is not None:
            await self._child.kill()

    async def stop(self) -> None:
        """Stop it in order and leave it stopped until it is launched again."""
        self.should_run = False
        if self._child is not None:
            self._child.send(signal.SIGCONT)
            await self._child.stop(signal.SIGTERM, self.settings.unready_seconds + self.settings.drain_seconds + 5)

    async def ready(self, seconds: float = READY_SECONDS) -> None:
        """Wait until it says that it is ready, across restarts.

        Raises:
            DidNotStart: it does not within the time.
        """
        until = time.monotonic() + seconds
        async with httpx.AsyncClient(base_url=self.url, trust_env=False, timeout=5.0) as client:
            while True:
                if self.pid is not None and await says_ready(client):
                    return
                if time.monotonic() > until:
                    assert self._child is not None
                    raise DidNotStart(self._child)
                await asyncio.sleep(POLL_SECONDS)


async def says_ready(client: httpx.AsyncClient) -> bool:
    """Whether a process answers its readiness probe with 200."""
    try:
        return (await client.get("/readyz")).status_code == 200
    except httpx.HTTPError:
        return False


class Supervisor:
    """All processes of the services on this machine.

    Args:
        fork_server: makes the processes where that is possible; without, each is started by itself.
    """

    def __init__(self, fork_server: ForkServer | None = None) -> None:
        self.fork_server = fork_server if SUPPORTED else None
        self._processes: dict[str, Supervised] = {}
        self._watch: asyncio.Task[None] | None = None

    def __getitem__(self, name: str) -> Supervised:
        return self._processes[name]

    def __iter__(self) -> Iterator[Supervised]:
        return iter(self._processes.values())

    def prepare(self) -> None:
        """Start the fork server, so that it is ready when the first process is added."""
        if self.fork_server is not None:
            self.fork_server.start()

    def add(self, process: Supervised) -> Supervised:
        """Start a process and keep it running."""
        if process.name in self._processes:
            raise ValueError(f"{process.name} runs already")
        self._processes[process.name] = process
        process.fork_server = self.fork_server
        process.launch()
        if self._watch is None:
            self._watch = asyncio.create_task(self._check_all(), name="supervisor")
        return process

    async def remove(self, name: str) -> None:
        """Stop a process and forget it."""
        await self._processes.pop(name).stop()

    async def ready(self, seconds: float = READY_SECONDS) -> None:
        """Wait until all say that they are ready."""
        await asyncio.gather(*(process.ready(seconds) for process in self))

    async def stop(self) -> None:
        """Stop all of them, at the same time."""
        if self._watch is not None:
            self._watch.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watch
            self._watch = None
        await asyncio.gather(*(process.stop() for process in self))
        self._processes.clear()
        if self.fork_server is not None:
            await self.fork_server.stop()

    async def _check_all(self) -> None:
        while True:
            for process in list(self):
                process.check()
            await asyncio.sleep(POLL_SECONDS)
