"""Connections to Kafka, made in one place."""

import asyncio
import contextlib
import logging
import ssl
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from typing import Any, TypeVar

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.client import AIOKafkaClient
from aiokafka.conn import CloseReason
from aiokafka.errors import KafkaError

from ..service import topic_of
from ..settings import Settings

T = TypeVar("T")

KAFKA_ERRORS = (KafkaError, OSError, TimeoutError)
"""What aiokafka raises while a broker is away or unwilling."""

PATIENCE = 10.0
"""Seconds for the broker to answer a question; aiokafka itself would ask for ever."""

BATCH_BYTES = 900_000
"""Below the megabyte that brokers take by default. Few large batches: those of one partition go out one after the other."""
FETCH_BYTES = 1024 * 1024
"""Of each partition, read ahead."""


_LOOPBACK = ("127.", "localhost:", "[::1]:")


def _of_interest(record: logging.LogRecord) -> bool:
    """A password that does not leave the machine is no news; aiokafka would say so at every connection."""
    return "in the clear" not in record.getMessage()


def prefixed(name: str, settings: Settings) -> str:
    """The name of a topic or group in this cluster."""
    return settings.topic_prefix + name


def topic_for(service: str, settings: Settings) -> str:
    """The topic of a service in this cluster."""
    return prefixed(topic_of(service), settings)


def owner_of(topic: str, settings: Settings) -> str:
    """The service that owns a topic: the inverse of `topic_for`."""
    return topic.removeprefix(settings.topic_prefix).split(".")[1] + "-svc"


def connection_options(settings: Settings) -> dict[str, Any]:
    """Where the brokers are and how one gets in, for every client of aiokafka."""
    security = settings.kafka_security
    found: dict[str, Any] = {"bootstrap_servers": settings.kafka_bootstrap, "security_protocol": security.upper()}
    if security.startswith("sasl"):
        found["sasl_mechanism"] = settings.kafka_mechanism.upper()
        if security == "sasl_plaintext" and settings.kafka_bootstrap.startswith(_LOOPBACK):
            logging.getLogger("aiokafka.conn").addFilter(_of_interest)
        found["sasl_plain_username"], found["sasl_plain_password"] = settings.kafka_user, settings.kafka_password
    if security.endswith("ssl"):
        found["ssl_context"] = ssl.create_default_context(cafile=settings.kafka_ca or None)
    return found


async def _whole(work: Coroutine[Any, Any, T]) -> T:
    """Do it to its end, within a bound, and be cancelled only afterwards.

    Cancelled while it closes, aiokafka takes that for the end of one of its own tasks and goes on, so that a worker that goes in
    rounds would begin the next one; cancelled while it asks a broker about the cluster, it leaves that connection open.

    Raises:
        TimeoutError: it did not end.
    """
    task = asyncio.ensure_future(work)
    try:
        await asyncio.wait({task}, timeout=PATIENCE)
    except asyncio.CancelledError:
        await asyncio.wait({task}, timeout=PATIENCE)
        raise
    finally:
        task.add_done_callback(lambda done: done.cancelled() or done.exception())  # the outcome may have no reader any more
        task.cancel()
    if not task.done():
        raise TimeoutError
    return task.result()


async def _start(client: Any, inner: AIOKafkaClient) -> None:
    """Start a client, within a bound."""
    usual = inner.bootstrap
    inner.bootstrap = lambda: _whole(usual())
    async with asyncio.timeout(PATIENCE):
        await client.start()


async def start_producer(settings: Settings, client_id: str, broken: Callable[[], None]) -> AIOKafkaProducer:
    """A producer that is acknowledged by all replicas and ends with its first broken connection.

    Args:
        settings: where the brokers are.
        client_id: its name in the broker's log.
        broken: called when a connection broke.
    """
    producer = AIOKafkaProducer(
        **connection_options(settings),
        client_id=client_id,
        enable_idempotence=True,
        acks="all",
        linger_ms=0,
        max_batch_size=BATCH_BYTES,
        request_timeout_ms=int(PATIENCE * 1000),
        metadata_max_age_ms=30_000,
    )
    on_broken(producer, broken)
    try:
        await _start(producer, producer.client)
    except BaseException:
        await abort_producer(producer)
        raise
    return producer


def on_broken(producer: AIOKafkaProducer, tell: Callable[[], None]) -> None:
    """Have a producer that was not started yet send nothing more once one of its connections broke, and say so.

    aiokafka would connect again and repeat what was under way. Whoever answers then may be a Kafka that lost its data, and
    must be checked before anything is sent to it.
    """
    client = producer.client
    usual = client._on_connection_closed

    def broken(connection: Any, reason: CloseReason) -> None:
        usual(connection, reason)
        if reason is not CloseReason.SHUTDOWN:
            if producer._sender.sender_task is not None:
                producer._sender.sender_task.cancel()
            tell()

    client._on_connection_closed = broken


async def abort_producer(producer: AIOKafkaProducer) -> None:
    """Close a producer without waiting for deliveries.

    ``stop()`` waits for everything still queued, with a broker away for ever; so its parts are closed here.
    """
    producer._closed = True
    task = producer._sender.sender_task
    if task is not None:
        task.cancel()
    with contextlib.suppress(*KAFKA_ERRORS):
        await _whole(producer.client.close())
    if task is not None:
        # Produce requests in flight fail with the connection; never awaited without a bound.
        await asyncio.wait({task}, timeout=1.0)
        if task.done() and not task.cancelled():
            task.exception()


@contextlib.asynccontextmanager
async def admin(settings: Settings) -> AsyncIterator[AIOKafkaAdminClient]:
    """An admin client for the time of a block."""
    client = AIOKafkaAdminClient(**connection_options(settings), request_timeout_ms=int(PATIENCE * 1000))
    try:
        await _start(client, client._client)
        yield client
    finally:
        with contextlib.suppress(*KAFKA_ERRORS):
            await _whole(client.close())


@contextlib.asynccontextmanager
async def topic_reader(settings: Settings) -> AsyncIterator[AIOKafkaConsumer]:
    """A consumer that belongs to no group, for looking at a topic."""
    consumer = AIOKafkaConsumer(
        **connection_options(settings), enable_auto_commit=False, auto_offset_reset="none",
        request_timeout_ms=int(PATIENCE * 1000), max_partition_fetch_bytes=FETCH_BYTES, check_crcs=True,
    )  # fmt: skip
    try:
        await _start(consumer, consumer._client)
        yield consumer
    finally:
        with contextlib.suppress(*KAFKA_ERRORS):
            await _whole(consumer.stop())


async def start_consumer(settings: Settings, group: str, topics: Iterable[str]) -> AIOKafkaConsumer:
    """The consumer of a service's group.

    A process with a name of its own (`Settings.instance`) gets its partitions back as soon as it is started again; one
    without leaves the group waiting for its session to run out when it dies. Nothing is committed by itself. Without a
    usable offset it begins at the beginning: what is consumed twice is skipped by position, so that is slow at worst, never
    wrong.
    """
    consumer = AIOKafkaConsumer(
        *topics,
        **connection_options(settings),
        group_id=prefixed(group, settings),
        client_id=group,
        group_instance_id=settings.instance or None,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        max_partition_fetch_bytes=FETCH_BYTES,
        session_timeout_ms=10_000,
        heartbeat_interval_ms=2_000,
        max_poll_interval_ms=24 * 3600 * 1000,
        metadata_max_age_ms=5_000,
        fetch_min_bytes=1,
    )
    try:
        await _start(consumer, consumer._client)
    except BaseException:
        await stop_consumer(consumer)
        raise
    return consumer


async def stop_consumer(consumer: AIOKafkaConsumer) -> None:
    """Stop a consumer, within a bound."""
    with contextlib.suppress(*KAFKA_ERRORS):
        await _whole(consumer.stop())
