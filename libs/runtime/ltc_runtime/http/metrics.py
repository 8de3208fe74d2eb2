"""Metrics: requests as they are answered, the rest read from the tables on each scrape."""

from bisect import bisect_left
from collections.abc import Iterable
from itertools import accumulate
from typing import Any

import structlog
from prometheus_client import REGISTRY, Gauge
from prometheus_client.metrics_core import HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from ltc_runtime.log.connection import DATABASE_ERRORS

from .context import HttpContext

_log = structlog.get_logger("ltc.edge")
_REQUESTS = "Requests answered, and how long it took."
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

HEAD = Gauge("ltc_log_position", "The last position of the log.")
UNPUBLISHED = Gauge("ltc_relay_untold_events", "Published events behind the relay's checkpoint.")
UNPUBLISHED_SECONDS = Gauge("ltc_relay_untold_seconds", "Age of the oldest of them.")
POLICY_LAG = Gauge("ltc_react_lag_events", "Rows of the log that the slowest policy has not passed.")
POLICY_LAG_SECONDS = Gauge("ltc_react_lag_seconds", "Age of the oldest of them.")
LAST_CONSUMED_SECONDS = Gauge("ltc_hear_last_seconds", "Time since the last fact of a service was heard.", ["origin"])
PARKED = Gauge("ltc_parked", "Reactions that wait for an operator, or behind one that does.", ["state"])
DEAD_LETTERS = Gauge("ltc_set_aside", "Messages that are no readable fact of their topic's owner.", ["topic"])
OVERDUE = Gauge("ltc_timers_overdue", "Timers whose time has come and that have not fired.")
REBUILD_LEFT = Gauge("ltc_rebuild_left_events", "Rows of the log that a read model being built has yet to take in.", ["read_model"])
POOL = Gauge("ltc_pool_connections", "Connections for reading.", ["state"])
QUEUE = Gauge("ltc_commands_waiting", "Commands that wait for the next batch.")

_LAG = """
SELECT (SELECT position FROM head) AS head,
       (SELECT position FROM checkpoint WHERE name = 'relay') AS told,
       (SELECT min(position) FROM checkpoint WHERE name = ANY($1)) AS reacted
"""
_BEHIND = """
SELECT count(*) AS events, coalesce(extract(epoch FROM clock_timestamp() - min(recorded_at)), 0)::float8 AS seconds
FROM (SELECT recorded_at FROM log WHERE position > $1 {only} ORDER BY position LIMIT 100000) AS behind
"""
_UNPUBLISHED = _BEHIND.format(only="AND partition IS NOT NULL")
_POLICY_LAG = _BEHIND.format(only="")
_CONSUMED = """
SELECT h.origin, extract(epoch FROM clock_timestamp() - max(l.recorded_at))::float8 AS seconds
FROM heard h JOIN log l ON l.origin_log = h.log_id AND l.origin_position = h.position AND l.origin IS NOT NULL GROUP BY h.origin
"""
_PARKED = "SELECT state, count(*) AS parked FROM parked WHERE state IN ('parked', 'waiting') GROUP BY state"
_DEAD_LETTERS = "SELECT topic, count(*) AS messages FROM set_aside GROUP BY topic"
_REBUILDING = "SELECT name, upto - position AS left FROM rebuilding WHERE at > clock_timestamp() - interval '5 minutes'"
_OVERDUE = "SELECT count(*) FROM timer WHERE fired IS NULL AND due < $1"


LIMIT = Gauge("ltc_admission_limit", "Requests that are worked on at once, at most, as of now.")
WORKING = Gauge("ltc_admission_working", "Requests that are worked on.")
WAITING = Gauge("ltc_admission_waiting", "Requests that wait for their turn.", ["kind"])
REFUSED = Gauge("ltc_admission_refused", "Requests that were told to come again.", ["kind", "code"])


class Requests(Collector):
    """Requests answered, and how long it took.

    A histogram like the library's, which takes a lock three times per request where one event loop needs none.
    """

    def __init__(self) -> None:
        self._counts: dict[tuple[str, str, int], list[int]] = {}
        self._sums: dict[tuple[str, str, int], float] = {}

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """Note one answered request."""
        key = (method, route, status)
        counts = self._counts.get(key)
        if counts is None:
            counts = self._counts[key] = [0] * (len(_BUCKETS) + 1)
            self._sums[key] = 0.0
        counts[bisect_left(_BUCKETS, seconds)] += 1
        self._sums[key] += seconds

    def collect(self) -> Iterable[Metric]:
        """What the library writes on /metrics."""
        found = HistogramMetricFamily("ltc_http_request_seconds", _REQUESTS, labels=["method", "route", "status"])
        for (method, route, status), counts in self._counts.items():
            buckets = list(zip([*map(str, _BUCKETS), "+Inf"], map(float, accumulate(counts)), strict=True))
            found.add_metric([method, route, str(status)], buckets, self._sums[method, route, status])
        yield found


REQUESTS = Requests()
REGISTRY.register(REQUESTS)


async def read_gauges(context: HttpContext) -> None:
    """Read the gauges from the tables; while the database is away they stay as they were."""
    QUEUE.set(context.log.group.waiting)
    rules = context.admission.rules
    LIMIT.set(int(rules.limit))
    WORKING.set(rules.working)
    for kind, count in rules.waiting.items():
        WAITING.labels(kind).set(count)
    for (kind, code), count in rules.refused.items():
        REFUSED.labels(kind, code).set(count)
    pool = context.log.pool
    POOL.labels("busy").set(pool.get_size() - pool.get_idle_size())
    POOL.labels("idle").set(pool.get_idle_size())
    try:
        await _read_tables(context)
    except DATABASE_ERRORS as error:
        _log.warning("gauges not read", error=repr(error))


async def _read_tables(context: HttpContext) -> None:
    async with context.log.pool.acquire(timeout=2.0) as connection:
        lag: Any = await connection.fetchrow(_LAG, context.followers)
        HEAD.set(lag["head"])
        untold: Any = await connection.fetchrow(_UNPUBLISHED, lag["told"] or 0)
        UNPUBLISHED.set(untold["events"])
        UNPUBLISHED_SECONDS.set(untold["seconds"])
        unreacted: Any = await connection.fetchrow(_POLICY_LAG, lag["head"] if not context.service.policies else lag["reacted"] or 0)
        POLICY_LAG.set(unreacted["events"])
        POLICY_LAG_SECONDS.set(unreacted["seconds"])
        for row in await connection.fetch(_CONSUMED):
            LAST_CONSUMED_SECONDS.labels(row["origin"]).set(row["seconds"])
        parked = {row["state"]: row["parked"] for row in await connection.fetch(_PARKED)}
        for state in ("parked", "waiting"):
            PARKED.labels(state).set(parked.get(state, 0))
        for row in await connection.fetch(_DEAD_LETTERS):
            DEAD_LETTERS.labels(row["topic"]).set(row["messages"])
        REBUILD_LEFT.clear()
        for row in await connection.fetch(_REBUILDING):
            REBUILD_LEFT.labels(row["name"]).set(row["left"])
        OVERDUE.set(await connection.fetchval(_OVERDUE, context.log.clock.now()))
