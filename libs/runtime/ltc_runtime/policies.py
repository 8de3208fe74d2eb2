"""Policies follow the log and turn events, own and consumed, into commands.

Each policy has a checkpoint of its own, ``react:<policy>``, which moves in the transaction of the commands it gave; over
rows that no policy follows it moves in memory, and is stored when there is time. A policy that is new begins where the
log stands (on an empty log at 0; with `Service.from_start` always there), and takes what a newly subscribed topic held when
it was subscribed as history. Ids of commands follow from event, policy and index, so reacting twice decides once.
"""

import time
from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import asyncpg
import structlog
from ltc_events import Refusal, Stream
from ltc_events.policy import AnyPolicy

from . import telemetry
from .batch_size import BatchSize
from .log import AlreadyThere, CheckpointMoved, Log, Plan, Unavailable
from .log.connection import DATABASE_ERRORS
from .log.rows import Followed, ReadRow
from .log.tables import parked
from .messaging.lease import Lease
from .messaging.topic_start import LOOKED_AT
from .parked import EPOCH, open_lanes, parked_row
from .policy_result import COLUMNS, Lane, PolicyResult, execute, result_of, streams_of
from .service import topic_of
from .settings import Settings
from .shutdown import Shutdown, Stopped
from .single_worker import as_single_worker
from .worker_status import WorkerStatus

BATCH = 500
BATCH_BYTES = 1024 * 1024
"""Of facts reacted to at once."""

COMMAND_BYTES = BATCH_BYTES // 200
"""What a command counts beside: two hundred decided at once keep the process from answering anybody else for some ten milliseconds."""

LEASE = "react"
PREFIX = "react:"

STORE_SECONDS = 1.0
"""At most so old is what is stored of a checkpoint, if nothing happened that a policy follows."""

logger = structlog.get_logger(__name__)

_READ = f"""
SELECT {COLUMNS} FROM log WHERE position > $1 AND position <= $2 AND type = ANY($3) ORDER BY position LIMIT $4
"""


@dataclass
class PolicyBatch:
    """What a batch of facts makes the policies want: decided together, committed with the checkpoints."""

    log: Log
    reactions: list[PolicyResult]
    moves: dict[str, tuple[int, int]]
    """Checkpoint → from, to."""
    lanes: Collection[Lane]
    epoch: int
    """Of the parked work, as it was when ``lanes`` was read."""
    fresh: Collection[Stream] = ()
    tails: Collection[Any] = ()
    parked: list[PolicyResult] = field(default_factory=list)

    @property
    def streams(self) -> list[Stream]:
        """The streams that all commands name."""
        return streams_of(self.log, self.reactions)

    def plan(self, plan: Plan) -> int:
        """Decide every command in order; what is refused is parked, and its lane with it. Returns how many were parked."""
        self.parked = []
        lanes = set(self.lanes)
        for reaction in self.reactions:
            if reaction.lane in lanes:
                self._park(plan, reaction, "waits behind a parked reaction", waiting=True)
            elif error := reaction.error or self._attempt(plan, reaction):
                self._park(plan, reaction, error)
                lanes.add(reaction.lane)
        if self.parked or self.lanes:
            plan.advance(EPOCH, self.epoch, self.epoch + len(self.parked))
        for checkpoint, (old, new) in self.moves.items():
            plan.advance(checkpoint, old, new)
        return len(self.parked)

    def _attempt(self, plan: Plan, reaction: PolicyResult) -> str | None:
        savepoint = plan.savepoint()
        try:
            execute(plan, reaction)
        except Refusal as refusal:
            plan.rollback(savepoint)
            return f"{refusal.code()}: {refusal.message}"
        except Exception as error:
            plan.rollback(savepoint)
            return f"{type(error).__name__}: {error}"
        return None

    def _park(self, plan: Plan, reaction: PolicyResult, error: str, *, waiting: bool = False) -> None:
        self.parked.append(reaction)
        row = parked_row(reaction.policy, reaction.lane.stream, reaction.position, reaction.event_id, error, plan.now, waiting=waiting)
        plan.keep(parked, row)


async def register_policies(log: Log) -> None:
    """Record where policies begin that are new: now, if nothing else is said.

    Called before anything is consumed or decided, by the first process of the service: on an empty log that is 0.
    """
    for name in [PREFIX + policy for policy in log.service.policies] + [EPOCH]:
        begin = "0" if name == EPOCH or log.service.policies[name.removeprefix(PREFIX)].from_start else "(SELECT position FROM head)"
        await log.pool.execute(
            f"INSERT INTO checkpoint (name, position, updated_at) SELECT $1, {begin}, now()"
            " WHERE NOT EXISTS (SELECT FROM checkpoint WHERE name = $1) ON CONFLICT DO NOTHING",
            name,
        )


class PolicyRunner:
    """The policies of a service and how far each has come."""

    def __init__(self, log: Log) -> None:
        self.log = log
        self.service = log.service
        self.by_type: dict[str, list[tuple[str, AnyPolicy]]] = {
            event.event_type: [(policy.name, policy) for policy in policies] for event, policies in self.service.policies_of.items()
        }
        self.checkpoints: dict[str, int] = {}
        self._stored: dict[str, int] = {}
        self._store_at = 0.0
        self.starts: dict[tuple[str, int], int] = {}
        self._portion = BatchSize(BATCH, BATCH_BYTES)

    async def load(self) -> None:
        """Read the checkpoints; a policy without one begins now."""
        await register_policies(self.log)
        rows = await self.log.pool.fetch("SELECT name, position FROM checkpoint WHERE name LIKE 'react:%'")
        wanted = {PREFIX + policy for policy in self.service.policies}
        self._stored = {row["name"]: row["position"] for row in rows if row["name"] in wanted}
        self.checkpoints = dict(self._stored)
        await self._load_starts()

    async def _load_starts(self) -> None:
        starts = await self.log.pool.fetch("SELECT topic, partition, position FROM topic_start")
        self.starts = {(row["topic"], row["partition"]): row["position"] for row in starts}

    @property
    def position(self) -> int:
        """What every policy has passed."""
        return min(self.checkpoints.values(), default=self.log.head)

    async def step(self, limit: int | None = None) -> bool:
        """React to the next facts, if there are any. Returns whether there were."""
        head = self.log.head
        begin = self.position
        limit = limit or self._portion.count
        if begin >= head:
            return False
        group = [name for name, position in self.checkpoints.items() if position == begin]
        ahead = min((position for position in self.checkpoints.values() if position > begin), default=head)
        facts = await self._facts(begin, min(ahead, head), limit)
        origins = {fact.origin for fact in facts}
        if any(origin is not None and (topic_of(origin), LOOKED_AT) not in self.starts for origin in origins):
            await self._load_starts()  # it is noted where a topic starts before any of it is consumed, but perhaps after this was loaded
        until = facts[-1].position if len(facts) == limit else min(ahead, head)
        moved = dict.fromkeys(group, until)
        if not facts and time.monotonic() < self._store_at:
            self.checkpoints.update(moved)
            return True
        lanes, epoch = await open_lanes(self.log.pool) if facts else ((), 0)
        asked = [self._reactions(fact, set(group)) for fact in facts]
        self._portion.took([weight(fact, reactions) for fact, reactions in zip(facts, asked, strict=True)])
        with self._span(facts):
            await self._store(moved, [reaction for reactions in asked for reaction in reactions], lanes, epoch)
        return True

    async def _facts(self, after: int, upto: int, limit: int) -> Sequence[Followed]:
        """The first rows behind ``after`` that a policy follows."""
        appended = self.log.recent(after, upto)
        if appended is not None:
            return list(islice((row for row in appended if row.type in self.by_type), limit))
        return [ReadRow(*row) for row in await self.log.pool.fetch(_READ, after, upto, list(self.by_type), limit)]

    async def rest(self) -> None:
        """Nothing is to be done: wait for the next row, and store what was passed if none comes."""
        position = self.position
        if await self.log.changed(position) == position:
            await self.store()

    async def store(self) -> None:
        """Store how far every policy has come, where only this process knows."""
        if self.checkpoints != self._stored:
            await self._store(self.checkpoints)

    async def _store(
        self, moved: dict[str, int], reactions: Sequence[PolicyResult] = (), lanes: Collection[Lane] = (), epoch: int = 0
    ) -> None:
        moves = {name: (self._stored[name], to) for name, to in moved.items() if self._stored[name] != to}
        parked_now = await self.log.submit(PolicyBatch(self.log, list(reactions), moves, lanes, epoch))
        self.checkpoints.update(moved)
        self._stored.update(moved)
        self._store_at = time.monotonic() + STORE_SECONDS
        if parked_now:
            logger.warning("reactions parked", service=self.service.name, count=parked_now)

    async def step_over(self) -> None:
        """The batch cannot be written: go on fact by fact, and park what the database refuses."""
        try:
            await self.step(limit=1)
        except AlreadyThere as error:
            await self._set_aside(str(error), done=True)
        except (Unavailable, CheckpointMoved):
            raise
        except Exception as error:
            await self._set_aside(f"{type(error).__name__}: {error}")

    async def _set_aside(self, error: str, *, done: bool = False) -> None:
        begin = self.position
        group = {name for name, position in self.checkpoints.items() if position == begin}
        facts = await self._facts(begin, self.log.head, 1)
        if not facts:
            return
        lanes, epoch = await open_lanes(self.log.pool)
        reactions = [] if done else [_failed(reaction, error) for reaction in self._reactions(facts[0], group)]
        await self._store(dict.fromkeys(group, facts[0].position), reactions, lanes, epoch)

    def _reactions(self, fact: Followed, group: Collection[str]) -> list[PolicyResult]:
        named = [(name, policy) for name, policy in self.by_type[fact.type] if PREFIX + name in group]
        asked = [result_of(self.service.name, name, policy, fact) for name, policy in named if not self._is_history(name, fact)]
        return [reaction for reaction in asked if reaction.commands or reaction.error]

    def _is_history(self, policy: str, fact: Followed) -> bool:
        """Whether the topic held this fact already when it was subscribed."""
        if fact.origin is None or fact.origin_position is None or self.service.policies[policy].from_start:
            return False
        if not self.starts:
            return False
        return fact.origin_position <= self.starts.get((topic_of(fact.origin), fact.origin_partition or 0), 0)

    def _span(self, facts: Sequence[Followed]) -> AbstractContextManager[Any]:
        if len(facts) != 1:
            return nullcontext()
        return telemetry.Span(f"react {facts[0].type}", telemetry.INTERNAL, facts[0].traceparent)


def weight(fact: Followed, reactions: Sequence[PolicyResult]) -> int:
    """What a fact counts in a batch: its bytes, and those for each command it gives."""
    return len(fact.data) + COMMAND_BYTES * sum(len(reaction.commands) for reaction in reactions)


def _failed(reaction: PolicyResult, error: str) -> PolicyResult:
    return reaction._replace(commands=(), error=error)


async def run_policies(log: Log, settings: Settings, shutdown: Shutdown | None = None, status: WorkerStatus | None = None) -> None:
    """Follow the log for as long as the process lives, under a lease so that replicas do not do the same work twice.

    Raises:
        Stopped: a stop was requested; the checkpoints are stored.
    """
    if not log.service.policies:
        return
    shutdown, status = shutdown or Shutdown(), status or WorkerStatus()

    async def reacting(lease: Lease) -> None:
        reactor = PolicyRunner(log)
        await reactor.load()
        status.set("reacting")
        while lease.held:
            if shutdown.requested:
                await reactor.store()
                raise Stopped
            await _once(reactor)

    await as_single_worker(log, LEASE, settings, shutdown, status, reacting)


async def _once(reactor: PolicyRunner) -> None:
    try:
        busy = await reactor.step()
    except (*DATABASE_ERRORS, Unavailable, CheckpointMoved) as error:
        if isinstance(error, asyncpg.IntegrityConstraintViolationError):
            await reactor.step_over()
            return
        raise
    except Exception as error:
        logger.warning("a batch of reactions failed; going on one by one", error=str(error))
        await reactor.step_over()
        return
    if not busy:
        await reactor.rest()
