"""Do what own events intend outside: each at most once, and what came of it is noted.

The log is the outbox. An intent is marked as begun, in the transaction that moves the checkpoint, before anything is done;
what came of it, and that it is over, commit together. Whoever finds one begun and not over, because a process died or a
server never answered, cannot know whether it was done: it is noted as unknown, and never done again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import structlog
from ltc_events import Command, Event, GivenStates, Stream, derive_id, event_class
from ltc_events.effect import Effect, EffectOutcome

from .log import Log, Meta, Plan
from .log.tables import effect as EFFECT
from .mail import Reply, send
from .messaging.lease import Lease
from .settings import Settings
from .shutdown import Shutdown
from .single_worker import as_single_worker
from .worker_status import WorkerStatus

NAME = "effects"
BATCH = 50
STRIDE = 20_000
"""So many rows are looked through at once, and the place behind them is stored."""

DROPPED = Reply("dropped", "it was not to be done any more")
UNKNOWN = Reply("unknown", "it was begun, and its outcome is unknown")

logger = structlog.get_logger(__name__)

_ROWS = "SELECT position, event_id, type, correlation_id, data FROM log"
_NEXT = f"{_ROWS} WHERE position > $1 AND position <= $2 AND origin IS NULL AND type = ANY($3) ORDER BY position LIMIT {BATCH}"
_BEGUN = f"{_ROWS} WHERE event_id IN (SELECT event_id FROM effect WHERE state = 'begun') ORDER BY position"


@dataclass
class Begin:
    """Marks an intent as begun, if it still stands; nothing is done before this is on disk."""

    effect: Effect
    event: Event
    event_id: UUID
    move: tuple[int, int]
    fresh: Sequence[Stream] = ()
    tails: Sequence[Any] = ()

    @property
    def streams(self) -> list[Stream]:
        """What says whether it stands."""
        return self.effect.streams(self.event)

    def plan(self, plan: Plan) -> bool:
        """Whether it is to be done."""
        stands = self.effect.stands(GivenStates({stream: plan.state(stream) for stream in self.streams}), self.event, plan.today)
        plan.put(EFFECT, {"event_id": self.event_id, "state": "begun", "detail": None, "at": plan.now})
        plan.advance(NAME, *self.move)
        return stands


@dataclass
class Note:
    """Notes what came of it."""

    log: Log
    command: Command
    row: Any
    reply: Reply
    fresh: Sequence[Stream] = ()
    tails: Sequence[Any] = ()

    @property
    def streams(self) -> Sequence[Stream]:
        """Of the command that notes it."""
        return self.log.service.decider_of[type(self.command)].streams(self.command)

    def plan(self, plan: Plan) -> None:
        """Decide the command, and close the intent."""
        id = self.row["event_id"]
        meta = Meta(
            command_id=derive_id(id, "told"), actor=f"mail:{self.log.service.name}", roles=("service",),
            correlation_id=self.row["correlation_id"], causation_id=id,
        )  # fmt: skip
        plan.decide(self.command, meta)
        plan.put(EFFECT, {"event_id": id, "state": self.reply.outcome, "detail": self.reply.detail, "at": plan.now})


class Effects:
    """What a service intends outside, and how far it is done."""

    def __init__(self, log: Log, settings: Settings, lease: Lease | None = None) -> None:
        self.log, self.settings, self.lease = log, settings, lease
        self.by_type = {effect.intent.event_type: effect for effect in log.service.effects}
        self.position = self._stored = 0

    async def load(self) -> None:
        """Load the checkpoint; what was begun and not ended is noted as unknown."""
        await self.log.pool.execute(
            "INSERT INTO checkpoint (name, position, updated_at) SELECT $1, position, now() FROM head ON CONFLICT DO NOTHING", NAME
        )
        self.position = self._stored = await self.log.pool.fetchval("SELECT position FROM checkpoint WHERE name = $1", NAME)
        for row in await self.log.pool.fetch(_BEGUN):
            await self._note(row, UNKNOWN)

    async def step(self) -> bool:
        """Do the next ones. Returns whether there were any."""
        head = min(self.log.head, self.position + STRIDE)
        if head <= self.position:
            return False
        rows = await self.log.pool.fetch(_NEXT, self.position, head, list(self.by_type))
        for row in rows:
            if self.lease is not None and not self.lease.held:
                return False
            await self._do(row)
        if not rows:
            await self._pass(head)
        return bool(rows) or head < self.log.head

    async def _pass(self, head: int) -> None:
        """Nothing is to be done up to there; now and then that is stored, so that it is not read again."""
        self.position = head
        if head - self._stored >= STRIDE:
            await self.log.pool.execute("UPDATE checkpoint SET position = $2 WHERE name = $1 AND position = $3", NAME, head, self._stored)
            self._stored = head

    async def _do(self, row: Any) -> None:
        effect, event = self._of(row)
        stands = await self.log.submit(Begin(effect, event, row["event_id"], (self._stored, row["position"])))
        self.position = self._stored = row["position"]
        reply = await send(effect.mail(event), row["event_id"], self.log.pool, self.log.clock, self.settings) if stands else DROPPED
        await self._note(row, reply)

    async def _note(self, row: Any, reply: Reply) -> None:
        effect, event = self._of(row)
        command = effect.told(event, EffectOutcome(reply.outcome, reply.detail, self.log.clock.now()))
        await self.log.submit(Note(self.log, command, row, reply))

    def _of(self, row: Any) -> tuple[Effect, Event]:
        known = event_class(row["type"])
        assert known is not None
        return self.by_type[row["type"]], known.model_validate_json(row["data"])


async def run_effects(log: Log, settings: Settings, shutdown: Shutdown | None = None, status: WorkerStatus | None = None) -> None:
    """Do them for as long as the process lives, under a lease.

    Raises:
        Stopped: a stop was requested; what was begun is over.
    """
    shutdown, status = shutdown or Shutdown(), status or WorkerStatus()

    async def working(lease: Lease) -> None:
        effects = Effects(log, settings, lease)
        await effects.load()
        status.set("doing")
        while lease.held:
            shutdown.check()
            if not await effects.step():
                await log.changed(effects.position)

    await as_single_worker(log, NAME, settings, shutdown, status, working)
