"""Whether a log is what was written: its own chain, and the copies in the logs of its consumers.

A chain alone cannot show that its end was cut off or that all of it was rewritten; the copies in the neighbours' logs
can, for everything that was published.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import asyncpg

from .database import GENESIS
from .rows import COLUMNS, stored

CHUNK = 2_000


@dataclass(frozen=True)
class Problem:
    """Something about a position that cannot be."""

    position: int
    what: str


@dataclass(frozen=True)
class Verdict:
    """What was looked at, and what is wrong with it."""

    rows: int
    copies: int
    problems: list[Problem]


async def verify(connection: asyncpg.Connection, service: str, neighbours: Mapping[str, asyncpg.Connection]) -> Verdict:
    """Walk the chain of the log behind ``connection`` and compare it with what ``neighbours`` consumed from ``service``.

    Everything is read in one snapshot, so it may run while the service works. It always walks to the end:
    many broken rows hide no later one.

    Args:
        connection: may read the tables ``log`` and ``head``.
        neighbours: name → a connection to the neighbour's database.
    """
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        rows, problems = await _walk(connection)
        copies = 0
        for name, other in neighbours.items():
            found, wrong = await _compare(connection, service, name, other)
            copies += found
            problems += wrong
    return Verdict(rows, copies, problems)


async def _walk(connection: asyncpg.Connection) -> tuple[int, list[Problem]]:
    head = await connection.fetchrow("SELECT position, hash, tails FROM head")
    assert head is not None, "the database is not migrated"
    chain = Chain(len(head["tails"]))
    problems: list[Problem] = []
    async for record in connection.cursor(f"SELECT {', '.join(COLUMNS)}, prev, hash FROM log ORDER BY position", prefetch=CHUNK):
        problems += chain.next(record)
    if chain.position != head["position"]:
        problems.append(Problem(chain.position, f"the log ends at {chain.position}, its head says {head['position']}"))
    elif chain.hash != head["hash"]:
        problems.append(Problem(chain.position, "the head's hash is not that of the last row"))
    return chain.position, problems


class Chain:
    """The chain as it must be, row after row."""

    def __init__(self, partitions: int) -> None:
        self.position = 0
        self.hash = GENESIS
        self._tails = [0] * partitions

    def next(self, record: Any) -> list[Problem]:
        """Take the next row; returns what is wrong with it. After a mismatch the row's own hash is gone on with."""
        problems = []
        if record["position"] != self.position + 1:
            problems.append(Problem(record["position"], f"follows position {self.position}: rows are missing or doubled"))
        self.position = record["position"]
        prev = self._prev(record["partition"], record["prev"], problems)
        link = self.hash + self.position.to_bytes(8) + prev.to_bytes(8, signed=True)
        if sha256(link + stored(record).digest()).digest() != record["hash"]:
            problems.append(Problem(self.position, "its hash does not follow from its fields and the row before"))
        self.hash = record["hash"]
        return problems

    def _prev(self, partition: int | None, prev: int | None, problems: list[Problem]) -> int:
        if partition is None:
            return -1
        if prev != self._tails[partition]:
            problems.append(Problem(self.position, f"names {prev} before it in partition {partition}, which is {self._tails[partition]}"))
        self._tails[partition] = self.position
        return prev or 0


async def _compare(connection: asyncpg.Connection, service: str, neighbour: str, other: asyncpg.Connection) -> tuple[int, list[Problem]]:
    """Compare the copies in a consumer's log with the rows they are copies of."""
    log_id = await connection.fetchval("SELECT log_id FROM head")
    copies, after = 0, 0
    problems: list[Problem] = []
    while True:
        heard = await other.fetch(
            "SELECT origin_position, event_id, origin_hash FROM log WHERE origin = $1 AND origin_log = $2 AND origin_position > $3"
            " ORDER BY origin_position LIMIT $4",
            service, log_id, after, CHUNK,
        )  # fmt: skip
        if not heard:
            break
        copies, after = copies + len(heard), heard[-1]["origin_position"]
        own = await connection.fetch(
            "SELECT position, event_id, hash FROM log WHERE position = ANY($1)", [row["origin_position"] for row in heard]
        )
        ours = {row["position"]: (row["event_id"], row["hash"]) for row in own}
        for row in heard:
            if ours.get(row["origin_position"]) != (row["event_id"], row["origin_hash"]):
                what = "is missing here" if row["origin_position"] not in ours else "is another here"
                problems.append(Problem(row["origin_position"], f"what {neighbour} heard {what}"))
    return copies, problems
