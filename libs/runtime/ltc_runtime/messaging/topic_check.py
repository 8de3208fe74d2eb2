"""Before a log publishes, it is compared with its topic.

A log behind its topic was restored from an old backup and would contradict itself: it must not publish. A topic behind
its log has lost records: what it lacks is published again first, because what came before must lie before.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import suppress
from uuid import UUID

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from ..settings import Settings
from .broker import PATIENCE, owner_of, topic_reader
from .cloudevents import Envelope, Unreadable, read_message
from .published_log import PublishedLog

LOOK_BACK = 1000
"""Records of each partition that are looked at; more than one, because not everybody who writes there need be a relay."""


Held = Mapping[int, tuple[UUID, bytes]]


class LogBehindTopic(Exception):
    """The topic holds an event of this log that the log does not hold."""


async def check_not_behind(own: PublishedLog, topic: str, last: Iterable[Envelope]) -> None:
    """Compare what was published last with the log.

    Raises:
        BehindItself: it names an event of this very log that it does not hold at that position.
    """
    held = await own.hashes([envelope.position for envelope in last])
    for envelope in last:
        if held.get(envelope.position) != (envelope.event_id, envelope.hash):
            raise LogBehindTopic(
                f"{topic}/{envelope.partition} holds {envelope.type} {envelope.event_id} "
                f"at position {envelope.position} of log {envelope.log_id}; "
                "this log does not. Was the database restored from a backup?"
            )


async def intact_up_to(own: PublishedLog, last: Iterable[Envelope], partitions: Iterable[int], checkpoint: int) -> int:
    """The position up to which a topic holds everything published up to the checkpoint.

    Only a lost tail is seen, so a topic that is empty, or lost its last records: what lies before the last record of a
    partition is taken to be there.
    """
    holds = {envelope.partition: envelope.position for envelope in last}
    due = await own.tails(partitions, checkpoint)
    lost = [holds.get(partition, 0) for partition, position in due.items() if holds.get(partition, 0) < position]
    return min([checkpoint, *lost])


async def last_published(own: PublishedLog, topic: str, partitions: Iterable[int], settings: Settings) -> list[Envelope]:
    """The newest event of this log in each partition, among the last records there."""
    async with topic_reader(settings) as consumer, asyncio.timeout(PATIENCE):
        records = await last_records(consumer, topic, partitions)
    whole = {record.partition for record in records if record.offset == 0}
    said = {
        partition: [envelope for envelope in some if envelope.log_id == own.log_id]
        for partition, some in envelopes_in(records, owner_of(topic, settings)).items()
    }
    held = await own.hashes([envelope.position for some in said.values() for envelope in some])
    newest = (newest_of(some, held, whole=partition in whole) for partition, some in said.items())
    return [envelope for envelope in newest if envelope is not None]


def envelopes_in(records: Iterable[ConsumerRecord], owner: str) -> dict[int, list[Envelope]]:
    """By partition, what these records of a topic say that is a readable event of its owner, in their order."""
    said: defaultdict[int, list[Envelope]] = defaultdict(list)
    for record in records:
        with suppress(Unreadable):
            envelope = read_message(record.headers, record.value, owner, record.partition)
            said[envelope.partition].append(envelope)
    return said


def newest_of(said: Iterable[Envelope], held: Held, *, whole: bool) -> Envelope | None:
    """The newest event of a partition: what was published last, and held, or, behind it, what the log does not hold.

    Who may write to the topic can claim any position. So what is not held counts only as a relay would have published it: each
    event names the one before it (``prev``), the first of them the last that is held, and no later one is held. A log that
    was restored publishes nothing after what it lost, so whatever is held and new behind such events shows that they were forged.

    Args:
        said: what names this log, in the order of the partition.
        held: event id and hash of what the log holds at these positions.
        whole: these are all that the partition has; otherwise the first is believed to lie behind one that is held.
    """
    tail: Envelope | None = None
    lost: list[Envelope] = []
    for envelope in said:
        before = lost[-1] if lost else tail
        if held.get(envelope.position) == (envelope.event_id, envelope.hash):
            if tail is None or envelope.position > tail.position:
                tail, lost = envelope, []
        elif envelope.prev == before.position if before else envelope.prev == 0 or not whole:
            lost.append(envelope)
    return lost[-1] if lost else tail


async def last_records(
    consumer: AIOKafkaConsumer, topic: str, partitions: Iterable[int], look_back: int = LOOK_BACK
) -> list[ConsumerRecord]:
    """The last ``look_back`` records of each partition, each partition in order."""
    everywhere = [TopicPartition(topic, partition) for partition in partitions]
    begins, ends = await consumer.beginning_offsets(everywhere), await consumer.end_offsets(everywhere)
    open_ = {where for where in everywhere if begins[where] < ends[where]}
    consumer.assign(sorted(open_))
    for where in open_:
        consumer.seek(where, max(begins[where], ends[where] - look_back))
    found: list[ConsumerRecord] = []
    while open_:
        for messages in (await consumer.getmany(*open_, timeout_ms=500)).values():
            found += messages
        for where in list(open_):
            # By position, not by the last record seen: a partition may end in something that is no record.
            if await consumer.position(where) >= ends[where]:
                open_.discard(where)
    return found
