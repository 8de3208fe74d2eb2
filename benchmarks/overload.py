"""What is left of a service when twice as much is asked of it as it can do: goodput, and how quickly the rest is refused.

Open loop: every request is sent at its time whatever became of the others, and timed from that time on.
"""

import asyncio
import gc
import os
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

from ltc_demo.http import Service, Unreachable
from ltc_runtime.settings import Settings
from ltc_stack.embedded import Stack

from .wrk import BODY

SECONDS = float(os.environ.get("BENCH_SECONDS", "20"))
"""How long twice the rate is kept up; each step of the search for the rate takes a quarter of it."""

CALLERS = 20
FIRST_RATE = 100.0
STEP = 1.4
P99 = 0.25
ALLOWED = 0.01
"""So much may be refused, or not be answered, of a rate that counts as borne."""

PAUSE = 1.0


@dataclass(frozen=True)
class Overload:
    """Requests per second with 201, at twice the highest rate borne and at that rate; and quantiles in milliseconds."""

    name: str
    ours: float
    neighbour: float
    accepted_p99: float
    refused_p99: float
    refused: float
    failed: int
    behind_p99: float
    """How late the requests were sent: where it is not next to nothing, the sender was overloaded too, and the figures say little."""

    def line(self) -> str:
        """As `make bench` prints it."""
        return (
            f"bench {self.name} ours={self.ours:.0f} neighbour={self.neighbour:.0f} unit=requests/s"
            f" ratio={self.ours / self.neighbour:.2f} aim=0.9"
            f" accepted_p99={self.accepted_p99:.0f}ms refused_p99={self.refused_p99:.0f}ms refused={self.refused:.0%} failed={self.failed}"
            f" sent_late_p99={self.behind_p99:.0f}ms"
        )


@dataclass
class Load:
    """What became of the requests of one rate."""

    seconds: float = 1.0
    """Until the last answer."""
    behind: list[float] = field(default_factory=list)
    accepted: list[float] = field(default_factory=list)
    refused: list[float] = field(default_factory=list)
    failed: Counter[str] = field(default_factory=Counter)

    @property
    def count(self) -> int:
        """All requests."""
        return len(self.accepted) + len(self.refused) + self.failed.total()

    @property
    def goodput(self) -> float:
        """Accepted per second."""
        return len(self.accepted) / self.seconds

    @property
    def borne(self) -> bool:
        """Whether nearly all were accepted in time."""
        return len(self.accepted) >= self.count * (1 - ALLOWED) and p99(self.accepted) <= P99


def p99(took: Sequence[float]) -> float:
    """In seconds; 0 of nothing."""
    return sorted(took)[int(len(took) * 0.99)] if took else 0.0


async def offer(service: Service, tokens: Sequence[str], rate: float, seconds: float) -> Load:
    """So many requests per second, each begun on time."""
    gc.collect()
    load, run, body = Load(), uuid4(), BODY.encode()

    async def one(number: int, due: float) -> None:
        headers = {
            "authorization": tokens[number % len(tokens)], "content-type": "application/json", "idempotency-key": f"{run}-{number}",
        }  # fmt: skip
        load.behind.append(time.perf_counter() - due)
        try:
            answer = await service.request("POST", "/leads", headers, body)
        except Unreachable as error:
            load.failed[str(error)] += 1
            return
        took = time.perf_counter() - due
        if answer.status == 201:
            load.accepted.append(took)
        elif answer.status in (429, 503) and "retry-after" in answer.headers:
            load.refused.append(took)
        else:
            load.failed[str(answer.status)] += 1

    asking = []
    began = time.perf_counter()
    for number in range(int(rate * seconds)):
        due = began + number / rate
        if (early := due - time.perf_counter()) > 0:
            await asyncio.sleep(early)
        elif number % 16 == 0:
            await asyncio.sleep(0)  # behind time: what was sent is to be answered meanwhile
        asking.append(asyncio.create_task(one(number, due)))
    await asyncio.gather(*asking)
    load.seconds = time.perf_counter() - began
    return load


async def highest(service: Service, tokens: Sequence[str]) -> tuple[float, Load]:
    """The highest rate that is borne, within a few per cent, and what became of it."""
    rate, best = FIRST_RATE, (0.0, Load())
    beyond = None
    while beyond is None or beyond > best[0] * 1.06:
        load = await offer(service, tokens, rate, SECONDS / 4)
        await asyncio.sleep(PAUSE)
        if load.borne:
            best = (rate, load)
        else:
            if not best[0] and rate < 1:
                raise RuntimeError(f"not even {rate:.1f} requests per second are borne: {load.failed or p99(load.accepted)}")
            beyond = rate
        rate = (best[0] or rate / STEP) * STEP if beyond is None else (best[0] + beyond) / 2 if best[0] else beyond / STEP**2
    return best


async def overload() -> Overload:
    """One process that answers, twenty callers, commands."""
    async with AsyncExitStack() as cleanup:
        directory = Path(cleanup.enter_context(tempfile.TemporaryDirectory(prefix="ltc-bench-")))
        stack = Stack(Settings(data_dir=directory), services=["lead-svc"])
        await stack.start_servers()
        cleanup.push_async_callback(stack.stop)
        stack._ports.assign("lead-svc")
        lead = stack.add("lead-svc", roles=["api"])
        await stack.supervisor.ready()
        service = Service(lead.url)
        cleanup.callback(service.close)
        tokens = [f"Bearer {stack.token(f'caller-{number}', ['sales'])}" for number in range(CALLERS)]
        await offer(service, tokens, FIRST_RATE, 2.0)  # warm
        rate, borne = await highest(service, tokens)
        load = await offer(service, tokens, 2 * rate, SECONDS)
    return Overload(
        "overload", load.goodput, borne.goodput, p99(load.accepted) * 1000, p99(load.refused) * 1000, len(load.refused) / load.count,
        load.failed.total(), p99(load.behind) * 1000,
    )  # fmt: skip
