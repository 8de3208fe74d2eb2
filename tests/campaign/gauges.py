"""What the processes and the server hold, sample by sample: a leak shows as growth."""

import asyncio
import statistics
import time
from collections import defaultdict
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

    def growth(self) -> list[str]:
        """A line for each service: the process that lived longest, at its beginning and at its end."""
        lines = []
        for name in self.platform.stack.names:
            series = max((samples for (of, _), samples in self.memory.items() if of == name), key=len, default=[])
            if len(series) < 4:
                continue
            quarter = max(1, len(series) // 4)
            first, last = (statistics.median(size for _, size in part) for part in (series[:quarter], series[-quarter:]))
            lines.append(f"{name}: {first:.0f} → {last:.0f} MB in {series[-1][0]:.0f} s, at most {max(self.files[name])} files")
        return lines

    def _look(self, name: str, pid: int) -> None:
        try:
            pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
            files = len(list(Path(f"/proc/{pid}/fd").iterdir()))
        except (OSError, IndexError):
            return  # it died just now
        born = self._seen.setdefault(pid, time.monotonic())
        self.memory[name, pid].append((time.monotonic() - born, pages * 4096 / MEGABYTE))
        self.files[name].append(files)
