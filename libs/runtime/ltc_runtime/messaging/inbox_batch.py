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
"""The event, and the partition it was published in, that the own log holds for a place."""


class Message(NamedTuple):
    """A readable event of a topic's owner, and where it lies. From a feed it lies nowhere: offset -1."""

    where: TopicPartition
    offset: int
    envelope: Envelope
    traceparent: str | None
    """The context its row keeps: that of the span of hearing it, where there is one."""
    tail: TailKey
    """The tail it goes behind."""
    event: Event | None = None
    """What its bytes say, if it was read already."""

    @property
    def place(self) -> Place:
        """The log and the position it claims."""
        return self.envelope.log_id, self.envelope.position


def message(where: TopicPartition, offset: int, envelope: Envelope, traceparent: str | None, event: Event | None = None) -> Message:
    """The message of an event."""
    return Message(where, offset, envelope, traceparent, (envelope.log_id, envelope.partition), event)


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

    consumed: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    trouble: dict[TopicPartition, list[Message]] = field(default_factory=lambda: defaultdict(list))
    """By partition, the first message that cannot be taken and all behind it."""

    def stands_before(self, where: TopicPartition, offset: int) -> bool:
        """Whether a partition goes on from a place before this one."""
        return where in self.trouble and self.trouble[where][0].offset < offset


@dataclass(frozen=True)
class AppendConsumed:
    """Append what is new, in the order it was published.

    Args:
        messages: in the order of each partition.
        asides: what goes to the table ``set_aside`` beside.
        known: what the log holds at places that lie behind a tail, looked up before.
        logs: the logs known to be their teller's.
        suspects: messages to be asked about in any case: the database refused them.
    """

    messages: Sequence[Message]
    dead_letters: Sequence[DeadLetter] = ()
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
                held[message.place] = (message.envelope.event_id, message.envelope.partition)
                outcome.consumed[topic] += 1
            elif self._is_known(message, ends, held):
                outcome.skipped[topic] += 1
            else:
                outcome.trouble[message.where].append(message)
        plan.consume(news)
        for letter in self.dead_letters:
            plan.keep(set_aside, dead_letter_row(letter, plan.now))
        return outcome

    def _is_next(self, plan: Plan, message: Message, ends: dict[TailKey, Any]) -> bool:
        envelope, key = message.envelope, message.tail
        if key not in ends:
            tail = plan.tail(*key)
            ends[key] = (tail.position, tail.event_id) if tail else (0, None)
        if envelope.prev != ends[key][0] or envelope.log_id not in self.logs or (message.where, message.offset) in self.suspects:
            return False
        ends[key] = (envelope.position, envelope.event_id)
        return True

    def _is_known(self, message: Message, ends: dict[TailKey, Any], held: Mapping[Place, Holding]) -> bool:
        envelope = message.envelope
        if ends[message.tail] == (envelope.position, envelope.event_id):
            return True
        return held.get(message.place) == (envelope.event_id, envelope.partition)


def row_of(message: Message) -> ConsumedRow:
    """The row of a consumed event."""
    sent = message.envelope
    return ConsumedRow(
        sent.event_id, sent.origin, sent.log_id, sent.position, sent.prev, sent.hash, sent.partition, sent.stream, sent.stream_id,
        sent.version, sent.type, f"service:{sent.origin}", sent.correlation_id, sent.causation_id, message.traceparent,
        sent.occurred_at, sent.data, None, message.event,
    )  # fmt: skip


def digest_of(record: ConsumerRecord) -> bytes:
    """What a message holds, as a digest: read again it is the same message, another one at its offset is not."""
    held = [record.key, record.value, *(part for name, value in record.headers for part in (name.encode(), value))]
    digest = hashlib.sha256()
    for part in held:
        digest.update(b"-" if part is None else b"%d:" % len(part) + part)
    return digest.digest()


def dead_letter_row(letter: DeadLetter, at: Any) -> dict[str, Any]:
    """The row of the table ``set_aside``."""
    record = letter.record
    headers = [[name, (value or b"").decode(errors="backslashreplace")] for name, value in record.headers]
    key = record.key.decode(errors="backslashreplace") if record.key is not None else None
    return {
        "topic": letter.where.topic, "partition": letter.where.partition, "offset": letter.offset, "digest": digest_of(record),
        "reason": letter.reason[:1000],
        "bytes": record.value, "headers": {"key": key, "headers": headers}, "at": at,
    }  # fmt: skip
