"""Offsets committed to Kafka: a hint that saves reading again. Whatever it says, positions in the log decide."""

import asyncio
import time
from collections.abc import Mapping

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition

from .broker import KAFKA_ERRORS

logger = structlog.get_logger(__name__)

EVERY = 1.0
LAST_SECONDS = 2.0


class OffsetCommits:
    """Tells Kafka now and then how far a consumer's partitions are in the log."""

    def __init__(self, consumer: AIOKafkaConsumer, offsets: Mapping[TopicPartition, int]) -> None:
        self._consumer = consumer
        self._offsets = offsets
        self._told: dict[TopicPartition, int] = {}
        self._next = 0.0
        self._telling: asyncio.Task[None] | None = None

    def sometimes(self) -> None:
        """Commit in the background, if it is time."""
        if time.monotonic() < self._next or (self._telling is not None and not self._telling.done()):
            return
        self._next = time.monotonic() + EVERY
        self._telling = asyncio.create_task(self._tell())

    async def at_last(self) -> None:
        """Tell it once more, if that does not take long."""
        if self._telling is not None:
            await asyncio.wait({self._telling}, timeout=LAST_SECONDS)
        last = asyncio.create_task(self._tell())
        await asyncio.wait({last}, timeout=LAST_SECONDS)

    async def _tell(self) -> None:
        mine = self._consumer.assignment()
        moved = {where: offset for where, offset in self._offsets.items() if where in mine and self._told.get(where) != offset}
        if not moved:
            return
        try:
            await self._consumer.commit(moved)
            self._told.update(moved)
        except (*KAFKA_ERRORS, ValueError) as error:
            logger.debug("offsets not committed", error=str(error))
