"""Clients of Kafka that are stopped while they start."""

import asyncio
import gc
import random
import warnings
from collections.abc import Awaitable, Callable

import pytest
from ltc_runtime.messaging.broker import abort_producer, admin, start_consumer, start_producer, stop_consumer, topic_for, topic_reader
from ltc_runtime.messaging.topics import apply
from ltc_runtime.settings import Settings
from ltc_stack.kafka import Kafka

Begin = Callable[[Settings], Awaitable[None]]
TIMES = 25
SERVICE = "tally-svc"


async def ear(settings: Settings) -> None:
    await stop_consumer(await start_consumer(settings, "stopped", ["stopped"]))


async def producer(settings: Settings) -> None:
    await abort_producer(await start_producer(settings, "stopped", lambda: None))


async def reader(settings: Settings) -> None:
    async with topic_reader(settings):
        pass


async def operator(settings: Settings) -> None:
    async with admin(settings):
        pass


@pytest.mark.parametrize("begin", [ear, producer, reader, operator])
async def test_a_client_stopped_while_it_starts_leaves_no_connection_open(begin: Begin, kafka: Kafka) -> None:
    settings, chance = Settings(kafka_bootstrap=kafka.bootstrap), random.Random(3)
    gc.collect()
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always", ResourceWarning)
        for _ in range(TIMES):
            starting = asyncio.ensure_future(begin(settings))
            await asyncio.sleep(chance.uniform(0, 0.03))
            starting.cancel()
            await asyncio.gather(starting, return_exceptions=True)
        gc.collect()
        assert [str(one.message) for one in told] == []


@pytest.mark.parametrize("turns", range(1, 8))
async def test_whoever_is_cancelled_while_it_hangs_up_is_cancelled(turns: int, kafka: Kafka) -> None:
    settings = Settings(kafka_bootstrap=kafka.bootstrap, topic_prefix="hanging-up.")
    await apply([SERVICE], settings)
    consumer = await start_consumer(settings, f"hanging-up-{turns}", [topic_for(SERVICE, settings)])
    hanging_up = asyncio.ensure_future(stop_consumer(consumer))
    for _ in range(turns):
        await asyncio.sleep(0)
    hanging_up.cancel()
    await asyncio.wait({hanging_up})
    assert hanging_up.cancelled()


@pytest.mark.parametrize("turns", range(1, 5))
async def test_whoever_is_cancelled_while_it_abandons_a_producer_is_cancelled(turns: int, kafka: Kafka) -> None:
    telling = await start_producer(Settings(kafka_bootstrap=kafka.bootstrap), "abandoned", lambda: None)
    abandoning = asyncio.ensure_future(abort_producer(telling))
    for _ in range(turns):
        await asyncio.sleep(0)
    abandoning.cancel()
    await asyncio.wait({abandoning})
    assert abandoning.cancelled()
