"""The relay publishes a service's events to Kafka: each at least once, in the order of the log.

One relay per service acts at a time (`lease`). It reads behind its checkpoint in position order, sends to the stored
partition, and moves the checkpoint over the contiguous acknowledged prefix only, and only under its own epoch. After
any error it begins anew at the checkpoint with a new producer. A relay that lost its lease without noticing may repeat
what another one publishes; consumers skip it by position.
"""

import asyncio
from collections import defaultdict
from typing import Any

import structlog
from aiokafka import AIOKafkaProducer

from ..batch_size import BatchSize
from ..log import Log
from ..log.connection import DATABASE_ERRORS
from ..settings import Settings
from ..shutdown import Shutdown
from ..worker_status import WorkerStatus
from . import metrics, spans
from .broker import KAFKA_ERRORS, PATIENCE, abort_producer, start_producer, topic_for
from .chunk import Batch, Chunk
from .cloudevents import Envelope, headers_of
from .lease import Lease, LeaseLost, hold_lease
from .published_log import PublishedLog
from .topic_check import LogBehindTopic, check_not_behind, intact_up_to, last_published

logger = structlog.get_logger(__name__)

RELAY = "relay"
"""The name of its lease and of its checkpoint."""

CHUNK = 2000
"""Events read and sent at once, if they are small."""

CHUNK_BYTES = 4 * 1024 * 1024
"""Of events read and sent at once; while they are, as many are read."""

ANSWERED_AFTER = 200
"""Events put into batches before other tasks of this process have a turn."""

DEADLINE = 15.0
"""Seconds for a chunk to be acknowledged; aiokafka's idempotent producer would wait for ever for a broker that is away."""

PAUSES = (0.2, 0.5, 1.0, 2.0, 5.0)
"""Seconds between attempts; the last one stays."""


class NotDelivered(Exception):
    """A chunk was not acknowledged whole; what exactly arrived is unknown."""


class TopicEmptied(NotDelivered):
    """Offsets begin anew: the topic was replaced under the producer, and all that was published is gone."""


class TopicTooSmall(Exception):
    """The topic has fewer partitions than the log has stored."""


async def run_relay(log: Log, settings: Settings, shutdown: Shutdown | None = None, status: WorkerStatus | None = None) -> None:
    """Tell, for as long as the process lives.

    Raises:
        Stopped: a stop was requested; what was sent is acknowledged and remembered.
    """
    shutdown, status = shutdown or Shutdown(), status or WorkerStatus()
    while True:
        status.set("standing by")
        async with hold_lease(log.pool, RELAY, settings.lease_seconds, shutdown) as lease:
            await _publish_while_held(log, settings, lease, shutdown, status)


async def _publish_while_held(log: Log, settings: Settings, lease: Lease, shutdown: Shutdown, status: WorkerStatus) -> None:
    failures, emptied = 0, False
    while lease.held:
        try:
            if emptied:  # nothing on the topic shows it once each partition has a new event
                await lease.rewind(0)
                emptied = False
            async with _Publisher(log, settings, lease, shutdown) as publisher:
                begin = await publisher.begin()
                metrics.RELAY_REFUSES.set(0)
                status.set("telling")
                async for _ in publisher.follow(begin):
                    failures = 0
        except LeaseLost:
            logger.info("lease lost", lease=RELAY, epoch=lease.epoch)
            return
        except LogBehindTopic as behind:
            metrics.RELAY_REFUSES.set(1)
            logger.error("nothing is told: this log is behind what it once told", service=log.service.name, detail=str(behind))
            status.set("refuses", detail=str(behind))
            failures = len(PAUSES)
        except (*KAFKA_ERRORS, *DATABASE_ERRORS, NotDelivered, TopicTooSmall) as error:
            emptied = emptied or isinstance(error, TopicEmptied)
            metrics.RELAY_ERRORS.inc()
            logger.warning("telling begins anew", service=log.service.name, error=f"{type(error).__name__}: {error}")
            status.set("beginning anew", error=type(error).__name__)
            failures += 1
        await shutdown.pause(PAUSES[min(failures, len(PAUSES)) - 1])


class _Publisher:
    """One producer and what it is telling."""

    producer: AIOKafkaProducer

    def __init__(self, log: Log, settings: Settings, lease: Lease, shutdown: Shutdown) -> None:
        self.log = log
        self.settings = settings
        self.lease = lease
        self.shutdown = shutdown
        self.own = PublishedLog(log.pool, log.service.name, log.log_id)
        self.topic = topic_for(log.service.name, settings)
        self.partitions: set[int] = set()
        self._saving: asyncio.Task[None] | None = None
        self._broken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._portion = BatchSize(CHUNK, CHUNK_BYTES)
        self._more = False  # whether more was there than what was read last
        self._ends: dict[int, int] = {}
        """The highest offset acknowledged, by partition."""

    async def __aenter__(self) -> "_Publisher":
        self.producer = await self.shutdown.interruptible(start_producer(self.settings, f"{self.log.service.name}-relay", self._break))
        try:
            async with asyncio.timeout(PATIENCE):
                self.partitions = set(await self.producer.partitions_for(self.topic))
        except BaseException:
            await abort_producer(self.producer)
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._saving is not None:
            await asyncio.wait({self._saving})
        await abort_producer(self.producer)

    async def begin(self) -> int:
        """Where to go on: at the checkpoint, or before it if the topic lost events.

        Raises:
            BehindItself: the log lost what was published.
            LeaseLost: a later epoch has been here.
        """
        checkpoint = await self.lease.checkpoint()
        last = await last_published(self.own, self.topic, self.partitions, self.settings)
        await check_not_behind(self.own, self.topic, last)
        begin = await intact_up_to(self.own, last, self.partitions, checkpoint)
        if begin < checkpoint:
            logger.warning("the topic lost what was told, it is told again", topic=self.topic, after=begin, envelope=checkpoint)
            await self.lease.rewind(begin)
        return begin

    async def follow(self, position: int) -> Any:
        """Tell chunk after chunk what lies behind ``position``; yields the last position of each that is acknowledged."""
        chunk = await self._build(await self._rows_after(position))
        while True:
            self.lease.must_be_held()
            delivery = asyncio.create_task(self._deliver(chunk))
            following: Chunk | None = None
            try:
                # The next chunk is read and built while this one flies; events published live leave nothing to read.
                if self._more and (rows := await self._read(chunk.last)):
                    following = await self._build(rows)
            finally:
                await self._landed(chunk, delivery)
            yield chunk.last
            self.shutdown.check()
            chunk = following or await self._build(await self._rows_after(chunk.last))

    async def _rows_after(self, position: int) -> list[Any]:
        while True:
            seen = self.log.head
            rows = await self._read(position)
            if rows:
                return rows
            await self._saved()
            self.shutdown.check()
            self.lease.must_be_held()
            self._must_be_whole()
            await self.log.changed(seen, self.settings.poll_seconds)

    async def _read(self, position: int) -> list[Any]:
        asked = self._portion.count
        rows = await self.own.rows(position, asked)
        self._more = len(rows) == asked
        self._portion.took([len(row["data"]) for row in rows])
        return rows

    async def _build(self, rows: list[Any]) -> Chunk:
        events = [self.own.envelope(row) for row in rows]
        beyond = {envelope.partition for envelope in events} - self.partitions
        if beyond:
            raise TopicTooSmall(f"{self.topic} has no partition {min(beyond)}")
        live = spans.is_live(len(rows), rows[0]["recorded_at"])
        chunk = Chunk([envelope.position for envelope in events], defaultdict(list))
        if not live and any(spans.sampled(envelope.traceparent) for envelope in events):
            chunk.spans.append(spans.telling_many(self.topic, events))
        for number, envelope in enumerate(events, 1):
            if number % ANSWERED_AFTER == 0:
                await asyncio.sleep(0)
            context = None
            if live and spans.sampled(envelope.traceparent):
                span = spans.telling(self.topic, envelope)
                chunk.spans.append(span)
                context = span.traceparent
            self._put(chunk.batches[envelope.partition], envelope, context)
        return chunk

    def _put(self, batches: list[Batch], envelope: Envelope, context: str | None) -> None:
        headers, key = headers_of(envelope, context), str(envelope.stream_id).encode()
        if batches and batches[-1].builder.append(timestamp=None, key=key, value=envelope.data, headers=headers) is not None:
            return
        batch = Batch(envelope.partition, self.producer.create_batch(), envelope.position)
        batch.builder.append(timestamp=None, key=key, value=envelope.data, headers=headers)
        batches.append(batch)

    async def _deliver(self, chunk: Chunk) -> None:
        """Send all batches; those of one partition one after the other, so that a failed one is not overtaken."""
        async with asyncio.timeout(DEADLINE):
            sending = [self._deliver_partition(batches) for batches in chunk.batches.values()]
            outcomes = await asyncio.gather(*sending, return_exceptions=True)
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                raise outcome

    async def _deliver_partition(self, batches: list[Batch]) -> None:
        for batch in batches:
            future = await self.producer.send_batch(batch.builder, self.topic, partition=batch.partition)
            # Not awaited directly: a deadline would cancel aiokafka's own future.
            await asyncio.wait({future, self._broken}, return_when=asyncio.FIRST_COMPLETED)
            if not future.done():
                self._must_be_whole()
            self._must_follow(batch.partition, future.result().offset)
            batch.acknowledged = True

    def _break(self) -> None:
        if not self._broken.done():
            self._broken.set_result(None)

    def _must_be_whole(self) -> None:
        if self._broken.done():
            raise NotDelivered("the connection broke")

    def _must_follow(self, partition: int, offset: int) -> None:
        if offset <= self._ends.get(partition, -1):
            raise TopicEmptied(f"{self.topic}/{partition} was emptied: offset {offset} after {self._ends[partition]}")
        self._ends[partition] = offset

    async def _landed(self, chunk: Chunk, delivery: asyncio.Task[None]) -> None:
        """Wait for the chunk, and keep in mind how far it arrived."""
        try:
            await delivery
        except TimeoutError as error:
            raise NotDelivered(f"not acknowledged in {DEADLINE:g} s") from error
        except asyncio.CancelledError:
            delivery.cancel()
            raise
        finally:
            chunk.end_spans()
            prefix = chunk.prefix()
            metrics.PUBLISHED.inc(sum(position <= prefix for position in chunk.positions))
            await self._save(prefix)

    async def _save(self, position: int) -> None:
        """Move the checkpoint, while the next chunk is sent."""
        await self._saved()
        if position:
            self._saving = asyncio.create_task(self.lease.advance(position))

    async def _saved(self) -> None:
        saving, self._saving = self._saving, None
        if saving is not None:
            await saving
