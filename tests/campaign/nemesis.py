"""What breaks, how, and how it is mended. A fault is over when everything it broke is mended again."""

import asyncio
import itertools
import random
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiokafka import AIOKafkaProducer
from ltc_runtime.messaging.broker import connection_options, topic_for, topic_reader
from ltc_runtime.messaging.topic_check import last_records
from ltc_runtime.messaging.topics import apply

from ..faults.crowd import storm
from ..platform import Platform
from . import database, machine, outside, strangers, wires

LONGEST_PAUSE = 12.0
"""Seconds a process is frozen at most: past the lease and past the session of its consumer."""

Break = Callable[[Platform, random.Random], Awaitable[str]]
_names = itertools.count(1)


@dataclass(frozen=True)
class Fault:
    """One way to break things.

    Args:
        name: what it is called in the report.
        weight: how often it is drawn, beside the others.
        happen: breaks, mends, and says what it did.
        shared: whether it breaks a server that all use, or needs one to do its work; two of those never overlap.
    """

    name: str
    weight: int
    happen: Break
    shared: bool = False


async def killed(platform: Platform, chance: random.Random) -> str:
    """A service dies; the stack starts it again."""
    name = chance.choice(platform.stack.names)
    await platform.stack.services[name].kill()
    return name


async def frozen(platform: Platform, chance: random.Random) -> str:
    """A service stands still and goes on as if nothing had been: in a third of the cases past every lease and session."""
    name = chance.choice(platform.stack.names)
    seconds = LONGEST_PAUSE if chance.random() < 1 / 3 else chance.uniform(0.3, 4)
    process = platform.stack.services[name]
    process.send(signal.SIGSTOP)
    try:
        await asyncio.sleep(seconds)
    finally:
        process.send(signal.SIGCONT)
    return f"{name} for {seconds:.1f} s"


async def scaled(platform: Platform, chance: random.Random) -> str:
    """One process of a service becomes up to four, which take their shares and die or leave in any order: a rebalance each time."""
    name = chance.choice(platform.stack.names)
    others = [platform.stack.add(name, f"{name}-more-{next(_names)}") for _ in range(chance.randint(1, 3))]
    killed = 0
    try:
        await asyncio.gather(*(other.ready() for other in others))
        for other in chance.sample(others, len(others)):
            await asyncio.sleep(chance.uniform(0.2, 1.5))
            if chance.random() < 0.5:
                other.should_run, killed = False, killed + 1
                await other.kill()
            await platform.stack.services.remove(other.name)
            others.remove(other)
    finally:
        for other in others:
            await platform.stack.services.remove(other.name)
    return f"{name}, {killed} killed"


async def two_relays(platform: Platform, chance: random.Random) -> str:
    """Two processes of a service, and the lease of everything taken away from both again and again."""
    name = chance.choice(platform.stack.names)
    other = platform.stack.add(name, f"{name}-twin-{next(_names)}")
    try:
        await other.ready()
        async with database.of(platform, name) as connection:
            for _ in range(8):
                await connection.execute("UPDATE lease SET until = '-infinity'")
                await asyncio.sleep(0.4)
    finally:
        await platform.stack.services.remove(other.name)
    return name


async def kafka_killed(platform: Platform, chance: random.Random) -> str:
    """The broker dies and comes back."""
    kafka = platform.stack.kafka
    assert kafka is not None
    seconds = chance.uniform(0, 5)
    await kafka.kill()
    await asyncio.sleep(seconds)
    await kafka.start()
    return f"for {seconds:.1f} s"


async def kafka_frozen(platform: Platform, chance: random.Random) -> str:
    """The broker answers nobody, and keeps all connections."""
    kafka = platform.stack.kafka
    assert kafka is not None
    seconds = chance.uniform(0.5, 9)
    kafka.freeze()
    try:
        await asyncio.sleep(seconds)
    finally:
        kafka.thaw()
    return f"for {seconds:.1f} s"


async def kafka_wiped(platform: Platform, chance: random.Random) -> str:
    """The broker loses every byte; the topics are made anew and nobody says anything to the relays."""
    kafka = platform.stack.kafka
    assert kafka is not None
    await kafka.kill()
    kafka.wipe()
    await kafka.start()
    await apply(platform.stack.names, platform.stack.common())
    return "everything"


async def postgres_crashed(platform: Platform, chance: random.Random) -> str:
    """PostgreSQL stops without a word and recovers from its log."""
    postgres = platform.stack.postgres
    assert postgres is not None
    seconds = chance.uniform(0, 3)
    await postgres.stop("immediate")
    await asyncio.sleep(seconds)
    await postgres.start()
    return f"for {seconds:.1f} s"


async def backends_terminated(platform: Platform, chance: random.Random) -> str:
    """Every connection of one service is cut by the server."""
    name = chance.choice(platform.stack.names)
    async with database.of(platform, name) as connection:
        count = await connection.fetchval(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    return f"{name}, {count} connections"


async def head_locked(platform: Platform, chance: random.Random) -> str:
    """Somebody holds the row everybody needs."""
    name, seconds = chance.choice(platform.stack.names), chance.uniform(1, 7)
    async with database.of(platform, name) as connection, connection.transaction():
        await connection.fetchval("SELECT position FROM head FOR UPDATE")
        await asyncio.sleep(seconds)
    return f"{name} for {seconds:.1f} s"


async def told_again(platform: Platform, chance: random.Random) -> str:
    """Messages come once more, in any order."""
    name = chance.choice(platform.stack.names)
    settings = platform.stack.common()
    topic = topic_for(name, settings)
    async with topic_reader(settings) as consumer:
        records = await last_records(consumer, topic, range(settings.topic_partitions), 400)
    again = chance.sample(records, min(len(records), 200))
    producer = AIOKafkaProducer(**connection_options(settings))
    await producer.start()
    try:
        for record in again:
            await producer.send(topic, record.value, key=record.key, partition=record.partition, headers=list(record.headers))
    finally:
        await producer.stop()
    return f"{len(again)} of {topic}"


async def rebalance_storm(platform: Platform, chance: random.Random) -> str:
    """Strangers join the group of a service and leave it, one after the other."""
    name = chance.choice([name for name in platform.stack.names if platform.services[name].consumes])
    stays = [chance.uniform(0.1, 3.0) for _ in range(chance.randint(3, 10))]  # the others look every two seconds whether somebody came
    held = await storm(platform, name, stays)
    return f"{name}, {len(stays)} times, {held} of them got partitions"


FAULTS = (
    Fault("kill -9 of a service", 40, killed),
    Fault("freeze of a service", 12, frozen),
    Fault("processes more, then less", 5, scaled),
    Fault("two relays forced", 3, two_relays, shared=True),
    Fault("Kafka killed", 5, kafka_killed, shared=True),
    Fault("Kafka frozen", 5, kafka_frozen, shared=True),
    Fault("Kafka wiped", 2, kafka_wiped, shared=True),
    Fault("PostgreSQL crashed", 6, postgres_crashed, shared=True),
    Fault("connections terminated", 8, backends_terminated, shared=True),
    Fault("head locked", 4, head_locked, shared=True),
    Fault("messages published again, in any order", 6, told_again, shared=True),
    Fault("hostile messages", 6, strangers.hostile, shared=True),
    Fault("rebalance storm", 4, rebalance_storm, shared=True),
    Fault("wire cut", 6, wires.cut),
    Fault("wire slow", 5, wires.slow),
    Fault("wire silent", 6, wires.silent),
    Fault("wire reset midway", 6, wires.reset_midway),
    Fault("wires silenced one by one", 3, wires.swizzled),
    Fault("key server away", 4, outside.keys_away),
    Fault("key server answers wrongly", 4, outside.keys_wrong),
    Fault("collector of traces away", 3, outside.collector_away),
    Fault("disk full", 3, machine.disk_full, shared=True),
    Fault("clock wrong by an hour", 3, machine.clock_wrong),
)
