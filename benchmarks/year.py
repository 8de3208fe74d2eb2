"""One service's log at growing sizes, up to a company-year and beyond: what stays the same for each row, and what does not.

order-svc's: it is told every contract whole and stores its lines four times over. Statistics are left as autovacuum finds them, as in
a service that grows.
"""

import asyncio
import os
import resource
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from uuid import uuid4

import asyncpg
import orjson
from ltc_demo.http import Response, Service
from ltc_runtime.log import Log, open_log
from ltc_runtime.log.rebuild import build
from ltc_runtime.messaging import topics
from ltc_runtime.messaging.lease import reset_checkpoint
from ltc_runtime.messaging.relay import RELAY
from ltc_runtime.messaging.relay import run_relay as tell
from ltc_runtime.settings import Settings
from ltc_stack.embedded import Stack
from order_svc.service import service as order_svc

from .company import YEAR_ROWS, Measured, at_year, bent
from .orders import Deal, Neighbour, fill

SIZES = tuple(int(size) for size in os.environ.get("LTC_BENCH_SIZES", "10000,100000,1000000").split(","))
PROBES = 40
LOOK = 0.05
SMALL = 500
"""Rows of a table of which nobody minds a scan."""

RELATION = "SELECT pg_table_size('log') AS log, pg_indexes_size('log') AS indexes"
SCANS = "SELECT relname, seq_scan, seq_tup_read FROM pg_stat_user_tables"
READ = "SELECT coalesce(sum(pg_total_relation_size(schemaname || '.' || tablename)), 0)::bigint FROM pg_tables WHERE schemaname = 'read'"


@dataclass(frozen=True)
class Year:
    """Every size that was measured, and what the largest comes to after a year."""

    name: str
    sizes: list[Measured]

    def line(self) -> str:
        """Several lines: a figure each with its value at every size, and what grew; then the year."""
        rows = [f"bench {self.name} rows=" + ",".join(str(size.rows) for size in self.sizes)]
        for name in self.sizes[0].per_row():
            rows.append(f"  {name:28} " + "  ".join(f"{size.per_row()[name]:10.2f}" for size in self.sizes))
        rows.append(f"  {'rebuild, peak MB':28} " + "  ".join(f"{size.rebuild_megabytes:10.0f}" for size in self.sizes))
        for smaller, larger in zip(self.sizes, self.sizes[1:], strict=False):
            grown = ", ".join(f"{name} ×{factor:.1f}" for name, factor in bent(smaller, larger).items())
            rows.append(f"  {smaller.rows:,} → {larger.rows:,}: {grown or 'linear'}")
        largest = self.sizes[-1]
        rows.append(f"  read from end to end at {largest.rows:,}: {', '.join(largest.scanned) or 'no table'}")
        year = at_year(self.sizes)
        sizes = " ".join(f"{name}={year[name] / 1e9:.2f}GB" for name in ("log", "index", "read models"))
        times = " ".join(f"{name}={year[name]:.1f}s" for name in ("rebuild", "relay from zero", "cold start"))
        return "\n".join([*rows, f"  a company-year, {YEAR_ROWS:,} rows: {sizes} {times}"])


class Caller:
    """Asks one process of order-svc."""

    def __init__(self, url: str, token: str) -> None:
        self.service = Service(url, 60.0)
        self.headers = {"authorization": f"Bearer {token}"}

    async def look(self, path: str) -> Response:
        """GET, answered with 200."""
        return self._good(path, await self.service.request("GET", path, self.headers, None))

    async def act(self, path: str, body: Mapping[str, str]) -> Response:
        """POST, answered with 2xx."""
        headers = {**self.headers, "content-type": "application/json", "idempotency-key": str(uuid4())}
        return self._good(path, await self.service.request("POST", path, headers, orjson.dumps(body)))

    async def confirm(self, deal: Deal) -> None:
        """The command that is measured."""
        await self.act(f"/orders/{deal.order_id}/confirm", {"promised": "2026-12-01"})

    def _good(self, path: str, response: Response) -> Response:
        if response.status >= 300:
            raise RuntimeError(f"{path}: {response.status} {response.content[:200]!r}")
        return response


async def took(once: Callable[[], Awaitable[object]], times: int) -> float:
    """Median milliseconds."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        await once()
        taken.append((time.perf_counter() - began) * 1000)
    return median(taken)


async def asked(caller: Caller, operator: Caller, deals: list[Deal]) -> tuple[float, dict[str, float]]:
    """Milliseconds of the first command, then of everything a caller does often."""
    waiting = iter(deals)
    first = await took(lambda: caller.confirm(next(waiting)), 1)
    deal = deals[0]
    questions = {
        "order": f"/orders/{deal.order_id}",
        "history": f"/orders/{deal.order_id}/history",
        "orders": "/orders",
        "orders by status": "/orders?status=received",
        "orders by contract": f"/orders?contract_id={deal.contract_id}",
        "orders by party": f"/orders?party_id={deal.party_id}",
        "orders by purchase order": f"/orders?purchase_order=PO-{deal.number}",
    }
    latencies = {"command": await took(lambda: caller.confirm(next(waiting)), PROBES - 1)}
    for name, path in questions.items():
        latencies[name] = await took(lambda path=path: caller.look(path), 10)  # type: ignore[misc]
    latencies["feed"] = await took(lambda: operator.look("/feed?limit=100"), 10)
    latencies["trace by id"] = await took(lambda: operator.look(f"/trace/{deal.contract_id}"), 3)
    latencies["trace by number"] = await took(lambda: operator.look(f"/trace/{deal.contract_no}"), 3)
    return first, latencies


async def scans(log: Log) -> dict[str, tuple[int, int]]:
    """How often each table was read from end to end so far, and how many rows that were."""
    return {row["relname"]: (row["seq_scan"], row["seq_tup_read"]) for row in await log.pool.fetch(SCANS)}


def scanned(before: Mapping[str, tuple[int, int]], after: Mapping[str, tuple[int, int]]) -> tuple[str, ...]:
    """The tables that were read from end to end between, if they are not small."""
    times = {name: after[name][0] - before.get(name, (0, 0))[0] for name in after}
    read = {name: after[name][1] - before.get(name, (0, 0))[1] for name in after}
    return tuple(f"{name} {times[name]}×" for name in sorted(after) if times[name] and read[name] / times[name] > SMALL)


async def rebuilt(owner: str) -> float:
    """Seconds to build every read model beside those that serve."""
    connection = await asyncpg.connect(owner)
    transaction = connection.transaction()
    await transaction.start()
    began = time.perf_counter()
    for shown in order_svc.projections:
        await build(connection, order_svc, shown)
    seconds = time.perf_counter() - began
    await transaction.rollback()
    await connection.close()
    return seconds


async def told(log: Log, settings: Settings) -> float:
    """Seconds to tell everything from the first row on, to an empty topic."""
    fresh = settings.model_copy(update={"topic_prefix": f"year{log.head}."})
    await topics.apply([order_svc.name], fresh)
    await reset_checkpoint(log.pool, RELAY, 0)
    began = time.perf_counter()
    telling = asyncio.create_task(tell(log, fresh))
    last = await log.pool.fetchval("SELECT max(position) FROM log WHERE partition IS NOT NULL")
    while await log.pool.fetchval("SELECT position FROM checkpoint WHERE name = $1", RELAY) < last:
        if telling.done():
            telling.result()
        await asyncio.sleep(LOOK)
    seconds = time.perf_counter() - began
    telling.cancel()
    with suppress(asyncio.CancelledError):
        await telling
    return seconds


async def measured(stack: Stack, log: Log, deals: list[Deal], filled: float) -> Measured:
    """Everything about the log as it is now."""
    rows, before = log.head, await scans(log)
    began = time.perf_counter()
    process = stack.add(order_svc.name, roles=["api"])
    await process.ready()
    cold = time.perf_counter() - began
    caller = Caller(process.url, stack.token("cleo", ["fulfilment"]))
    operator = Caller(process.url, stack.token("olga", ["operator", "analyst"]))
    first, latencies = await asked(caller, operator, deals)
    caller.service.close()
    operator.service.close()
    await stack.services.remove(order_svc.name)
    through = scanned(before, await scans(log))
    sizes = await log.pool.fetchrow(RELATION)
    assert sizes is not None
    read_bytes = await log.pool.fetchval(READ)
    relay = await told(log, stack.common())
    rebuild = await rebuilt(stack.databases[order_svc.name].owner)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Measured(rows, sizes["log"], sizes["indexes"], read_bytes, filled, rebuild, peak, cold, first, relay, latencies, through)


async def year() -> Year:
    """Fill, measure, fill on."""
    with tempfile.TemporaryDirectory(prefix="ltc-bench-") as directory:
        stack = Stack(Settings(data_dir=Path(directory)), services=[order_svc.name])
        await stack.start_servers()
        stack._ports.assign(order_svc.name)
        try:
            sizes = await grown(stack)
        finally:
            await stack.stop()
    return Year("year", sizes)


async def grown(stack: Stack) -> list[Measured]:
    """The log at every size."""
    log = await open_log(stack.databases[order_svc.name].login, order_svc)
    sizes, filled, neighbour = [], 0.0, Neighbour()
    try:
        for size in SIZES:
            began = time.perf_counter()
            deals = await fill(log, neighbour, neighbour.position + 1, size, PROBES)
            filled += time.perf_counter() - began
            sizes.append(await measured(stack, log, deals, filled))
    finally:
        await log.stop()
    return sizes
