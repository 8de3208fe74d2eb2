"""A teller (the shop), a listener (the stall) and what lies between them."""

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import orjson
from aiokafka import AIOKafkaProducer, ConsumerRecord
from ltc_events import on, projection, put
from ltc_runtime.http.statement import compiled
from ltc_runtime.log import Log, Meta, open_log
from ltc_runtime.messaging import feed as feed_routes
from ltc_runtime.messaging import topics
from ltc_runtime.messaging.broker import admin, topic_reader
from ltc_runtime.messaging.cloudevents import Envelope, headers_of
from ltc_runtime.messaging.inbox import run_inbox
from ltc_runtime.messaging.lease import reset_checkpoint
from ltc_runtime.messaging.neighbour import Neighbours
from ltc_runtime.messaging.published_log import PublishedLog
from ltc_runtime.messaging.relay import RELAY, run_relay
from ltc_runtime.messaging.topic_check import last_records
from ltc_runtime.service import Feature, Service
from ltc_runtime.settings import Settings
from ltc_runtime.shutdown import cancel_all
from ltc_stack.kafka import Kafka
from ltc_stack.postgres import Postgres
from machine import Database, database
from shop import BasketOpened, Close, OpenBasket, shop
from sqlalchemy import Column, MetaData, Table
from sqlalchemy.dialects.postgresql import UUID as PgUUID

TOPIC = "ltc.shop.v1"
_prefixes = itertools.count(1)

heard_list = Table("heard_list", MetaData(schema="read"), Column("basket_id", PgUUID, primary_key=True))
heard = projection("heard", on(BasketOpened, put(heard_list, lambda e: {"basket_id": e.basket_id})))
stall = Service("stall-svc", Feature(projections=(heard,)))


@dataclass
class Handled:
    """A command as a piece of work."""

    commands: list[Any]
    meta: Meta | None = None
    fresh: tuple[Any, ...] = ()
    tails: tuple[Any, ...] = ()

    @property
    def streams(self) -> list[Any]:
        return [stream for command in self.commands for stream in shop.decider_of[type(command)].streams(command)]

    def plan(self, plan: Any) -> Any:
        return [row for command in self.commands for row in plan.decide(command, self.meta or Meta(uuid4(), "tester"))]


class Reading:
    """What a route reads through, without an edge."""

    def __init__(self, log: Log) -> None:
        self.log = log

    async def all(self, statement: Any) -> list[dict[str, Any]]:
        shape, sql, values = compiled(statement)
        return [shape.row(record) for record in await self.log.pool.fetch(sql, *values)]


@dataclass
class World:
    """Both services, their topic, and a way to break each of them."""

    kafka: Kafka
    settings: Settings
    teller_database: Database
    listener_database: Database
    teller: Log
    listener: Log
    running: list["asyncio.Task[Any]"] = field(default_factory=list)
    neighbours: list[Neighbours] = field(default_factory=list)
    feed_down: bool = False
    feed_asked: int = 0

    @property
    def topic(self) -> str:
        return self.settings.topic_prefix + TOPIC

    def ask(self) -> Neighbours:
        """Connections to the shop."""
        self.neighbours.append(Neighbours(self.settings))
        return self.neighbours[-1]

    def start(self, work: Coroutine[Any, Any, Any]) -> "asyncio.Task[Any]":
        task = asyncio.create_task(work)
        self.running.append(task)
        return task

    def start_relay(self, log: Log | None = None) -> "asyncio.Task[Any]":
        return self.start(run_relay(log or self.teller, self.settings))

    def start_hear(self, log: Log | None = None) -> "asyncio.Task[Any]":
        return self.start(run_inbox(log or self.listener, self.settings))

    async def baskets(self, count: int, *, close: bool = False, traceparent: str | None = None) -> list[UUID]:
        """Open baskets; two published events each if they are closed too."""
        ids = [uuid4() for _ in range(count)]
        for start in range(0, count, 250):
            some = ids[start : start + 250]
            await self.teller.submit(
                Handled([OpenBasket(basket_id=basket_id) for basket_id in some], None)
                if traceparent is None
                else Handled([OpenBasket(basket_id=some[0])], Meta(uuid4(), "tester", traceparent=traceparent))
            )
            if close:
                await self.teller.submit(Handled([Close(basket_id=basket_id) for basket_id in some]))
        return ids

    async def published(self) -> list[asyncpg.Record]:
        return list(await self.teller.pool.fetch("SELECT * FROM log WHERE partition IS NOT NULL ORDER BY position"))

    async def heard(self) -> list[asyncpg.Record]:
        return list(await self.listener.pool.fetch("SELECT * FROM log WHERE origin = 'shop-svc' ORDER BY position"))

    async def asides(self) -> list[asyncpg.Record]:
        return list(await self.listener.pool.fetch('SELECT * FROM set_aside ORDER BY topic, partition, "offset"'))

    async def checkpoint(self) -> int:
        return await self.teller.pool.fetchval("SELECT position FROM checkpoint WHERE name = 'relay'") or 0

    async def all_told(self, seconds: float = 20) -> None:
        last = (await self.published())[-1]["position"]
        await until(lambda: self._reached(self.checkpoint, last), seconds)

    async def all_heard(self, seconds: float = 20) -> None:
        """Until the listener holds all that was told; then check that it is right."""
        told = await self.published()

        async def complete() -> bool:
            return len(await self.heard()) >= len(told)

        await until(complete, seconds)
        await self.must_agree()

    async def must_agree(self) -> None:
        told = {row["position"]: row for row in await self.published()}
        heard = await self.heard()
        assert sorted(row["origin_position"] for row in heard) == sorted(told)
        last: dict[int, int] = {}
        for row in heard:
            original = told[row["origin_position"]]
            for mine, theirs in (("event_id", "event_id"), ("origin_hash", "hash"), ("data", "data"), ("stream_id", "stream_id")):
                assert row[mine] == original[theirs]
            assert row["version"] == original["version"]
            assert row["occurred_at"] == original["occurred_at"]
            assert row["origin_log"] == self.teller.log_id
            assert row["origin_prev"] == last.get(row["origin_partition"], 0)
            last[row["origin_partition"]] = row["origin_position"]
        shown = await self.listener.pool.fetchval("SELECT count(*) FROM read.heard_list")
        assert shown == sum(row["type"] == "ltc.shop.basket-opened.v1" for row in heard)

    async def messages(self, look_back: int = 10**9) -> list[ConsumerRecord]:
        async with topic_reader(self.settings) as consumer:
            return await last_records(consumer, self.topic, range(3), look_back)

    async def say(self, messages: Iterable[tuple[int, bytes | None, bytes | None, list[tuple[str, bytes]]]]) -> None:
        """Put messages on the shop's topic that no relay sent: (partition, key, value, headers)."""
        producer = AIOKafkaProducer(bootstrap_servers=self.settings.kafka_bootstrap)
        await producer.start()
        for partition, key, value, headers in messages:
            await producer.send(self.topic, value, key=key, partition=partition, headers=headers)
        await producer.stop()

    async def replace_topic(self) -> None:
        """Delete the shop's topic and make an empty one of the same name."""
        async with admin(self.settings) as client:
            await client.delete_topics([self.topic])

            async def gone() -> bool:
                return self.topic not in await client.list_topics()

            await until(gone)
        await topics.apply(["shop-svc"], self.settings)

    async def events(self) -> list[Envelope]:
        """What the shop published, as the wire says it."""
        own = PublishedLog(self.teller.pool, shop.name, self.teller.log_id)
        return [own.envelope(row) for row in await own.rows(0, 10**6)]

    async def say_events(self, events: Iterable[Envelope]) -> None:
        """Put messages of these events on the topic, in this order."""
        await self.say([(told.partition, str(told.stream_id).encode(), told.data, headers_of(told)) for told in events])

    async def mark_told(self, position: int) -> None:
        """Have the shop believe that it told so far."""
        await reset_checkpoint(self.teller.pool, RELAY, position)

    async def stop_all(self) -> None:
        await cancel_all(self.running)
        self.running.clear()
        for neighbours in self.neighbours:
            await neighbours.close()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Just enough HTTP to answer /feed and /heads of the shop."""
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while line := await reader.readline():
                target = line.split()[1].decode()
                while (await reader.readline()) not in (b"\r\n", b""):
                    pass
                self.feed_asked += 1
                status, body = (b"503 Away", b"{}") if self.feed_down else (b"200 OK", await self._answer(target))
                writer.write(b"HTTP/1.1 %s\r\ncontent-length: %d\r\n\r\n%s" % (status, len(body), body))
                await writer.drain()
        writer.close()

    async def _answer(self, target: str) -> bytes:
        path, _, query = target.partition("?")
        given = {name: int(value) for name, _, value in (pair.partition("=") for pair in query.split("&") if pair)}
        read: Any = Reading(self.teller)
        answer: Any = await (feed_routes.feed(read, **given) if path == "/feed" else feed_routes.heads(read))
        return orjson.dumps(answer.model_dump(mode="json"))

    @staticmethod
    async def _reached(where: Callable[[], Awaitable[int]], position: int) -> bool:
        return await where() >= position


async def until(condition: Callable[[], Awaitable[bool]], seconds: float = 10) -> None:
    async with asyncio.timeout(seconds):
        while not await condition():
            await asyncio.sleep(0.02)


@contextlib.asynccontextmanager
async def world(postgres: Postgres, kafka: Kafka, shop_template: str, stall_template: str) -> AsyncIterator[World]:
    teller_database, listener_database = await database(postgres, shop_template), await database(postgres, stall_template)
    for fresh in (teller_database, listener_database):
        # The template's log id is copied with it; each service has a log of its own.
        connection = await asyncpg.connect(fresh.owner)
        await connection.execute("UPDATE head SET log_id = gen_random_uuid()")
        await connection.close()
    teller, listener = await open_log(teller_database.login, shop), await open_log(listener_database.login, stall)
    settings = Settings(
        kafka_bootstrap=kafka.bootstrap, topic_prefix=f"t{next(_prefixes)}.", topic_partitions=3, lease_seconds=1.0, poll_seconds=0.1
    )
    made = World(kafka, settings, teller_database, listener_database, teller, listener)
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    made.settings = settings.model_copy(update={"neighbours": {"shop-svc": f"http://127.0.0.1:{port}"}})
    await topics.apply(["shop-svc"], made.settings)
    try:
        yield made
    finally:
        await made.stop_all()
        server.close()
        await teller.stop()
        await listener.stop()
