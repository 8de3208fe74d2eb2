"""Partitions that wait for their publisher's answer, and forked ones: neither stops the others."""

import asyncio
from dataclasses import dataclass
from typing import Any

import structlog
from aiokafka import TopicPartition

from ..log import Log, Unavailable
from ..log.connection import DATABASE_ERRORS
from ..settings import Settings
from ..shutdown import cancel_all
from . import metrics
from .broker import owner_of
from .fetcher import Fetched, Fetcher
from .gap_repair import Fork, Resolution, resolve, tail_of
from .inbox_batch import Message
from .neighbour import Neighbours, Unanswered
from .publishers import KnownPublishers

logger = structlog.get_logger(__name__)

PAUSES = (0.2, 0.5, 1.0, 2.0, 5.0)


@dataclass
class _Pause:
    """A partition that waits for its teller's answer."""

    offset: int
    """Of the first message that could not be taken."""
    asking: asyncio.Task[Resolution]
    fork: Fork | None = None


class PausedPartitions:
    """What the tellers are being asked, a partition each."""

    def __init__(self, log: Log, settings: Settings, neighbours: Neighbours, known: KnownPublishers) -> None:
        self._log = log
        self._settings = settings
        self._neighbours = neighbours
        self._known = known
        self._open: dict[TopicPartition, _Pause] = {}

    def __contains__(self, where: object) -> bool:
        return where in self._open

    @property
    def partitions(self) -> list[TopicPartition]:
        """Those that do not go on."""
        return list(self._open)

    @property
    def forks(self) -> dict[TopicPartition, str]:
        """Partitions that stand still until a person looks, and why."""
        return {where: str(question.fork) for where, question in self._open.items() if question.fork is not None}

    def standing(self) -> dict[str, Any]:
        """The partitions that do not go on: those that wait for their publisher, and the forked ones."""
        forks = self.forks
        asking = [_spelt(where) for where in self._open if where not in forks]
        return {"asking": sorted(asking), "forked": {_spelt(where): why for where, why in sorted(forks.items())}}

    def ask(self, where: TopicPartition, messages: list[Message], reading: Fetcher) -> None:
        """Ask the teller about these, and fetch nothing of their partition until it has answered."""
        if where in self._open:
            return
        reading.pause(where)
        first = messages[0].offset
        logger.info("asking the teller", **named(where), offset=first, messages=len(messages))
        self._open[where] = _Pause(first, asyncio.create_task(self._answer(where, messages)))

    def conclude(self, fetched: Fetched, reading: Fetcher) -> None:
        """Go on where the teller has answered. Only between two fetches: one under way may hold what is to be read again."""
        for where in self._open:
            if fetched.pop(where, None) is not None:
                reading.pause(where)  # a rebalance forgets what was paused
        for where, question in list(self._open.items()):
            if question.fork is None and question.asking.done():
                self._take(where, question, reading)

    async def stop(self) -> None:
        """Ask no longer."""
        await cancel_all([question.asking for question in self._open.values()])

    async def _answer(self, where: TopicPartition, messages: list[Message]) -> Resolution:
        owner = owner_of(where.topic, self._settings)
        attempt = 0
        while True:
            try:
                settled = await resolve(self._log, self._neighbours.get(owner), messages, self._known.logs[owner])
                for key in {message.tail for message in messages}:
                    self._known.tails[key] = await tail_of(self._log.pool, *key)
                return settled
            except (Unanswered, Unavailable, *DATABASE_ERRORS) as error:
                logger.warning("partition waits for its teller", **named(where), error=str(error))
            await asyncio.sleep(PAUSES[min(attempt, len(PAUSES) - 1)])
            attempt += 1

    def _take(self, where: TopicPartition, question: _Pause, reading: Fetcher) -> None:
        try:
            settled = question.asking.result()
        except Fork as fork:
            question.fork = fork
            metrics.FORKED.labels(where.topic, where.partition).set(1)
            logger.error("fork: this partition stands still", **named(where), offset=question.offset, detail=str(fork))
            return
        owner = owner_of(where.topic, self._settings)
        for log_id in settled.logs:
            self._known.accept(owner, log_id)
        self._known.denied |= {(where, offset) for offset in settled.denied}
        del self._open[where]
        if not reading.resume(where, question.offset):
            logger.debug("partition went to another process", **named(where))


def _spelt(where: TopicPartition) -> str:
    return f"{where.topic}/{where.partition}"


def named(where: TopicPartition) -> dict[str, Any]:
    """A partition, as log lines say it."""
    return {"topic": where.topic, "partition": where.partition}
