"""The published part of the own log, as the wire needs it."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from asyncpg import Pool

from .cloudevents import Envelope

_COLUMNS = """position, prev, partition, hash, event_id, type, stream, stream_id, version, occurred_at,
              correlation_id, causation_id, traceparent, data::text AS data"""

_AFTER = f"SELECT {_COLUMNS}, recorded_at FROM log WHERE partition IS NOT NULL AND position > $1 ORDER BY position LIMIT $2"
_OF_PARTITION = f"""SELECT {_COLUMNS}, recorded_at FROM log
                    WHERE partition IS NOT NULL AND position > $1 AND partition = $3 ORDER BY position LIMIT $2"""

_TAILS = """SELECT one.partition,
                   (SELECT position FROM log WHERE partition = one.partition AND position <= $2 ORDER BY position DESC LIMIT 1)
            FROM unnest($1::integer[]) AS one(partition)"""


class PublishedLog:
    """What one service has published, read by position."""

    def __init__(self, pool: Pool, service: str, log_id: UUID) -> None:
        self.pool = pool
        self.service = service
        self.log_id = log_id

    async def rows(self, after: int, limit: int, partition: int | None = None) -> list[Any]:
        """Rows of published events behind ``after``, in log order; of one partition, or of all."""
        if partition is None:
            return list(await self.pool.fetch(_AFTER, after, limit))
        return list(await self.pool.fetch(_OF_PARTITION, after, limit, partition))

    def envelope(self, row: Any) -> Envelope:
        """A row as the wire says it."""
        (position, prev, partition, digest, event_id, kind, stream, stream_id, version, occurred_at, correlation, causation, trace, data,
         _) = row.values()  # fmt: skip
        return Envelope(
            self.service, self.log_id, position, prev, partition, digest, event_id, kind, stream, stream_id, version,
            occurred_at, correlation, causation, trace, data.encode(),
        )  # fmt: skip

    async def tails(self, partitions: Iterable[int], up_to: int) -> dict[int, int]:
        """The last position, not behind ``up_to``, of each partition that has one."""
        rows = await self.pool.fetch(_TAILS, list(partitions), up_to)
        return {row["partition"]: row["position"] for row in rows if row["position"]}

    async def hashes(self, positions: list[int]) -> dict[int, tuple[UUID, bytes]]:
        """Event id and hash of the rows at these positions."""
        sql = "SELECT position, event_id, hash FROM log WHERE position = ANY($1) AND partition IS NOT NULL"
        rows = await self.pool.fetch(sql, positions)
        return {row["position"]: (row["event_id"], row["hash"]) for row in rows}
