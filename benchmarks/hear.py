"""Hearing a backlog and reacting to it, against a bare consumer that inserts what it gets."""

import asyncio
import itertools
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg
from aiokafka import AIOKafkaConsumer, ConsumerRecord
from ltc_events import Command, Decider, Event, derive_id
from ltc_events.policy import NamedPolicy
from ltc_runtime.log import migrate, open_log
from ltc_runtime.messaging.broker import FETCH_BYTES, topic_for
from ltc_runtime.messaging.fetcher import BATCH
from ltc_runtime.messaging.inbox import run_inbox as listen
from ltc_runtime.messaging.topic_start import register_new_topics
from ltc_runtime.policies import register_policies, run_policies
from ltc_runtime.service import Feature, Service
from ltc_runtime.settings import Settings
from ltc_runtime.shutdown import cancel_all
from ltc_stack.postgres import Postgres

from .append import opened_log
from .backlog import EVENTS, TILLS, fill
from .measure import Figure, compare
from .place import LOGIN, broker, database, server
from .relay import empty_topic, produced, said_of
from .till import SaleRung
from .till import service as till_service

_runs = itertools.count(1)

PLAIN = """
CREATE TABLE plain (event_id uuid PRIMARY KEY, type text NOT NULL, subject uuid NOT NULL, position bigint NOT NULL,
                    at timestamptz NOT NULL, data json NOT NULL)"""
INSERT = """
INSERT INTO plain SELECT * FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::bigint[], $5::timestamptz[], $6::json[])
ON CONFLICT DO NOTHING"""


class Enter(Command):
    """Enter a sale in the books."""

    entry_id: UUID
    product: str


class SaleEntered(Event, type="ltc.ledger.sale-entered.v1"):
    """A sale is in the books."""

    entry_id: UUID
    product: str


@dataclass(frozen=True)
class Entry:
    """Whether it is entered."""

    entered: bool = False


def decide(entry: Entry, command: Enter) -> list[SaleEntered]:
    """Once."""
    return [] if entry.entered else [SaleEntered(entry_id=command.entry_id, product=command.product)]


def evolve(entry: Entry, event: SaleEntered) -> Entry:
    """It is entered."""
    return Entry(True)


entry = Decider(kind="entry", id="entry_id", initial=Entry(), decide=decide, evolve=evolve, commands=Enter, events=SaleEntered)


def enter(event: SaleRung) -> list[Command]:
    """Every sale is entered."""
    return [Enter(entry_id=derive_id(event.till_id, event.number), product=event.product)]


def enter_some(event: SaleRung) -> list[Command]:
    """One sale in three is entered."""
    return enter(event) if event.number % 3 == 0 else []


def listener(policy: Callable[[SaleRung], list[Command]]) -> Service:
    """A service that hears the tills; under a name of its own, so that it begins at the beginning."""
    return Service(f"ledger{next(_runs)}-svc", Feature(deciders=(entry,), policies=(NamedPolicy(policy.__name__, SaleRung, policy),)))


def ours(
    postgres: Postgres, settings: Settings, policy: Callable[[SaleRung], list[Command]], reactions: int
) -> Callable[[], Awaitable[float]]:
    """A new service that hears everything and reacts, until its last reaction is in its log."""

    async def run() -> float:
        owner, login = await database(postgres)
        service = listener(policy)
        await migrate(owner, service, login=LOGIN)
        log = await open_log(login, service)
        await register_policies(log)
        await register_new_topics(log.pool, service.consumes)
        began = time.perf_counter()
        tasks = [asyncio.create_task(listen(log, settings)), asyncio.create_task(run_policies(log, settings))]
        while await log.changed(log.head, 1.0) < EVENTS + reactions:
            for task in tasks:
                if task.done():
                    task.result()
        took = time.perf_counter() - began
        await cancel_all(tasks)
        await log.stop()
        return EVENTS / took

    return run


def bare(connection: asyncpg.Connection, settings: Settings) -> Callable[[], Awaitable[float]]:
    """A consumer that inserts each batch by one statement and commits its offsets."""
    topic = topic_for(till_service.name, settings)

    async def run() -> float:
        await connection.execute("TRUNCATE plain")
        began = time.perf_counter()
        consumer = AIOKafkaConsumer(
            topic, bootstrap_servers=settings.kafka_bootstrap, group_id=f"bare{next(_runs)}", enable_auto_commit=False,
            auto_offset_reset="earliest", max_partition_fetch_bytes=FETCH_BYTES,
        )  # fmt: skip
        await consumer.start()
        got = 0
        while got < EVENTS:
            fetched = await consumer.getmany(timeout_ms=200, max_records=BATCH)
            records = [record for some in fetched.values() for record in some]
            if records:
                await connection.execute(INSERT, *columns(records))
                await consumer.commit()
                got += len(records)
        took = time.perf_counter() - began
        await consumer.stop()
        assert await connection.fetchval("SELECT count(*) FROM plain") == EVENTS
        return EVENTS / took

    return run


def columns(records: list[ConsumerRecord]) -> list[list[object]]:
    """What is inserted of each message."""
    named = [dict(record.headers) for record in records]
    return [
        [one["ce_id"].decode() for one in named],
        [one["ce_type"].decode() for one in named],
        [one["ce_subject"].decode() for one in named],
        [int(one["ce_position"]) for one in named],
        [datetime.fromisoformat(one["ce_time"].decode()) for one in named],
        [record.value.decode() for record in records],
    ]


async def against_bare(name: str, policy: Callable[[SaleRung], list[Command]], reactions: int, aim: float) -> Figure:
    """A backlog on the topic, heard."""
    async with AsyncExitStack() as cleanup:
        postgres = await cleanup.enter_async_context(server())
        settings = await cleanup.enter_async_context(broker())
        owner, login = await database(postgres)
        log = await cleanup.enter_async_context(opened_log(owner, login))
        await fill(log)
        settings = await empty_topic(settings)
        await produced(await said_of(log), settings)
        plain_owner, _ = await database(postgres)
        connection = await asyncpg.connect(plain_owner)
        cleanup.push_async_callback(connection.close)
        await connection.execute(PLAIN)
        return await compare(name, ours(postgres, settings, policy, reactions), bare(connection, settings), "messages/s", aim)


async def hear() -> Figure:
    """Every message is reacted to."""
    return await against_bare("hear", enter, EVENTS, 0.5)


async def hear_third() -> Figure:
    """One message in three is reacted to."""
    rung = [EVENTS // TILLS + (till < EVENTS % TILLS) for till in range(TILLS)]
    return await against_bare("hear-third", enter_some, sum(count // 3 for count in rung), 0.65)
