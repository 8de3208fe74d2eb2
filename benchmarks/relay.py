"""Telling a backlog to Kafka, against a bare producer that is handed the same bytes."""

import asyncio
import itertools
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress

from aiokafka import AIOKafkaProducer
from ltc_runtime.log import Log
from ltc_runtime.messaging import topics
from ltc_runtime.messaging.broker import BATCH_BYTES, topic_for
from ltc_runtime.messaging.cloudevents import Headers, headers_of
from ltc_runtime.messaging.lease import reset_checkpoint
from ltc_runtime.messaging.published_log import PublishedLog
from ltc_runtime.messaging.relay import RELAY
from ltc_runtime.messaging.relay import run_relay as tell
from ltc_runtime.settings import Settings

from .append import opened_log
from .backlog import EVENTS, fill
from .measure import Figure, compare
from .place import broker, database, server
from .till import service

LOOK_SECONDS = 0.02
_runs = itertools.count(1)
Said = list[tuple[int, bytes, bytes, Headers]]
"""Partition, key, value, headers."""


async def empty_topic(settings: Settings) -> Settings:
    """The same broker, with a topic that holds nothing."""
    fresh = settings.model_copy(update={"topic_prefix": f"run{next(_runs)}."})
    await topics.apply([service.name], fresh)
    return fresh


def ours(log: Log, settings: Settings) -> Callable[[], Awaitable[float]]:
    """The relay, from the first event on, until its checkpoint is at the last."""

    async def run() -> float:
        fresh = await empty_topic(settings)
        await reset_checkpoint(log.pool, RELAY, 0)
        began = time.perf_counter()
        telling = asyncio.create_task(tell(log, fresh))
        while await log.pool.fetchval("SELECT position FROM checkpoint WHERE name = $1", RELAY) < log.head:
            if telling.done():
                telling.result()
            await asyncio.sleep(LOOK_SECONDS)
        took = time.perf_counter() - began
        telling.cancel()
        with suppress(asyncio.CancelledError):
            await telling
        return EVENTS / took

    return run


def bare(said: Said, settings: Settings) -> Callable[[], Awaitable[float]]:
    """An idempotent producer, as its documentation shows it: send all, wait for all."""

    async def run() -> float:
        return await produced(said, await empty_topic(settings))

    return run


async def produced(said: Said, settings: Settings) -> float:
    """Say all of it by a bare producer; events per second."""
    topic = topic_for(service.name, settings)
    began = time.perf_counter()
    producer = AIOKafkaProducer(bootstrap_servers=settings.kafka_bootstrap, enable_idempotence=True, acks="all", max_batch_size=BATCH_BYTES)
    await producer.start()
    futures = [await producer.send(topic, value, key, partition, headers=headers) for partition, key, value, headers in said]
    await asyncio.gather(*futures)
    took = time.perf_counter() - began
    await producer.stop()
    return len(said) / took


async def said_of(log: Log) -> Said:
    """What the relay says of each event."""
    own = PublishedLog(log.pool, service.name, log.log_id)
    events = [own.envelope(row) for row in await own.rows(0, EVENTS)]
    return [(told.partition, str(told.stream_id).encode(), told.data, headers_of(told)) for told in events]


async def relay() -> Figure:
    """A backlog, told."""
    async with server() as postgres, broker() as settings:
        owner, login = await database(postgres)
        async with opened_log(owner, login) as log:
            await fill(log)
            return await compare("relay", ours(log, settings), bare(await said_of(log), settings), "events/s", 1.0)
