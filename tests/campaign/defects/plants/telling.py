"""Between the services: what a relay tells and what a listener takes."""

import asyncio
import functools
from typing import Any

from .plant import plant


@plant("ltc_runtime.messaging.relay")
def mark_before_produce(relay: Any) -> None:
    """The relay counts as told what it has only handed to the client library."""

    async def handed_over(teller: Any, batches: list[Any]) -> None:
        for batch in batches:
            await teller.producer.send_batch(batch.builder, teller.topic, partition=batch.partition)
            batch.acknowledged = True

    relay._Publisher._deliver_partition = handed_over


@plant("ltc_runtime.messaging.broker")
def acks_0(broker: Any) -> None:
    """The producer does not ask the broker for an answer."""
    producer = broker.AIOKafkaProducer
    broker.AIOKafkaProducer = lambda **named: producer(**{**named, "acks": 0, "enable_idempotence": False})


@plant("ltc_runtime.messaging.relay", "acks_0")
def _sent_is_told(relay: Any) -> None:
    async def sent(teller: Any, batches: list[Any]) -> None:
        for batch in batches:
            future = await teller.producer.send_batch(batch.builder, teller.topic, partition=batch.partition)
            await asyncio.wait({future, teller._broken}, return_when=asyncio.FIRST_COMPLETED)
            if not future.done():
                teller._must_be_whole()
            future.result()  # of no use: without acknowledgement there is no offset to compare
            batch.acknowledged = True

    relay._Publisher._deliver_partition = sent


@plant("ltc_runtime.messaging.relay", "checkpoint_believed")
def _offsets_not_compared(relay: Any) -> None:
    relay._Publisher._must_follow = lambda _teller, _partition, _offset: None


@plant("ltc_runtime.messaging.topic_check", "checkpoint_believed", "mark_before_produce", "acks_0")
def _checkpoint_believed(topic_check: Any) -> None:
    """A relay that begins goes on at its checkpoint, whatever the topic holds."""

    async def at_the_checkpoint(_own: Any, _last: Any, _partitions: Any, checkpoint: int) -> int:
        return checkpoint

    topic_check.intact_up_to = at_the_checkpoint


@plant("ltc_runtime.messaging.relay")
def told_out_of_order(relay: Any) -> None:
    """The relay tells a chunk in the order in which the ids fall."""
    build = relay._Publisher._build

    async def shuffled(teller: Any, rows: list[Any]) -> Any:
        chunk = await build(teller, sorted(rows, key=lambda row: str(row["event_id"])))
        chunk.positions.sort()
        return chunk

    relay._Publisher._build = shuffled


@plant("ltc_runtime.messaging.inbox_batch", "offset_before_append", "listener_failure_ignored")
def _whatever_is_later(batch: Any) -> None:
    """The listener takes what lies behind the last fact it knows, without asking whether it is the next."""
    is_next = batch.AppendConsumed._is_next

    def later(work: Any, plan: Any, message: Any, ends: dict[Any, Any]) -> bool:
        told = message.told
        if is_next(work, plan, message, ends):
            return True
        if told.log_id not in work.logs or told.position <= ends[message.tail][0]:
            return False
        ends[message.tail] = (told.position, told.event_id)
        return True

    batch.AppendConsumed._is_next = later


@plant("ltc_runtime.messaging.inbox")
def offset_before_append(inbox: Any) -> None:
    """The listener tells Kafka that it has what it is about to write, as automatic commits do."""
    write = inbox.InboxConsumer._write

    async def committed_first(ear: Any, batch: Any) -> None:
        await ear.consumer.commit(batch.ends)
        await write(ear, batch)

    inbox.InboxConsumer._write = committed_first


@plant("ltc_runtime.messaging.inbox")
def listener_failure_ignored(inbox: Any) -> None:
    """A batch that cannot be written is noted in the log file, and the listener goes on."""

    async def at_best(ear: Any, batch: Any) -> Any:
        try:
            return await ear.log.submit(await ear._work(batch, set()))
        except Exception as error:
            inbox.logger.warning("not heard", error=str(error))
            return inbox.Outcome()

    inbox.InboxConsumer._append = functools.wraps(inbox.InboxConsumer._append)(at_best)
