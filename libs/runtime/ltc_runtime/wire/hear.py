"""Hearing: every published fact of the neighbours a service listens to is appended to its own log, once.

Exactly once out of at-least-once: what was heard is known per (log, partition) by position, in the same transaction as
the fact itself. Kafka's offsets are a hint that saves reading again; whatever they say, positions decide.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import IllegalStateError

from ..doing import Doing
from ..log import AlreadyThere, Log, Unavailable
from ..log.connection import DATABASE_ERRORS
from ..portion import Portion
from ..settings import Settings
from ..stopping import Stopping, end
from ..telemetry import Span
from . import figures, spans
from .batch import Aside, HearWork, Message, Outcome
from .batch import message as message_of
from .broker import KAFKA_ERRORS, hang_up, owner_of, start_ear, topic_for
from .cloudevents import Unreadable, read_event
from .compare import compare
from .neighbour import Neighbours, Unanswered
from .settle import Fork, Settled, holdings, settle, tail_of
from .topic_start import note_starts
from .watchdog import watch

log_ = structlog.get_logger(__name__)

BATCH = 500
"""Messages appended at once, if they are small."""

BATCH_BYTES = 1024 * 1024
"""Of messages appended at once; while they are, as many are read."""

BACKLOG = 100
"""With so many at once there are more: the next ones are read while these are written."""

FETCH_MS = 200
"""How long a fetch waits where there is nothing; a fetch is never cancelled, so this bounds stopping too."""

COMMIT_SECONDS = 1.0
Fetched = dict[TopicPartition, list[ConsumerRecord]]
PAUSES = (0.2, 0.5, 1.0, 2.0, 5.0)


async def hear(log: Log, settings: Settings, stopping: Stopping | None = None, doing: Doing | None = None) -> None:
    """Hear, for as long as the process lives.

    Raises:
        Stopped: told to stop; what was fetched last is in the log or will be fetched again.
        Stuck: the consumer is alive and does not consume; the process is to be started anew.
    """
    if not log.service.hears:
        return
    stopping, doing = stopping or Stopping(), doing or Doing()
    neighbours = Neighbours(settings)
    comparing = asyncio.create_task(compare(log, settings, neighbours), name="compare")
    failures = 0
    try:
        while True:
            ear = Ear(log, settings, neighbours, stopping, doing)
            doing.ask(ear.standing)
            try:
                await stopping.unless(note_starts(log, settings))
                await ear.listen()
            except (*KAFKA_ERRORS, *DATABASE_ERRORS) as error:
                doing.say("beginning anew", error=type(error).__name__)
                failures = 0 if ear.offsets else failures + 1
                log_.warning("hearing begins anew", service=log.service.name, error=f"{type(error).__name__}: {error}")
            await stopping.pause(PAUSES[min(failures, len(PAUSES) - 1)])
    finally:
        await end([comparing])
        await neighbours.close()


@dataclass
class _Batch:
    """Messages as they were fetched."""

    messages: list[Message] = field(default_factory=list)
    asides: list[Aside] = field(default_factory=list)
    ends: dict[TopicPartition, int] = field(default_factory=dict)
    """The offset behind the last message of each partition."""
    spans: list[Span] = field(default_factory=list)

    def without(self, partitions: Sequence[TopicPartition]) -> None:
        """Drop what was fetched of these partitions."""
        self.messages = [message for message in self.messages if message.where not in partitions]
        self.asides = [aside for aside in self.asides if aside.where not in partitions]
        for where in partitions:
            self.ends.pop(where, None)

    def end_spans(self) -> None:
        for span in self.spans:
            span.end()


@dataclass
class _Question:
    """A partition that waits for its teller's answer."""

    offset: int
    """Of the first message that could not be taken."""
    asking: asyncio.Task[Settled]
    fork: Fork | None = None


class Ear:
    """One consumer and what it is hearing."""

    consumer: AIOKafkaConsumer

    def __init__(
        self, log: Log, settings: Settings, neighbours: Neighbours, stopping: Stopping | None = None, doing: Doing | None = None
    ) -> None:
        self.log = log
        self.settings = settings
        self.doing = doing or Doing()
        self.neighbours = neighbours
        self.stopping = stopping or Stopping()
        self.group = log.service.name
        self.topics = [topic_for(teller, settings) for teller in log.service.hears]
        self.offsets: dict[TopicPartition, int] = {}
        """Behind the last message of each partition that is in the log."""
        self.questions: dict[TopicPartition, _Question] = {}
        self._logs: dict[str, set[UUID]] = defaultdict(set)
        self._owners: dict[UUID, str] = {}
        self._tails: dict[tuple[UUID, int], int] = {}
        self._read_up_to: dict[TopicPartition, int] = {}
        self._portion = Portion(BATCH, BATCH_BYTES)
        self._denied: set[tuple[TopicPartition, int]] = set()
        self._committed: dict[TopicPartition, int] = {}
        self._commit_at = 0.0
        self._committing: asyncio.Task[None] | None = None
        self._database_away = False

    @property
    def forks(self) -> dict[TopicPartition, str]:
        """Partitions that stand still, and why."""
        return {where: str(question.fork) for where, question in self.questions.items() if question.fork is not None}

    def standing(self) -> dict[str, Any]:
        """The partitions that do not go on: those that wait for their teller, and those where it contradicts what was heard."""
        forks = self.forks
        asking = [_spelt(where) for where in self.questions if where not in forks]
        return {"asking": sorted(asking), "forked": {_spelt(where): why for where, why in sorted(forks.items())}}

    def progress(self) -> dict[TopicPartition, int]:
        """See `watchdog.Watched`. What waits for its teller or for the database does not have to move."""
        if self._database_away:
            return {}
        return {where: self.offsets.get(where, -1) for where in self.consumer.assignment() if where not in self.questions}

    async def listen(self) -> None:
        """Hear until something breaks."""
        await self._remember()
        self.consumer = await self.stopping.unless(start_ear(self.settings, self.group, self.topics))
        self.doing.say("listening")
        watching = watch(self, self.settings, self.doing)
        tasks = {asyncio.create_task(self._listen(), name="hear"), asyncio.create_task(watching, name="watchdog")}
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            try:
                await end(tasks)
                await self._stop_asking()
            finally:
                await hang_up(self.consumer)

    async def _listen(self) -> None:
        fetch = self._fetch()
        writing: asyncio.Task[None] | None = None
        try:
            while True:
                self.stopping.look()
                await asyncio.wait({fetch})  # not awaited directly: a fetch must not be cancelled
                fetched = await self._fetched(fetch)
                self._conclude(fetched)
                fetch = self._fetch()
                batch = self._read(fetched)  # while the batch before is being written
                if writing is not None:
                    await writing
                    batch.without(list(self.questions))
                writing = asyncio.create_task(self._write(batch))
                if len(batch.messages) < BACKLOG:
                    await writing
                self._commit_sometimes()
        finally:
            await asyncio.wait({fetch, *({writing} if writing is not None else ())}, timeout=5.0)
            if writing is not None and writing.done() and not writing.cancelled():
                writing.exception()  # looked at: whoever waits for it has been told to stop
            await self._commit_at_last()

    def _fetch(self) -> "asyncio.Task[Fetched]":
        return asyncio.create_task(self.consumer.getmany(timeout_ms=FETCH_MS, max_records=self._portion.count))

    async def _fetched(self, fetch: "asyncio.Task[Fetched]") -> Fetched:
        try:
            return fetch.result()
        except UnicodeDecodeError as error:
            return await self._fetch_around(error)

    async def _fetch_around(self, error: UnicodeDecodeError) -> Fetched:
        """Some message has a header name that aiokafka cannot read, and with it nothing behind it: find it, go around it."""
        found: Fetched = {}
        for where in self.consumer.assignment() - self.consumer.paused():
            records = found.setdefault(where, [])
            # aiokafka loses what it had unpacked before the error, and its place with it.
            self.consumer.seek(where, self._read_up_to.get(where, 0))
            try:
                while len(records) < BATCH and (one := await self.consumer.getmany(where, timeout_ms=5 * FETCH_MS, max_records=1)):
                    records += one[where]
            except UnicodeDecodeError:
                offset = await self.consumer.position(where)
                records.append(_unreadable(where, offset, error))
                self.consumer.seek(where, offset + 1)
        return {where: records for where, records in found.items() if records}

    # Reading

    def _read(self, fetched: Fetched) -> _Batch:
        batch = _Batch()
        count = sum(map(len, fetched.values()))
        self._portion.took([len(record.value or b"") for records in fetched.values() for record in records])
        for where, records in fetched.items():
            live = spans.is_live(count, datetime.fromtimestamp(records[0].timestamp / 1000, UTC))
            before = len(batch.messages)
            owner = owner_of(where.topic, self.settings)
            for record in records:
                self._read_one(batch, where, record, owner, live)
            batch.ends[where] = self._read_up_to[where] = records[-1].offset + 1
            if not live and any(spans.sampled(message.told.traceparent) for message in batch.messages[before:]):
                told = [message.told for message in batch.messages[before:]]
                batch.spans.append(spans.hearing_many(where.topic, told, self.group))
        return batch

    def _read_one(self, batch: _Batch, where: TopicPartition, record: ConsumerRecord, owner: str, live: bool) -> None:
        try:
            if (where, record.offset) in self._denied:
                raise Unreadable(f"{owner} denies having told it")
            told, event = read_event(record.headers, record.value, owner, where.partition)
            if self._owners.get(told.log_id, owner) != owner:
                raise Unreadable(f"log {told.log_id} is not {owner}'s")
        except Unreadable as error:
            batch.asides.append(Aside(where, record.offset, str(error), record))
            return
        if not self._logs[owner] and self.neighbours.get(owner) is None:
            self._accept(owner, told.log_id)  # the first log of a teller that cannot be asked
        context = told.traceparent
        if live and spans.sampled(context):
            span = spans.hearing(where.topic, told, self.group)
            batch.spans.append(span)
            context = span.traceparent
        batch.messages.append(message_of(where, record.offset, told, context, event))

    # Writing

    async def _write(self, batch: _Batch) -> None:
        try:
            if batch.messages or batch.asides:
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
                self.doing.say("waiting for the database", error=type(error).__name__)
                log_.warning("database away, hearing waits", error=str(error))
                await self.stopping.pause(0.5)
            else:
                self._database_away = False
                self.doing.say("listening")
                return outcome

    async def _work(self, batch: _Batch, suspects: set[tuple[TopicPartition, int]]) -> HearWork:
        repeated = [message for message in batch.messages if message.told.position <= self._tails.get(message.tail, 0)]
        known = await holdings(self.log.pool, repeated) if repeated else {}
        return HearWork(batch.messages, batch.asides, known, frozenset(self._owners), suspects)

    async def _conflicts(self, messages: Sequence[Message]) -> set[tuple[TopicPartition, int]]:
        """Messages that claim an event, or a place, that the log or an earlier message gives to another."""
        held = await holdings(self.log.pool, messages)
        ids = {message.told.event_id for message in messages}
        rows = await self.log.pool.fetch("SELECT event_id, origin_log, origin_position FROM log WHERE event_id = ANY($1)", list(ids))
        places = {row["event_id"]: (row["origin_log"], row["origin_position"]) for row in rows}
        found = set()
        for message in messages:
            told = message.told
            claim = (told.event_id, told.partition)
            if held.setdefault(message.place, claim) != claim or places.setdefault(told.event_id, message.place) != message.place:
                found.add((message.where, message.offset))
        return found

    def _note(self, batch: _Batch, outcome: Outcome) -> None:
        for message in batch.messages:
            if message.where not in outcome.trouble:
                self._tails[message.tail] = max(message.told.position, self._tails.get(message.tail, 0))
        for topic, count in outcome.heard.items():
            figures.HEARD.labels(topic).inc(count)
        for topic, count in outcome.skipped.items():
            figures.SKIPPED.labels(topic).inc(count)
        for aside in batch.asides:
            if outcome.stands_before(aside.where, aside.offset):
                continue  # it will be read again, and what was found out about it must still be known then
            figures.SET_ASIDE.labels(aside.where.topic).inc()
            self._denied.discard((aside.where, aside.offset))
            log_.warning("message set aside", **_named(aside.where), offset=aside.offset, reason=aside.reason)
        for where, offset in batch.ends.items():
            self.offsets[where] = offset
        for where, messages in outcome.trouble.items():
            self._ask(where, messages)

    # Trouble

    def _ask(self, where: TopicPartition, messages: list[Message]) -> None:
        first = messages[0].offset
        self.offsets[where] = first
        if where in self.questions:
            return
        self._pause(where)
        log_.info("asking the teller", **_named(where), offset=first, messages=len(messages))
        self.questions[where] = _Question(first, asyncio.create_task(self._answer(where, messages)))

    async def _answer(self, where: TopicPartition, messages: list[Message]) -> Settled:
        owner = owner_of(where.topic, self.settings)
        attempt = 0
        while True:
            try:
                settled = await settle(self.log, self.neighbours.get(owner), messages, self._logs[owner])
                for key in {message.tail for message in messages}:
                    self._tails[key] = await tail_of(self.log.pool, *key)
                return settled
            except (Unanswered, Unavailable, *DATABASE_ERRORS) as error:
                log_.warning("partition waits for its teller", **_named(where), error=str(error))
            await asyncio.sleep(PAUSES[min(attempt, len(PAUSES) - 1)])
            attempt += 1

    def _conclude(self, fetched: Fetched) -> None:
        """Go on where the teller has answered. Only between two fetches: one under way may hold what is to be read again."""
        for where in self.questions:
            if fetched.pop(where, None) is not None:
                self._pause(where)  # a rebalance forgets what was paused
        for where, question in list(self.questions.items()):
            if question.fork is None and question.asking.done():
                self._take(where, question)

    def _take(self, where: TopicPartition, question: _Question) -> None:
        try:
            settled = question.asking.result()
        except Fork as fork:
            question.fork = fork
            figures.FORKED.labels(where.topic, where.partition).set(1)
            log_.error("fork: this partition stands still", **_named(where), offset=question.offset, detail=str(fork))
            return
        owner = owner_of(where.topic, self.settings)
        for log_id in settled.logs:
            self._accept(owner, log_id)
        self._denied |= {(where, offset) for offset in settled.denied}
        del self.questions[where]
        try:
            self._read_up_to[where] = question.offset
            self.consumer.seek(where, question.offset)
            self.consumer.resume(where)
        except IllegalStateError:
            log_.debug("partition went to another process", **_named(where))

    def _pause(self, where: TopicPartition) -> None:
        if where in self.consumer.assignment():
            self.consumer.pause(where)

    def _accept(self, owner: str, log_id: UUID) -> None:
        if self._owners.setdefault(log_id, owner) == owner:
            self._logs[owner].add(log_id)

    async def _stop_asking(self) -> None:
        asking = [question.asking for question in self.questions.values()]
        await end(asking)

    # Remembering

    async def _remember(self) -> None:
        self._owners[self.log.log_id] = self.log.service.name
        for row in await self.log.pool.fetch("SELECT log_id, partition, origin, position FROM heard"):
            self._accept(row["origin"], row["log_id"])
            self._tails[row["log_id"], row["partition"]] = row["position"]

    def _commit_sometimes(self) -> None:
        if time.monotonic() < self._commit_at or (self._committing is not None and not self._committing.done()):
            return
        self._commit_at = time.monotonic() + COMMIT_SECONDS
        self._committing = asyncio.create_task(self._commit())

    async def _commit(self) -> None:
        """Tell Kafka how far we are, as a hint: whether it arrives does not matter."""
        mine = self.consumer.assignment()
        moved = {where: offset for where, offset in self.offsets.items() if where in mine and self._committed.get(where) != offset}
        if not moved:
            return
        try:
            await self.consumer.commit(moved)
            self._committed.update(moved)
        except (*KAFKA_ERRORS, ValueError) as error:
            log_.debug("offsets not committed", error=str(error))

    async def _commit_at_last(self) -> None:
        if self._committing is not None:
            await asyncio.wait({self._committing}, timeout=2.0)
        last = asyncio.create_task(self._commit())
        await asyncio.wait({last}, timeout=2.0)


def _unreadable(where: TopicPartition, offset: int, error: Exception) -> ConsumerRecord:
    """What stands for a message that could not even be fetched."""
    headers = (("error", str(error).encode()),)
    return ConsumerRecord(where.topic, where.partition, offset, int(time.time() * 1000), 0, None, None, None, 0, 0, headers)


def _spelt(where: TopicPartition) -> str:
    return f"{where.topic}/{where.partition}"


def _named(where: TopicPartition) -> dict[str, Any]:
    return {"topic": where.topic, "partition": where.partition}
