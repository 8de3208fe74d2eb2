"""Fetching messages: a portion at a time, around those that aiokafka cannot read, and again from where it must."""

import asyncio
import time
from collections.abc import Mapping

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import IllegalStateError

from ..batch_size import BatchSize

BATCH = 500
"""Messages fetched and appended at once, if they are small."""

BATCH_BYTES = 1024 * 1024
"""Of messages fetched and appended at once; while they are appended, as many are fetched."""

FETCH_MS = 200
"""How long a fetch waits where there is nothing; a fetch is never cancelled, so this bounds stopping too."""

Fetched = dict[TopicPartition, list[ConsumerRecord]]


class Fetcher:
    """Where a consumer reads."""

    def __init__(self, consumer: AIOKafkaConsumer) -> None:
        self.consumer = consumer
        self._portion = BatchSize(BATCH, BATCH_BYTES)
        self._up_to: dict[TopicPartition, int] = {}

    def fetch(self) -> "asyncio.Task[Fetched]":
        """Begin to fetch. Not to be cancelled: aiokafka would lose what it had at hand."""
        return asyncio.create_task(self.consumer.getmany(timeout_ms=FETCH_MS, max_records=self._portion.count))

    async def fetched(self, fetch: "asyncio.Task[Fetched]") -> Fetched:
        """What a fetch that is done brought."""
        try:
            found = fetch.result()
        except UnicodeDecodeError as error:
            found = await self._around(error)
        self._portion.took([len(record.value or b"") for records in found.values() for record in records])
        return found

    def passed(self, ends: Mapping[TopicPartition, int]) -> None:
        """These were read up to there."""
        self._up_to.update(ends)

    def pause(self, where: TopicPartition) -> None:
        """Fetch nothing of this partition."""
        if where in self.consumer.assignment():
            self.consumer.pause(where)

    def resume(self, where: TopicPartition, offset: int) -> bool:
        """Go on with a paused partition from there; false if it went to another process."""
        self._up_to[where] = offset
        try:
            self.consumer.seek(where, offset)
            self.consumer.resume(where)
        except IllegalStateError:
            return False
        return True

    async def _around(self, error: UnicodeDecodeError) -> Fetched:
        """Some message has a header name that aiokafka cannot read, and with it nothing behind it: find it, go around it."""
        found: Fetched = {}
        for where in self.consumer.assignment() - self.consumer.paused():
            records = found.setdefault(where, [])
            # aiokafka loses what it had unpacked before the error, and its place with it.
            self.consumer.seek(where, self._up_to.get(where, 0))
            try:
                while len(records) < BATCH and (one := await self.consumer.getmany(where, timeout_ms=5 * FETCH_MS, max_records=1)):
                    records += one[where]
            except UnicodeDecodeError:
                offset = await self.consumer.position(where)
                records.append(_unreadable(where, offset, error))
                self.consumer.seek(where, offset + 1)
        return {where: records for where, records in found.items() if records}


def _unreadable(where: TopicPartition, offset: int, error: Exception) -> ConsumerRecord:
    """What stands for a message that could not even be fetched."""
    headers = (("error", str(error).encode()),)
    return ConsumerRecord(where.topic, where.partition, offset, int(time.time() * 1000), 0, None, None, None, 0, 0, headers)
