"""What the checker looks at: the raw tables of five databases, every message on the topics, and the journal of the load."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

TABLES = ("head", "heard", "answer", "checkpoint", "timer", "topic_start", "parked", "set_aside", "projection")
"""The side tables of a log, read whole."""

MARK = "stranger"
"""The header by which a message says that it was put there by the load, to be set aside."""

Row = dict[str, Any]


@dataclass(frozen=True)
class Ledger:
    """One service's database, as it was at one instant."""

    service: str
    log: list[Row]
    side: Mapping[str, list[Row]]
    models: Mapping[str, list[Row]]

    @property
    def log_id(self) -> UUID:
        """The identity of this log; a restored or recreated log has another."""
        found: UUID = self.side["head"][0]["log_id"]
        return found

    @cached_property
    def own(self) -> list[Row]:
        """What the service itself decided, in log order."""
        return [row for row in self.log if row["origin"] is None]

    @cached_property
    def heard(self) -> list[Row]:
        """What it heard from others, in log order."""
        return [row for row in self.log if row["origin"] is not None]

    @cached_property
    def told(self) -> list[Row]:
        """What it tells others, in log order."""
        return [row for row in self.own if row["partition"] is not None]

    @cached_property
    def effects(self) -> Mapping[UUID, list[Row]]:
        """What each command decided, in log order."""
        rows: dict[UUID, list[Row]] = defaultdict(list)
        for row in self.own:
            rows[row["command_id"]].append(row)
        return rows

    @cached_property
    def answers(self) -> Mapping[tuple[str, str, str], Row]:
        """The stored answers by subject, operation and key."""
        return {(row["subject"], row["operation"], row["key"]): row for row in self.side.get("answer", [])}


@dataclass(frozen=True)
class Message:
    """One record on a topic."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    headers: Mapping[str, str]
    value: bytes


@dataclass(frozen=True)
class Attempt:
    """One command as its sender knows it: what was asked under which key, and what is known of the outcome.

    Args:
        outcome: ``ok`` and ``refused`` are definite answers; ``unknown`` is a timeout, a reset or a 5xx.
        position: the position the answer named (``LTC-Position``), where there was one.
        body: the sha256 of the answer's body, to see that a replay is the same to the byte.
    """

    service: str
    operation: str
    subject: str
    key: str
    outcome: str
    status: int | None = None
    position: int | None = None
    body: str | None = None
    stream_id: str | None = None


@dataclass(frozen=True)
class Evidence:
    """Everything a check may look at."""

    ledgers: Mapping[str, Ledger]
    messages: list[Message] | None = None
    journal: list[Attempt] = field(default_factory=list)
    rebuilt: Mapping[str, Mapping[str, list[Row]]] | None = None
    """The read models of each service after a rebuild, where one was made."""
    people: frozenset[str] = frozenset()
    """What the load told of persons."""
    marks: frozenset[str] = frozenset()
    """Of the messages that the load put on the topics although nobody told them."""
    lag: tuple[str, ...] = ()
    """What had not come to rest when everything else had long been still."""

    @cached_property
    def told(self) -> list[Message]:
        """What is on the topics and was not put there by strangers."""
        return [message for message in self.messages or [] if message.headers.get(MARK) not in self.marks]

    @cached_property
    def strange(self) -> list[Message]:
        """What strangers put on the topics and is still there."""
        return [message for message in self.messages or [] if message.headers.get(MARK) in self.marks]

    @cached_property
    def marks_set_aside(self) -> Mapping[str, set[str]]:
        """By service, the marks of strangers' messages that it set aside."""
        return {
            service: {mark for row in ledger.side.get("set_aside", []) if (mark := mark_of(row)) in self.marks and mark is not None}
            for service, ledger in self.ledgers.items()
        }


def mark_of(row: Row) -> str | None:
    """The mark that a message carries which was set aside, if it carries one."""
    headers: list[tuple[str, str]] = json.loads(row["headers"])["headers"]
    return dict(headers).get(MARK)


async def read_ledger(service: str, dsn: str) -> Ledger:
    """Everything in one database, in one snapshot."""
    connection = await asyncpg.connect(dsn, timeout=20)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            log = await connection.fetch("select * from public.log order by position")
            there = {row["tablename"] for row in await connection.fetch("select tablename from pg_tables where schemaname = 'public'")}
            side = {name: list(map(dict, await connection.fetch(f'select * from public."{name}"'))) for name in TABLES if name in there}
            return Ledger(service, list(map(dict, log)), side, await read_models(connection))
    finally:
        await connection.close()


async def read_models(connection: Any) -> dict[str, list[Row]]:
    """Every row of every read-model table, in an order that does not depend on how it was written."""
    tables = await connection.fetch("select tablename from pg_tables where schemaname = 'read' order by 1")
    return {
        name: sorted((dict(row) for row in await connection.fetch(f'select * from read."{name}"')), key=canonical)
        for name in (row["tablename"] for row in tables)
    }


def canonical(row: Mapping[str, Any]) -> str:
    """One text per row: equal rows, equal texts, however the server ordered or formatted them."""
    return json.dumps({name: _plain(value) for name, value in row.items()}, sort_keys=True, ensure_ascii=False)


def _plain(value: Any) -> Any:
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value if isinstance(value, int | bool | None) else str(value)


async def read_topics(bootstrap: str, topics: Iterable[str], prefix: str = "", login: Mapping[str, Any] | None = None) -> list[Message]:
    """A full scan: every record of ``topics`` from the first offset to the end as it is now.

    ``prefix`` is what a shared cluster puts before the names, ``login`` what aiokafka is told to get in.
    """
    wanted = await _partitions(bootstrap, [prefix + topic for topic in topics], login or {})
    if not wanted:
        return []
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False, auto_offset_reset="none", **(login or {}))
    await consumer.start()
    try:
        consumer.assign(wanted)
        starts, ends = await consumer.beginning_offsets(wanted), await consumer.end_offsets(wanted)
        for partition in wanted:
            consumer.seek(partition, starts[partition])
        found: list[Message] = []
        left = {partition for partition in wanted if starts[partition] < ends[partition]}
        while left:
            for partition, records in (await consumer.getmany(timeout_ms=500)).items():
                found.extend(_message(record, prefix) for record in records if record.offset < ends[partition])
            left = {partition for partition in left if await consumer.position(partition) < ends[partition]}
        return sorted(found, key=lambda message: (message.topic, message.partition, message.offset))
    finally:
        await consumer.stop()


async def _partitions(bootstrap: str, topics: list[str], login: Mapping[str, Any]) -> list[TopicPartition]:
    client = AIOKafkaAdminClient(bootstrap_servers=bootstrap, **login)
    await client.start()
    try:
        there = set(await client.list_topics())
        known = await client.describe_topics([topic for topic in topics if topic in there]) if there & set(topics) else []
        return [TopicPartition(topic["topic"], partition["partition"]) for topic in known for partition in topic["partitions"]]
    finally:
        await client.close()


def _message(record: Any, prefix: str) -> Message:
    headers = {name: (value or b"").decode("utf-8", "replace") for name, value in record.headers}
    return Message(record.topic.removeprefix(prefix), record.partition, record.offset, record.key, headers, record.value or b"")


def read_journal(path: Path) -> list[Attempt]:
    """The journal as JSON lines; a last line cut off by a kill is no line."""
    names = Attempt.__dataclass_fields__
    attempts = []
    for line in path.read_text().splitlines():
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if entry.get("outcome") != "invoke":
            attempts.append(Attempt(**{name: value for name, value in entry.items() if name in names}))
    return attempts


async def gather(
    dsns: Mapping[str, str],
    bootstrap: str | None = None,
    journal: Path | None = None,
    prefix: str = "",
    login: Mapping[str, Any] | None = None,
) -> Evidence:
    """All evidence there is. Ledgers first, then topics, so that whatever a checkpoint calls published must be found."""
    ledgers = {service: await read_ledger(service, dsn) for service, dsn in dsns.items()}
    messages = None if bootstrap is None else await read_topics(bootstrap, map(topic_of, dsns), prefix, login)
    return Evidence(ledgers, messages, read_journal(journal) if journal else [])


def topic_of(service: str) -> str:
    """``ltc.lead.v1`` for ``lead-svc``."""
    return f"ltc.{service.removesuffix('-svc')}.v1"
