"""CPU-seconds until all five services are ready, against five bare FastAPI apps; and how long `ltc --help` takes."""

import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import psutil
from ltc_runtime.settings import Settings
from ltc_stack.embedded import Stack

from .post import uvicorn

ROUNDS = 3
SERVERS = ("java", "postgres")


@dataclass(frozen=True)
class Start:
    """What starting costs, each figure the median of its rounds."""

    services: Sequence[float]
    apps: Sequence[float]
    ready_seconds: Sequence[float]
    help: Sequence[float]
    neighbour_help: Sequence[float]

    def line(self) -> str:
        """As `make bench` prints it."""
        return (
            f"{figure('start', self.services, self.apps, 'CPU-seconds', 14.0)} ready={statistics.median(self.ready_seconds):.1f}s\n"
            f"{figure('start-help', self.help, self.neighbour_help, 'seconds', 0.5)}"
        )


def figure(name: str, ours: Sequence[float], neighbour: Sequence[float], unit: str, aim: float) -> str:
    """One line."""
    mine, theirs = statistics.median(ours), statistics.median(neighbour)
    return (
        f"bench {name} ours={mine:.2f} neighbour={theirs:.2f} unit={unit} ratio={mine / theirs:.2f} aim={aim}"
        f" range={min(ours):.2f}..{max(ours):.2f}"
    )


async def start() -> Start:
    """Ours and the neighbour take turns. The stack's servers run already when its services are started."""
    services, apps, ready, ours, theirs = [], [], [], [], []
    for _ in range(ROUNDS):
        used, seconds = await of_services()
        services.append(used)
        ready.append(seconds)
        apps.append(await of_apps(5))
        ours.append(await asyncio.to_thread(took, "ltc"))
        theirs.append(await asyncio.to_thread(took, "typer"))
    return Start(services, apps, ready, ours, theirs)


async def of_services() -> tuple[float, float]:
    """CPU-seconds of the five services and of the process that forks them, and seconds from their start until all are ready."""
    with tempfile.TemporaryDirectory(prefix="ltc-bench-") as directory:
        stack = Stack(Settings(data_dir=Path(directory)))
        try:
            await stack.start_servers()
            began = time.perf_counter()
            await stack.start_services()
            seconds = time.perf_counter() - began
            return used_by_children(), seconds
        finally:
            await stack.stop()


async def of_apps(count: int) -> float:
    """CPU-seconds of so many bare apps."""
    async with AsyncExitStack() as cleanup:
        for _ in range(count):
            await cleanup.enter_async_context(uvicorn("benchmarks.hello:app"))
        return used_by_children()


def used_by_children() -> float:
    """User and system seconds of every process below this one, except PostgreSQL and Kafka."""
    total = 0.0
    for process in psutil.Process().children(recursive=True):
        if process.name().startswith(SERVERS):
            continue
        times = process.cpu_times()
        total += times.user + times.system
    return total


def took(program: str) -> float:
    """Seconds that a program of ours, or of the environment it is installed in, takes to print its help."""
    began = time.perf_counter()
    subprocess.run([Path(sys.executable).with_name(program), "--help"], stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - began
