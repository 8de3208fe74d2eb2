"""Parked work: reactions that were refused, and the later ones of the same policy and stream that wait behind them.

A *lane* is one policy on one stream. While it holds parked work, its later reactions wait in it, in order, and nothing
else waits. An operator looks at it, mends the cause, and retries; or skips it, with a reason.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, NamedTuple
from uuid import UUID

from ltc_events import Refusal, Stream, derive_id

from .log import Log, Plan
from .log.tables import parked

if TYPE_CHECKING:
    from .react import Reaction

EPOCH = "parked"
"""A checkpoint that moves whenever the set of parked work changes, so that who changes it must have seen it as it is."""

State = Literal["parked", "waiting", "done", "skipped"]
_OPEN = "state IN ('parked', 'waiting')"
_LANES = f"""
SELECT coalesce((SELECT position FROM checkpoint WHERE name = $1), 0) AS epoch, lane.*
FROM (SELECT) AS once LEFT JOIN (SELECT DISTINCT policy, stream, stream_id FROM parked WHERE {_OPEN}) AS lane ON true"""


class Lane(NamedTuple):
    """One policy on one stream."""

    policy: str
    stream: Stream


class UnknownParked(Refusal):
    """No parked work has this id, or it is settled already."""

    status = 404


@dataclass(frozen=True)
class ParkedRow:
    """One reaction that is parked or waits."""

    id: UUID
    policy: str
    stream: str
    stream_id: UUID
    position: int
    event_id: UUID
    event_type: str
    error: str
    attempts: int
    at: datetime
    state: str
    note: str | None


def parked_row(
    policy: str, stream: Stream, position: int, event_id: UUID, error: str, at: datetime, *, waiting: bool = False
) -> dict[str, Any]:
    """A row of the table; its id follows from policy and event, so parking twice parks once."""
    return {
        "id": derive_id(event_id, policy, "parked"), "policy": policy, "stream": stream.kind, "stream_id": stream.id, "position": position,
        "event_id": event_id, "error": error[:2000], "attempts": 0 if waiting else 1, "at": at, "state": "waiting" if waiting else "parked",
        "note": None, "actor": None,
    }  # fmt: skip


async def open_lanes(pool: Any) -> tuple[set[Lane], int]:
    """The lanes that hold work, and the epoch they were read at."""
    rows = await pool.fetch(_LANES, EPOCH)
    lanes = {Lane(row["policy"], Stream(row["stream"], row["stream_id"])) for row in rows if row["policy"] is not None}
    return lanes, rows[0]["epoch"]


async def listed(pool: Any, *, everything: bool = False) -> list[ParkedRow]:
    """What is parked and what waits, in the order it happened; with ``everything`` also what was settled."""
    where = "true" if everything else _OPEN
    rows = await pool.fetch(
        f"SELECT p.*, l.type FROM parked p LEFT JOIN log l ON l.position = p.position WHERE {where}"
        " ORDER BY p.policy, p.stream_id, p.position"
    )
    return [
        ParkedRow(
            row["id"], row["policy"], row["stream"], row["stream_id"], row["position"], row["event_id"], row["type"] or "", row["error"],
            row["attempts"], row["at"], row["state"], row["note"],
        )
        for row in rows
    ]  # fmt: skip


@dataclass(frozen=True)
class Retry:
    """Give one parked reaction again, and settle it."""

    log: Log
    reaction: "Reaction"
    row: ParkedRow
    epoch: int
    actor: str
    fresh: tuple[Stream, ...] = ()
    tails: tuple[Any, ...] = ()

    @property
    def streams(self) -> list[Stream]:
        """The streams its commands name."""
        from .react import streams_of

        return streams_of(self.log, [self.reaction])

    def plan(self, plan: Plan) -> None:
        """Decide its commands; a refusal leaves it parked."""
        from .react import give

        give(plan, self.reaction)
        settle(plan, self.row, "done", "retried", self.actor, self.epoch)


@dataclass(frozen=True)
class Settle:
    """Mark a parked reaction without deciding anything."""

    row: ParkedRow
    state: State
    note: str
    actor: str
    epoch: int
    streams: tuple[Stream, ...] = ()
    fresh: tuple[Stream, ...] = ()
    tails: tuple[Any, ...] = ()

    def plan(self, plan: Plan) -> None:
        """Write the mark."""
        settle(plan, self.row, self.state, self.note, self.actor, self.epoch)


def settle(plan: Plan, row: ParkedRow, state: State, note: str, actor: str, epoch: int) -> None:
    """Note what became of a parked reaction, and who did it."""
    attempts = row.attempts + (state != "skipped")
    plan.change(parked, {"id": row.id, "state": state, "note": note, "actor": actor, "attempts": attempts})
    plan.advance(EPOCH, epoch, epoch + 1)


async def retry(log: Log, id: UUID, actor: str) -> int:
    """Give the parked reaction ``id`` again, then everything that waits behind it, in order, until one is refused.

    Returns:
        How many reactions were done.

    Raises:
        UnknownParked: it is not parked.
        Refusal: it was refused again; it stays parked with the new reason.
    """
    first = await _open_row(log, id)
    done = 0
    while row := await _next_in_lane(log, first):
        await _retry_one(log, row, actor)
        done += 1
    return done


async def skip(log: Log, id: UUID, reason: str, actor: str) -> None:
    """Give up the parked reaction ``id``: it will never be done. What waits behind it is retried by `retry`.

    Raises:
        UnknownParked: it is not parked.
    """
    row = await _open_row(log, id)
    _, epoch = await open_lanes(log.pool)
    await log.submit(Settle(row, "skipped", reason, actor, epoch))
    following = await _next_in_lane(log, row)
    if following is not None:
        await retry(log, following.id, actor)


async def _retry_one(log: Log, row: ParkedRow, actor: str) -> None:
    from .react import reaction_of, read_row

    fact = await read_row(log.pool, row.position)
    reaction = reaction_of(log.service.name, row.policy, log.service.policies[row.policy], fact)
    _, epoch = await open_lanes(log.pool)
    try:
        if reaction.error:
            raise UnknownParked(reason=reaction.error)
        await log.submit(Retry(log, reaction, row, epoch, actor))
    except Refusal as refusal:
        await log.submit(Settle(row, "parked", f"{refusal.code()}: {refusal.message}", actor, epoch))
        raise


async def _open_row(log: Log, id: UUID) -> ParkedRow:
    for row in await listed(log.pool):
        if row.id == id:
            return row
    raise UnknownParked


async def _next_in_lane(log: Log, row: ParkedRow) -> ParkedRow | None:
    lane = (row.policy, row.stream, row.stream_id)
    return next((other for other in await listed(log.pool) if (other.policy, other.stream, other.stream_id) == lane), None)
