"""What the processes and the server hold, sample by sample: a leak shows as growth."""

import asyncio
import statistics
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import asyncpg

from ..platform import Platform

EVERY = 5.0
MEGABYTE = 1024 * 1024


class Gauges:
    """Resident memory and open files by process of a service, connections of the database server."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.memory: dict[tuple[str, int], list[tuple[float, float]]] = defaultdict(list)
        """By name and process id: (seconds since it was first seen, megabytes)."""
        self.files: dict[str, list[int]] = defaultdict(list)
        self.connections: list[int] = []
        self._seen: dict[int, float] = {}

    async def watch(self) -> None:
        """Sample until cancelled."""
        while True:
            for process in list(self.platform.stack.services):
                if process.pid is not None:
                    self._look(process.name, process.pid)
            try:
                connection = await asyncpg.connect(self.platform.stack.postgres_url, timeout=2)
                self.connections.append(await connection.fetchval("SELECT count(*) FROM pg_stat_activity WHERE datname IS NOT NULL"))
                await connection.close(timeout=2)
            except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
                pass  # it is down just now
            await asyncio.sleep(EVERY)

    def lines(self) -> list[str]:
        """What a person reads."""
        first, last = ends(self.connections)
        lines = [f"connections of PostgreSQL: {first:.0f} → {last:.0f}, {max(self.connections, default=0)} at most"]
        return lines + [
            f"{name}: {grown[0]:.0f} → {grown[1]:.0f} MB in {grown[2]:.0f} s, at most {max(self.files[name])} files"
            for name, grown in self._growth().items()
        ]

    def figures(self) -> dict[str, object]:
        """The same for machines."""
        memory = {name: {"first": grown[0], "last": grown[1], "seconds": grown[2]} for name, grown in self._growth().items()}
        return {"memory_mb": memory, "connections": ends(self.connections), "files": {name: max(of) for name, of in self.files.items()}}

    def _growth(self) -> dict[str, tuple[float, float, float]]:
        """Of each service the process that lived longest: megabytes at its beginning and at its end, and its age."""
        grown = {}
        for name in self.platform.stack.names:
            series = max((samples for (of, _), samples in self.memory.items() if of == name), key=len, default=[])
            if len(series) < 4:
                continue
            first, last = ends([size for _, size in series])
            grown[name] = (first, last, series[-1][0])
        return grown

    def _look(self, name: str, pid: int) -> None:
        try:
            pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
            files = len(list(Path(f"/proc/{pid}/fd").iterdir()))
        except (OSError, IndexError):
            return  # it died just now
        born = self._seen.setdefault(pid, time.monotonic())
        self.memory[name, pid].append((time.monotonic() - born, pages * 4096 / MEGABYTE))
        self.files[name].append(files)


def ends(series: Sequence[float]) -> tuple[float, float]:
    """The median of the first quarter, and that of the last."""
    quarter = max(1, len(series) // 4)
    return (statistics.median(series[:quarter]), statistics.median(series[-quarter:])) if series else (0.0, 0.0)
