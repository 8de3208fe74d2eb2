"""Resident memory of every service: idle, and while facts are heard and reacted to without end.

order-svc tells orders from receipt to acceptance; contract-svc and billing-svc hear and react to all of it.
"""

import asyncio
import os
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
from ltc_runtime.log import open_log
from ltc_runtime.settings import Settings
from ltc_stack.embedded import Stack
from order_svc.service import service as order_svc

from .orders import Neighbour, fill
from .resident import FLAT, Seen, of_stack, settled, slope

HEARD = int(os.environ.get("LTC_BENCH_HEARD", "1000000"))
"""Facts that each listener hears."""

STEPS = 20
IDLE = 10.0
PATIENCE = 1200.0
LISTENERS = ("contract-svc", "billing-svc")
TOLD = "SELECT count(*) FROM log WHERE partition IS NOT NULL"
ARRIVED = """
SELECT (SELECT count(*) FROM log WHERE origin = 'order-svc') AS heard, (SELECT position FROM head) AS head,
       (SELECT min(position) FROM checkpoint WHERE name LIKE 'react:%') AS reacted, (SELECT count(*) FROM parked) AS parked
"""


@dataclass
class Memory:
    """Megabytes of each process, by facts heard."""

    name: str
    idle: dict[str, float]
    series: dict[str, list[Seen]] = field(default_factory=dict)
    parked: int = 0

    def line(self) -> str:
        """As `make bench` prints it: a line for each process, its growth over the second half of the facts."""
        return "\n".join(self._line(name, series) for name, series in self.series.items())

    def _line(self, name: str, series: list[Seen]) -> str:
        grows = slope(settled(series))
        sizes = " ".join(f"{heard}:{size:.0f}" for heard, size in series[:: max(1, len(series) // 6)])
        return (
            f"bench {self.name} {name} ours={series[-1][1]:.0f} neighbour={self.idle[name]:.0f} unit=MB"
            f" ratio={series[-1][1] / self.idle[name]:.2f} growth={grows:.2f}MB/100k {'flat' if grows <= FLAT else 'grows'}"
            f" heard={series[-1][0]} {sizes} parked={self.parked}"
        )


async def memory() -> Memory:
    """All five services; the facts come in steps, and each is looked at when everybody has caught up."""
    with tempfile.TemporaryDirectory(prefix="ltc-bench-") as directory:
        async with Stack(Settings(data_dir=Path(directory))) as stack:
            await asyncio.sleep(IDLE)
            found = Memory("memory", of_stack(stack))
            log = await open_log(stack.databases[order_svc.name].login, order_svc)
            neighbour = Neighbour()
            told = 0
            while told < HEARD:
                await fill(log, neighbour, neighbour.position + 1, log.head + HEARD * 3 // (2 * STEPS), 0)
                told = await log.pool.fetchval(TOLD)
                found.parked = sum([await caught_up(stack, name, told) for name in LISTENERS])
                for name, size in of_stack(stack).items():
                    found.series.setdefault(name, []).append((told, size))
            await log.stop()
    return found


async def caught_up(stack: Stack, name: str, told: int) -> int:
    """Wait until a listener has heard all and reacted to all; how many reactions it parked."""
    connection = await asyncpg.connect(stack.databases[name].login)
    try:
        async with asyncio.timeout(PATIENCE):
            while True:
                standing = await connection.fetchrow(ARRIVED)
                assert standing is not None
                if standing["heard"] >= told and standing["reacted"] >= standing["head"]:
                    return int(standing["parked"])
                await asyncio.sleep(0.5)
    finally:
        await connection.close()
