"""A consumer can be alive and not consume, after a broker restart for instance; then the process must begin anew."""

import asyncio
import time
from dataclasses import dataclass
from typing import Protocol

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition

from ..settings import Settings
from ..worker_status import WorkerStatus
from . import metrics
from .broker import KAFKA_ERRORS, PATIENCE, topic_reader

logger = structlog.get_logger(__name__)

PATIENT_SECONDS = 30.0
EVERY = 5.0


class Stuck(Exception):
    """Messages arrive on a topic and are not consumed."""


class Watched(Protocol):
    """What is watched."""

    def progress(self) -> dict[TopicPartition, int]:
        """Of every partition that ought to move, the offset it is read up to (-1: nothing yet)."""
        ...


@dataclass
class _Last:
    """Where a partition ended when its reader last moved."""

    read: int
    end: int
    since: float


class Watchdog:
    """Remembers when each partition moved last."""

    def __init__(self, patient: float = PATIENT_SECONDS) -> None:
        self._patient = patient
        self._last: dict[TopicPartition, _Last] = {}

    def look(self, progress: dict[TopicPartition, int], ends: dict[TopicPartition, int], now: float) -> None:
        """Compare with the last look.

        Raises:
            Stuck: the end of a partition moved, and for too long its reader did not.
        """
        self._last = {where: last for where, last in self._last.items() if where in progress}
        for where, read in progress.items():
            end = ends.get(where, 0)
            metrics.HEAR_LAG.labels(where.topic, where.partition).set(max(0, end - read) if read >= 0 else 0)
            last = self._last.get(where)
            if last is None or last.read != read or end <= max(last.end, read):
                self._last[where] = _Last(read, end, now)
            elif now - last.since > self._patient:
                raise Stuck(f"{where.topic}/{where.partition} ends at {end} and is read up to {read} since {now - last.since:.0f} s")


async def watch(watched: Watched, settings: Settings, status: WorkerStatus, every: float = EVERY, patient: float = PATIENT_SECONDS) -> None:
    """Look, for as long as the process lives. Through a connection of its own: the consumer's may be what is stuck.

    Who looks is looked after too: ``status`` gets a heartbeat at every turn, and ``/livez`` says no when that ends.

    Raises:
        Stuck: it is.
    """
    watchdog = Watchdog(patient)
    while True:
        status.heartbeat()
        try:
            async with topic_reader(settings) as consumer:
                while True:
                    await asyncio.sleep(every)
                    status.heartbeat()
                    await _look(watchdog, watched, consumer)
        except Stuck as stuck:
            status.set_stuck(str(stuck))
            raise
        except KAFKA_ERRORS as error:
            logger.debug("topics not looked at", error=str(error))
            watchdog = Watchdog(patient)  # a broker that is away is no fault of the consumer
            await asyncio.sleep(every)


async def _look(watchdog: Watchdog, watched: Watched, consumer: AIOKafkaConsumer) -> None:
    partitions = list(watched.progress())
    ends: dict[TopicPartition, int] = {}
    if partitions:
        async with asyncio.timeout(PATIENCE):
            ends = await consumer.end_offsets(partitions)
    watchdog.look({where: read for where, read in watched.progress().items() if where in ends}, ends, time.monotonic())
