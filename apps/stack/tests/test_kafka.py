"""The embedded Kafka: jars checked one by one, a broker that can be stopped, killed, wiped and started again."""

import hashlib
import shutil
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from ltc_runtime.settings import Settings
from ltc_stack import jars as jars_module
from ltc_stack.jars import Jar, JarCorrupt, JarMissing, jar, jars, locked
from ltc_stack.kafka import Kafka

CACHE = Settings().cache_dir / "kafka-4.4.0"


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Nothing can be fetched; says what was tried."""
    tried: list[str] = []

    def refuse(one: Jar, into: Path) -> Path:
        tried.append(one.name)
        raise JarMissing(one.name)

    monkeypatch.setattr(jars_module, "fetch", refuse)
    return tried


def test_the_lock_names_every_jar_with_its_hash() -> None:
    wanted = locked()
    assert len(wanted) == 45 == len({one.name for one in wanted})
    assert all(len(one.sha256) == 64 for one in wanted)
    assert any(one.name == "kafka_2.13-4.4.0.jar" for one in wanted)


@pytest.fixture
def cached() -> None:
    jars(CACHE)


def test_what_was_fetched_once_is_not_fetched_again(cached: None, no_network: list[str]) -> None:
    told: list[tuple[int, int]] = []
    assert len(jars(CACHE, lambda done, of: told.append((done, of)))) == 45
    assert no_network == []
    assert told == []


def test_a_cached_jar_that_differs_is_refused_with_its_name(tmp_path: Path, no_network: list[str]) -> None:
    one = jar("a.b:c:1.0 sha256:" + "0" * 64)
    (tmp_path / "c-1.0.jar").write_bytes(b"another")
    with pytest.raises(JarCorrupt, match=r"c-1\.0\.jar is refused: its sha256 is .* Delete .*c-1\.0\.jar"):
        jars(tmp_path, wanted=[one])
    assert no_network == []


def test_a_fetched_jar_that_differs_is_refused_and_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(one: Jar, into: Path) -> Path:
        (into / one.name).write_bytes(b"another")
        return into / one.name

    monkeypatch.setattr(jars_module, "fetch", wrong)
    with pytest.raises(JarCorrupt, match=r"c-1\.0\.jar"):
        jars(tmp_path, wanted=[jar("a.b:c:1.0 sha256:" + "0" * 64)])
    assert list(tmp_path.iterdir()) == []


def test_a_fetched_jar_that_agrees_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def right(one: Jar, into: Path) -> Path:
        (into / one.name).write_bytes(b"right")
        return into / one.name

    monkeypatch.setattr(jars_module, "fetch", right)
    one = jar("a.b:c:1.0 sha256:" + hashlib.sha256(b"right").hexdigest())
    told: list[tuple[int, int]] = []
    assert jars(tmp_path, lambda done, of: told.append((done, of)), [one]) == [tmp_path / "c-1.0.jar"]
    assert told == [(1, 1)]


async def test_messages_survive_a_kill_and_nothing_survives_a_wipe(tmp_path: Path) -> None:
    broker = Kafka(tmp_path / "kafka", CACHE)
    async with broker:
        admin = AIOKafkaAdminClient(bootstrap_servers=broker.bootstrap)
        await admin.start()
        await admin.create_topics([NewTopic("t", 1, 1)])
        await admin.close()
        await say(broker, b"one")
        port = broker.port
        await broker.kill()
        assert broker.pid is None
        await broker.start()
        assert broker.port == port
        assert await heard(broker) == [b"one"]
        with pytest.raises(RuntimeError, match="stop Kafka"):
            broker.wipe()
        await broker.stop()
        broker.wipe()
        await broker.start()
        admin = AIOKafkaAdminClient(bootstrap_servers=broker.bootstrap)
        await admin.start()
        assert await admin.list_topics() == []
        await admin.close()
    shutil.rmtree(tmp_path / "kafka")


async def say(broker: Kafka, value: bytes) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=broker.bootstrap, enable_idempotence=True, acks="all")
    await producer.start()
    await producer.send_and_wait("t", value)
    await producer.stop()


async def heard(broker: Kafka) -> list[bytes]:
    consumer = AIOKafkaConsumer(bootstrap_servers=broker.bootstrap, auto_offset_reset="none", enable_auto_commit=False)
    await consumer.start()
    consumer.assign([TopicPartition("t", 0)])
    await consumer.seek_to_beginning()
    records = await consumer.getmany(timeout_ms=5000)
    await consumer.stop()
    return [record.value for partition in records.values() for record in partition]
