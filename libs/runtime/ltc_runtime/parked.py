"""Parked work: reactions that were refused, and the later ones of the same policy and stream that wait behind them.

A *lane* is one policy on one stream. While it holds parked work, its later reactions wait in it, in order, and nothing
else waits. An operator looks at it, mends the cause, and retries; or skips it, with a reason.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from ltc_events import Refusal, Stream, derive_id

from .log import AlreadyThere, CheckpointMoved, Log, Plan, Unavailable, Work
from .log.tables import parked
from .policy_result import Lane, PolicyResult, execute, read_row, result_of, streams_of

EPOCH = "parked"
"""A checkpoint that moves whenever the set of parked work changes, so that who changes it must have seen it as it is."""

ATTEMPTS = 20
"""To change parked work that others change at the same time."""

State = Literal["parked", "waiting", "done", "skipped"]
_OPEN = "state IN ('parked', 'waiting')"
_LANES = f"""
SELECT coalesce((SELECT position FROM checkpoint WHERE name = $1), 0) AS epoch, lane.*
FROM (SELECT) AS once LEFT JOIN (SELECT DISTINCT policy, stream, stream_id FROM parked WHERE {_OPEN}) AS lane ON true"""


class UnknownParked(Refusal):
    """No parked work has this id, or it is settled already."""

    status = 404


class StillRefused(Refusal):
    """{done} done; then the reaction {id} was refused again and stays parked: {error}"""


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
    reaction: PolicyResult
    row: ParkedRow
    epoch: int
    actor: str
    fresh: tuple[Stream, ...] = ()
    tails: tuple[Any, ...] = ()

    @property
    def streams(self) -> list[Stream]:
        """The streams its commands name."""
        return streams_of(self.log, [self.reaction])

    def plan(self, plan: Plan) -> None:
        """Decide its commands; a refusal leaves it parked."""
        execute(plan, self.reaction)
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
    plan.change(
        parked, {"id": row.id, "state": state, "error": row.error[:2000], "note": note, "actor": actor, "attempts": attempts}
    )  # fmt: skip
    plan.advance(EPOCH, epoch, epoch + 1)


async def retry(log: Log, id: UUID, actor: str) -> int:
    """Give the parked reaction ``id`` again, then everything that waits behind it, in order, until one is refused.

    Returns:
        How many reactions were done.

    Raises:
        UnknownParked: it is not parked.
        StillRefused: it, or one behind it, was refused again; that stays parked with the new reason.
        Unavailable: the database is away, or others change the parked work all the time.
    """
    first = await _open_row(log, id)
    done = 0
    while row := await _next_in_lane(log, first):
        error = await _retry_one(log, row, actor)
        if error is not None:
            raise StillRefused(id=str(row.id), done=done, error=error)
        done += 1
    return done


async def skip(log: Log, id: UUID, reason: str, actor: str) -> int:
    """Give up the parked reaction ``id``: it will never be done. If it was the first of its lane, what waits behind it is retried.

    Returns:
        How many reactions behind it were done.

    Raises:
        UnknownParked: it is not parked.
        StillRefused: it is skipped; one behind it was refused.
        Unavailable: the database is away, or others change the parked work all the time.
    """
    row = await _open_row(log, id)
    before = await _next_in_lane(log, row)
    await _submitted(log, row, lambda now, epoch: Settle(now, "skipped", reason, actor, epoch))
    following = await _next_in_lane(log, row)
    if following is None or before is None or before.id != id:
        return 0
    return await retry(log, following.id, actor)


async def _retry_one(log: Log, row: ParkedRow, actor: str) -> str | None:
    """Give one reaction again; returns why it was refused, if it was."""
    error = None
    try:
        reaction = await _reaction(log, row)
        if reaction.error:
            error = reaction.error
        else:
            await _submitted(log, row, lambda now, epoch: Retry(log, reaction, now, epoch, actor))
    except (Unavailable, UnknownParked):
        raise
    except AlreadyThere:  # it took effect before it was parked, or by another hand
        await _submitted(log, row, lambda now, epoch: Settle(now, "done", "had been done", actor, epoch))
    except Refusal as refusal:
        error = f"{refusal.code()}: {refusal.message}"
    except Exception as other:  # whatever the policy, a projection or a constraint of the database raises
        error = f"{type(other).__name__}: {other}"
    if error is not None:
        why = error
        await _submitted(log, row, lambda now, epoch: Settle(replace(now, error=why), "parked", "refused again", actor, epoch))
    return error


async def _reaction(log: Log, row: ParkedRow) -> PolicyResult:
    policy = log.service.policies.get(row.policy)
    if policy is None:
        raise LookupError(f"{log.service.name} has no policy {row.policy} any more; skip it, or bring the policy back")
    return result_of(log.service.name, row.policy, policy, await read_row(log.pool, row.position))


async def _submitted(log: Log, row: ParkedRow, work: Callable[[ParkedRow, int], Work[None]]) -> None:
    """Write a change of the parked work on what it is now; again, if another process changed it meanwhile."""
    for _ in range(ATTEMPTS):
        _, epoch = await open_lanes(log.pool)
        now = await _open_row(log, row.id)
        with suppress(CheckpointMoved):
            return await log.submit(work(now, epoch))
    raise Unavailable("other processes change the parked work all the time; try again")


async def _open_row(log: Log, id: UUID) -> ParkedRow:
    for row in await listed(log.pool):
        if row.id == id:
            return row
    raise UnknownParked


async def _next_in_lane(log: Log, row: ParkedRow) -> ParkedRow | None:
    lane = (row.policy, row.stream, row.stream_id)
    return next((other for other in await listed(log.pool) if (other.policy, other.stream, other.stream_id) == lane), None)
