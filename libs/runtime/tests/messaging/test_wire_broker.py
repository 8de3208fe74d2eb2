"""Clients of Kafka that are stopped while they start."""

import asyncio
import gc
import random
import warnings
from collections.abc import Awaitable, Callable

import pytest
from ltc_runtime.messaging.broker import abandon, admin, hang_up, reading, start_ear, start_producer, topic_for
from ltc_runtime.messaging.topics import apply
from ltc_runtime.settings import Settings
from ltc_stack.kafka import Kafka

Begin = Callable[[Settings], Awaitable[None]]
TIMES = 25
SERVICE = "tally-svc"


async def ear(settings: Settings) -> None:
    await hang_up(await start_ear(settings, "stopped", ["stopped"]))


async def producer(settings: Settings) -> None:
    await abandon(await start_producer(settings, "stopped", lambda: None))


async def reader(settings: Settings) -> None:
    async with reading(settings):
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
    consumer = await start_ear(settings, f"hanging-up-{turns}", [topic_for(SERVICE, settings)])
    hanging_up = asyncio.ensure_future(hang_up(consumer))
    for _ in range(turns):
        await asyncio.sleep(0)
    hanging_up.cancel()
    await asyncio.wait({hanging_up})
    assert hanging_up.cancelled()


@pytest.mark.parametrize("turns", range(1, 5))
async def test_whoever_is_cancelled_while_it_abandons_a_producer_is_cancelled(turns: int, kafka: Kafka) -> None:
    telling = await start_producer(Settings(kafka_bootstrap=kafka.bootstrap), "abandoned", lambda: None)
    abandoning = asyncio.ensure_future(abandon(telling))
    for _ in range(turns):
        await asyncio.sleep(0)
    abandoning.cancel()
    await asyncio.wait({abandoning})
    assert abandoning.cancelled()
