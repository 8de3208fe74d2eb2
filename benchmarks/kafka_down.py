"""What a caller notices while Kafka is away, and how fast what was told meanwhile arrives once it is back.

Open loop at a modest rate: every command is sent at its time, whatever became of the others.
"""

import asyncio
import os
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import asyncpg
from ltc_demo.http import Service
from ltc_runtime.messaging.relay import RELAY
from ltc_runtime.settings import Settings
from ltc_stack.embedded import Stack

from .overload import CALLERS, Load, offer, p99
from .resident import of_stack

AWAY = float(os.environ.get("LTC_BENCH_AWAY", "300"))
"""Seconds without Kafka."""

WITH = min(AWAY, 60.0)
"""Seconds with Kafka before, to compare with."""

RATE = float(os.environ.get("LTC_BENCH_RATE", "50"))
"""Commands per second."""

PATIENCE = 600.0
LOOK = 0.02
SERVICES = ("lead-svc", "opportunity-svc")

BEHIND = "SELECT (SELECT position FROM head) AS head, coalesce((SELECT position FROM checkpoint WHERE name = $1), 0) AS told"


@dataclass(frozen=True)
class KafkaDown:
    """Shares accepted, quantiles in milliseconds, megabytes, events per second."""

    name: str
    away: Load
    before: Load
    memory: dict[str, tuple[float, float, float]]
    """Of each process: before, at the end of the time without Kafka, and when all is told."""
    backlog: int
    first: float
    """Seconds from the broker's start until the relay told again."""
    drained: float
    """Events told per second while there was a backlog, the new ones included."""

    def line(self) -> str:
        """As `make bench` prints it."""
        memory = " ".join(f"{name}={'→'.join(f'{size:.0f}' for size in sizes)}MB" for name, sizes in self.memory.items())
        return (
            f"bench {self.name} ours={share(self.away):.4f} neighbour={share(self.before):.4f} unit=accepted"
            f" ratio={share(self.away) / share(self.before):.4f} aim=0.999 n={self.away.count} failed={self.away.failed.total()}"
            f" p50={p50(self.away):.1f}ms p99={p99(self.away.accepted) * 1000:.1f}ms"
            f" with_p50={p50(self.before):.1f}ms with_p99={p99(self.before.accepted) * 1000:.1f}ms"
            f" sent_late_p99={p99(self.away.behind) * 1000:.0f}ms {memory}"
            f" backlog={self.backlog} again_after={self.first:.1f}s drain={self.drained:.0f}/s arrival={RATE:.0f}/s"
        )


def share(load: Load) -> float:
    """Accepted of those asked."""
    return len(load.accepted) / load.count if load.count else 0.0


def p50(load: Load) -> float:
    """In milliseconds."""
    return sorted(load.accepted)[len(load.accepted) // 2] * 1000 if load.accepted else 0.0


async def kafka_down() -> KafkaDown:
    """Commands at lead-svc, which tells everything, with Kafka, without it, and while it catches up."""
    with tempfile.TemporaryDirectory(prefix="ltc-bench-") as directory:
        async with Stack(Settings(data_dir=Path(directory)), services=SERVICES) as stack:
            assert stack.kafka is not None
            service = Service(stack.urls["lead-svc"])
            tokens = [f"Bearer {stack.token(f'caller-{number}', ['sales'])}" for number in range(CALLERS)]
            await offer(service, tokens, RATE, 5.0)  # warm
            before = await offer(service, tokens, RATE, WITH)
            memory = [of_stack(stack)]
            await stack.kafka.kill()
            away = await offer(service, tokens, RATE, AWAY)
            memory.append(of_stack(stack))
            connection = await asyncpg.connect(stack.databases["lead-svc"].login)
            going_on = asyncio.create_task(ask_on(service, tokens))
            backlog, first, drained = await catch_up(stack, connection)
            going_on.cancel()
            with suppress(asyncio.CancelledError):
                await going_on
            await connection.close()
            memory.append(of_stack(stack))
            service.close()
    sizes = {name: (memory[0][name], memory[1].get(name, 0.0), memory[2].get(name, 0.0)) for name in memory[0]}
    return KafkaDown("kafka-down", away, before, sizes, backlog, first, drained)


async def ask_on(service: Service, tokens: list[str]) -> None:
    """Commands at the same rate until cancelled."""
    while True:
        await offer(service, tokens, RATE, 1.0)


async def catch_up(stack: Stack, connection: asyncpg.Connection) -> tuple[int, float, float]:
    """Start the broker: the backlog then, seconds until something was told again, and events told per second until all was."""
    assert stack.kafka is not None
    standing = await behind(connection)
    backlog, stuck = standing["head"] - standing["told"], standing["told"]
    began = still = time.perf_counter()
    await stack.kafka.start()
    async with asyncio.timeout(PATIENCE):
        while standing["head"] - standing["told"] > RATE * LOOK * 10:
            await asyncio.sleep(LOOK)
            if standing["told"] == stuck:
                still = time.perf_counter()  # the telling began after this
            standing = await behind(connection)
    return backlog, still - began, (standing["told"] - stuck) / (time.perf_counter() - still)


async def behind(connection: asyncpg.Connection) -> asyncpg.Record:
    """Head and checkpoint."""
    standing = await connection.fetchrow(BEHIND, RELAY)
    assert standing is not None
    return standing
