"""A batch of messages as one piece of work for the log: which of them are news, which are known, which are trouble."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

from aiokafka import ConsumerRecord, TopicPartition
from ltc_events import Event, Stream

from ..log.plan import Plan
from ..log.rows import ConsumedRow
from ..log.tables import set_aside
from .cloudevents import Envelope

TailKey = tuple[UUID, int]
Place = tuple[UUID, int]
"""A log and a position in it."""
Holding = tuple[UUID, int]
"""The event, and the partition it was told in, that the own log holds for a place."""


class Message(NamedTuple):
    """A readable event of a topic's owner, and where it lies. From a feed it lies nowhere: offset -1."""

    where: TopicPartition
    offset: int
    told: Envelope
    traceparent: str | None
    """The context its row keeps: that of the span of hearing it, where there is one."""
    tail: TailKey
    """The tail it goes behind."""
    event: Event | None = None
    """What its bytes say, if it was read already."""

    @property
    def place(self) -> Place:
        """The log and the position it claims."""
        return self.told.log_id, self.told.position


def message(where: TopicPartition, offset: int, told: Envelope, traceparent: str | None, event: Event | None = None) -> Message:
    """The message of an event."""
    return Message(where, offset, told, traceparent, (told.log_id, told.partition), event)


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message that is none."""

    where: TopicPartition
    offset: int
    reason: str
    record: ConsumerRecord


@dataclass
class Outcome:
    """What became of a batch."""

    heard: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    trouble: dict[TopicPartition, list[Message]] = field(default_factory=lambda: defaultdict(list))
    """By partition, the first message that cannot be taken and all behind it."""

    def stands_before(self, where: TopicPartition, offset: int) -> bool:
        """Whether a partition goes on from a place before this one."""
        return where in self.trouble and self.trouble[where][0].offset < offset


@dataclass(frozen=True)
class AppendConsumed:
    """Append what is news, in the order it was told.

    Args:
        messages: in the order of each partition.
        asides: what goes to the table ``set_aside`` beside.
        known: what the log holds at places that lie behind a tail, looked up before.
        logs: the logs known to be their teller's.
        suspects: messages to be asked about in any case: the database refused them.
    """

    messages: Sequence[Message]
    asides: Sequence[DeadLetter] = ()
    known: Mapping[Place, Holding] = field(default_factory=dict)
    logs: Collection[UUID] = ()
    suspects: Collection[tuple[TopicPartition, int]] = ()

    streams: Collection[Stream] = ()
    fresh: Collection[Stream] = ()

    @property
    def tails(self) -> set[TailKey]:
        """The tails its messages go behind."""
        return {message.tail for message in self.messages}

    def plan(self, plan: Plan) -> Outcome:
        """Sort the messages, stage the news."""
        outcome = Outcome()
        news: list[ConsumedRow] = []
        ends: dict[TailKey, Any] = {}
        held = dict(self.known)
        for message in self.messages:
            topic = message.where.topic
            if message.where in outcome.trouble:
                outcome.trouble[message.where].append(message)
            elif self._is_next(plan, message, ends):
                news.append(row_of(message))
                held[message.place] = (message.told.event_id, message.told.partition)
                outcome.heard[topic] += 1
            elif self._is_known(message, ends, held):
                outcome.skipped[topic] += 1
            else:
                outcome.trouble[message.where].append(message)
        plan.hear(news)
        for aside in self.asides:
            plan.keep(set_aside, dead_letter_row(aside, plan.now))
        return outcome

    def _is_next(self, plan: Plan, message: Message, ends: dict[TailKey, Any]) -> bool:
        told, key = message.told, message.tail
        if key not in ends:
            tail = plan.tail(*key)
            ends[key] = (tail.position, tail.event_id) if tail else (0, None)
        if told.prev != ends[key][0] or told.log_id not in self.logs or (message.where, message.offset) in self.suspects:
            return False
        ends[key] = (told.position, told.event_id)
        return True

    def _is_known(self, message: Message, ends: dict[TailKey, Any], held: Mapping[Place, Holding]) -> bool:
        told = message.told
        if ends[message.tail] == (told.position, told.event_id):
            return True
        return held.get(message.place) == (told.event_id, told.partition)


def row_of(message: Message) -> ConsumedRow:
    """The row that a heard fact becomes."""
    told = message.told
    return ConsumedRow(
        told.event_id, told.origin, told.log_id, told.position, told.prev, told.hash, told.partition, told.stream, told.stream_id,
        told.version, told.type, f"service:{told.origin}", told.correlation_id, told.causation_id, message.traceparent,
        told.occurred_at, told.data, None, message.event,
    )  # fmt: skip


def digest_of(record: ConsumerRecord) -> bytes:
    """What a message holds, as a digest: read again it is the same message, another one at its offset is not."""
    held = [record.key, record.value, *(part for name, value in record.headers for part in (name.encode(), value))]
    digest = hashlib.sha256()
    for part in held:
        digest.update(b"-" if part is None else b"%d:" % len(part) + part)
    return digest.digest()


def dead_letter_row(aside: DeadLetter, at: Any) -> dict[str, Any]:
    """The row of the table ``set_aside``."""
    record = aside.record
    headers = [[name, (value or b"").decode(errors="backslashreplace")] for name, value in record.headers]
    key = record.key.decode(errors="backslashreplace") if record.key is not None else None
    return {
        "topic": aside.where.topic, "partition": aside.where.partition, "offset": aside.offset, "digest": digest_of(record),
        "reason": aside.reason[:1000],
        "bytes": record.value, "headers": {"key": key, "headers": headers}, "at": at,
    }  # fmt: skip
