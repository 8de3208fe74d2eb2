"""Hearing: every published fact of the neighbours a service listens to is appended to its own log, once.

Exactly once out of at-least-once: what was consumed is known per (log, partition) by position, in the same transaction as
the fact itself. Kafka's offsets are a hint that saves reading again; whatever they say, positions decide.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from ..log import AlreadyThere, Log, Unavailable
from ..log.connection import DATABASE_ERRORS
from ..settings import Settings
from ..shutdown import Shutdown, cancel_all
from ..telemetry import Span
from ..worker_status import WorkerStatus
from . import metrics, spans
from .broker import KAFKA_ERRORS, owner_of, start_consumer, stop_consumer, topic_for
from .cloudevents import Unreadable, read_event
from .fetcher import Fetched, Fetcher
from .gap_repair import holdings
from .inbox_batch import AppendConsumed, DeadLetter, Message, Outcome
from .inbox_batch import message as message_of
from .neighbour import Neighbours
from .offset_commits import OffsetCommits
from .paused_partitions import PAUSES, PausedPartitions, named
from .publishers import KnownPublishers
from .reconciliation import run_reconciliation
from .topic_start import note_starts
from .watchdog import watch

logger = structlog.get_logger(__name__)

BACKLOG = 100
"""With so many at once there are more: the next ones are read while these are written."""


async def run_inbox(log: Log, settings: Settings, shutdown: Shutdown | None = None, status: WorkerStatus | None = None) -> None:
    """Hear, for as long as the process lives.

    Raises:
        Stopped: a stop was requested; what was fetched last is in the log or will be fetched again.
        Stuck: the consumer is alive and does not consume; the process is to be started anew.
    """
    if not log.service.consumes:
        return
    shutdown, status = shutdown or Shutdown(), status or WorkerStatus()
    neighbours = Neighbours(settings)
    comparing = asyncio.create_task(run_reconciliation(log, settings, neighbours), name="compare")
    failures = 0
    try:
        while True:
            consumer_ = InboxConsumer(log, settings, neighbours, shutdown, status)
            status.add_details(consumer_.standing)
            try:
                await shutdown.interruptible(note_starts(log, settings))
                await consumer_.listen()
            except (*KAFKA_ERRORS, *DATABASE_ERRORS) as error:
                status.set("beginning anew", error=type(error).__name__)
                failures = 0 if consumer_.offsets else failures + 1
                logger.warning("hearing begins anew", service=log.service.name, error=f"{type(error).__name__}: {error}")
            await shutdown.pause(PAUSES[min(failures, len(PAUSES) - 1)])
    finally:
        await cancel_all([comparing])
        await neighbours.close()


@dataclass
class _Batch:
    """Messages as they were fetched."""

    messages: list[Message] = field(default_factory=list)
    dead_letters: list[DeadLetter] = field(default_factory=list)
    ends: dict[TopicPartition, int] = field(default_factory=dict)
    """The offset behind the last message of each partition."""
    spans: list[Span] = field(default_factory=list)

    def without(self, partitions: Sequence[TopicPartition]) -> None:
        """Drop what was fetched of these partitions."""
        self.messages = [message for message in self.messages if message.where not in partitions]
        self.dead_letters = [letter for letter in self.dead_letters if letter.where not in partitions]
        for where in partitions:
            self.ends.pop(where, None)

    def end_spans(self) -> None:
        for span in self.spans:
            span.end()


class InboxConsumer:
    """One consumer and what it is hearing."""

    consumer: AIOKafkaConsumer
    reading: Fetcher

    def __init__(
        self, log: Log, settings: Settings, neighbours: Neighbours, shutdown: Shutdown | None = None, status: WorkerStatus | None = None
    ) -> None:
        self.log = log
        self.settings = settings
        self.status = status or WorkerStatus()
        self.neighbours = neighbours
        self.shutdown = shutdown or Shutdown()
        self.group = log.service.name
        self.topics = [topic_for(publisher, settings) for publisher in log.service.consumes]
        self.offsets: dict[TopicPartition, int] = {}
        """Behind the last message of each partition that is in the log."""
        self.known = KnownPublishers(log)
        self.questions = PausedPartitions(log, settings, neighbours, self.known)
        self._database_away = False

    @property
    def forks(self) -> dict[TopicPartition, str]:
        """Partitions that stand still, and why."""
        return self.questions.forks

    def standing(self) -> dict[str, Any]:
        """The partitions that do not go on, see `Questions.standing`."""
        return self.questions.standing()

    def progress(self) -> dict[TopicPartition, int]:
        """See `watchdog.Watched`. What waits for its teller or for the database does not have to move."""
        if self._database_away:
            return {}
        return {where: self.offsets.get(where, -1) for where in self.consumer.assignment() if where not in self.questions}

    async def listen(self) -> None:
        """Hear until something breaks."""
        await self.known.remember()
        self.consumer = await self.shutdown.interruptible(start_consumer(self.settings, self.group, self.topics))
        self.reading = Fetcher(self.consumer)
        self.status.set("listening")
        watching = watch(self, self.settings, self.status)
        tasks = {asyncio.create_task(self._listen(), name="hear"), asyncio.create_task(watching, name="watchdog")}
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            try:
                await cancel_all(tasks)
                await self.questions.stop()
            finally:
                await stop_consumer(self.consumer)

    async def _listen(self) -> None:
        hints = OffsetCommits(self.consumer, self.offsets)
        fetch = self.reading.fetch()
        writing: asyncio.Task[None] | None = None
        try:
            while True:
                self.shutdown.check()
                await asyncio.wait({fetch})  # not awaited directly: a fetch must not be cancelled
                fetched = await self.reading.fetched(fetch)
                self.questions.conclude(fetched, self.reading)
                fetch = self.reading.fetch()
                batch = self._read(fetched)  # while the batch before is being written
                if writing is not None:
                    await writing
                    batch.without(self.questions.partitions)
                writing = asyncio.create_task(self._write(batch))
                if len(batch.messages) < BACKLOG:
                    await writing
                hints.sometimes()
        finally:
            await asyncio.wait({fetch, *({writing} if writing is not None else ())}, timeout=5.0)
            if writing is not None and writing.done() and not writing.cancelled():
                writing.exception()  # looked at: its caller has been asked to stop
            await hints.at_last()

    # Reading

    def _read(self, fetched: Fetched) -> _Batch:
        batch = _Batch()
        count = sum(map(len, fetched.values()))
        for where, records in fetched.items():
            live = spans.is_live(count, datetime.fromtimestamp(records[0].timestamp / 1000, UTC))
            before = len(batch.messages)
            owner = owner_of(where.topic, self.settings)
            for record in records:
                self._read_one(batch, where, record, owner, live)
            batch.ends[where] = records[-1].offset + 1
            if not live and any(spans.sampled(message.envelope.traceparent) for message in batch.messages[before:]):
                envelope = [message.envelope for message in batch.messages[before:]]
                batch.spans.append(spans.hearing_many(where.topic, envelope, self.group))
        self.reading.passed(batch.ends)
        return batch

    def _read_one(self, batch: _Batch, where: TopicPartition, record: ConsumerRecord, owner: str, live: bool) -> None:
        try:
            if (where, record.offset) in self.known.denied:
                raise Unreadable(f"{owner} denies having told it")
            envelope, event = read_event(record.headers, record.value, owner, where.partition)
            if self.known.owners.get(envelope.log_id, owner) != owner:
                raise Unreadable(f"log {envelope.log_id} is not {owner}'s")
        except Unreadable as error:
            batch.dead_letters.append(DeadLetter(where, record.offset, str(error), record))
            return
        if not self.known.logs[owner] and self.neighbours.get(owner) is None:
            self.known.accept(owner, envelope.log_id)  # the first log of a teller that cannot be asked
        context = envelope.traceparent
        if live and spans.sampled(context):
            span = spans.hearing(where.topic, envelope, self.group)
            batch.spans.append(span)
            context = span.traceparent
        batch.messages.append(message_of(where, record.offset, envelope, context, event))

    # Writing

    async def _write(self, batch: _Batch) -> None:
        try:
            if batch.messages or batch.dead_letters:
                self._note(batch, await self._append(batch))
        finally:
            batch.end_spans()

    async def _append(self, batch: _Batch) -> Outcome:
        suspects: set[tuple[TopicPartition, int]] = set()
        while True:
            try:
                work = await self._work(batch, suspects)
                outcome: Outcome = await self.log.submit(work)
            except AlreadyThere:
                found = await self._conflicts(batch.messages) - suspects
                if not found:
                    raise
                suspects |= found
            except (Unavailable, *DATABASE_ERRORS) as error:
                self._database_away = True
                self.status.set("waiting for the database", error=type(error).__name__)
                logger.warning("database away, hearing waits", error=str(error))
                await self.shutdown.pause(0.5)
            else:
                self._database_away = False
                self.status.set("listening")
                return outcome

    async def _work(self, batch: _Batch, suspects: set[tuple[TopicPartition, int]]) -> AppendConsumed:
        repeated = [message for message in batch.messages if self.known.is_behind(message)]
        known = await holdings(self.log.pool, repeated) if repeated else {}
        return AppendConsumed(batch.messages, batch.dead_letters, known, frozenset(self.known.owners), suspects)

    async def _conflicts(self, messages: Sequence[Message]) -> set[tuple[TopicPartition, int]]:
        """Messages that claim an event, or a place, that the log or an earlier message gives to another."""
        held = await holdings(self.log.pool, messages)
        ids = {message.envelope.event_id for message in messages}
        rows = await self.log.pool.fetch("SELECT event_id, origin_log, origin_position FROM log WHERE event_id = ANY($1)", list(ids))
        places = {row["event_id"]: (row["origin_log"], row["origin_position"]) for row in rows}
        found = set()
        for message in messages:
            envelope = message.envelope
            claim = (envelope.event_id, envelope.partition)
            if held.setdefault(message.place, claim) != claim or places.setdefault(envelope.event_id, message.place) != message.place:
                found.add((message.where, message.offset))
        return found

    def _note(self, batch: _Batch, outcome: Outcome) -> None:
        for message in batch.messages:
            if message.where not in outcome.trouble:
                self.known.consumed(message)
        for topic, count in outcome.consumed.items():
            metrics.CONSUMED.labels(topic).inc(count)
        for topic, count in outcome.skipped.items():
            metrics.SKIPPED.labels(topic).inc(count)
        for letter in batch.dead_letters:
            if outcome.stands_before(letter.where, letter.offset):
                continue  # it will be read again, and what was found out about it must still be known then
            metrics.DEAD_LETTERS.labels(letter.where.topic).inc()
            self.known.denied.discard((letter.where, letter.offset))
            logger.warning("message set aside", **named(letter.where), offset=letter.offset, reason=letter.reason)
        for where, offset in batch.ends.items():
            self.offsets[where] = offset
        for where, messages in outcome.trouble.items():
            self.offsets[where] = messages[0].offset
            self.questions.ask(where, messages, self.reading)
