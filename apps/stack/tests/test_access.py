"""Who may do what at the embedded broker: every user × every topic × every operation, on a real one."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
import pytest_asyncio
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import NewPartitions, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import (
    ClusterAuthorizationFailedError,
    GroupAuthorizationFailedError,
    KafkaConnectionError,
    KafkaError,
    TopicAuthorizationFailedError,
    UnknownTopicOrPartitionError,
)
from ltc_runtime.messaging import acl, topics
from ltc_runtime.messaging.acl import ANALYST, Grant, NoAccessLists, grants
from ltc_runtime.messaging.broker import admin, connection_options, topic_reader
from ltc_runtime.messaging.topic_check import last_records
from ltc_runtime.messaging.topic_start import partitions_of
from ltc_runtime.service import installed, load, topic_of
from ltc_runtime.settings import Settings
from ltc_stack.kafka import BROKER, OPERATOR, Kafka, Logins
from ltc_stack.stored import Passwords

SERVICES = installed()
USERS = [*SERVICES, ANALYST]
HOUSE = Settings(topic_prefix="house.", topic_partitions=1)
DENIED = (ClusterAuthorizationFailedError, TopicAuthorizationFailedError, GroupAuthorizationFailedError, UnknownTopicOrPartitionError)
"""A topic that one may not even see is answered as one that does not exist, where a client asks for it by name."""


@pytest_asyncio.fixture(scope="module")
async def broker(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Kafka]:
    directory = tmp_path_factory.mktemp("guarded")
    allowed = grants([load(name) for name in SERVICES], HOUSE)
    logins = Logins(Passwords(directory / "passwords.json"), allowed)
    async with Kafka(directory / "kafka", Settings().cache_dir / "kafka-4.4.0", logins=logins) as running:
        await topics.apply(SERVICES, running.as_user(HOUSE))
        for name in SERVICES:
            await write(running.as_user(HOUSE), topic(name))
        yield running


def topic(service: str) -> str:
    return HOUSE.topic_prefix + topic_of(service)


async def write(settings: Settings, name: str, idempotent: bool = True) -> None:
    producer = AIOKafkaProducer(**connection_options(settings), enable_idempotence=idempotent, acks="all", request_timeout_ms=10_000)
    try:
        async with asyncio.timeout(30):
            await producer.start()
            await producer.send_and_wait(name, b"x", partition=0)
    finally:
        await producer.stop()


async def read(settings: Settings, name: str) -> None:
    async with topic_reader(settings) as consumer, asyncio.timeout(30):
        await partitions_of(consumer, name)
        assert await last_records(consumer, name, [0])


async def join(settings: Settings, group: str, name: str) -> None:
    """Hear a topic as a member of a group."""
    consumer = AIOKafkaConsumer(
        name, **connection_options(settings), group_id=group, enable_auto_commit=False, auto_offset_reset="earliest"
    )
    try:
        async with asyncio.timeout(30):
            await consumer.start()
            assert await consumer.getone()
            await consumer.commit()
    finally:
        await consumer.stop()


async def is_allowed(work: Awaitable[None]) -> bool:
    """Whether it is done; being refused is the only other thing that may happen."""
    try:
        await work
    except DENIED:
        return False
    return True


async def write_plainly(settings: Settings, name: str) -> None:
    await write(settings, name, idempotent=False)


WORK: dict[str, Callable[[Settings, str], Awaitable[None]]] = {"write": write, "write plainly": write_plainly, "read": read}


def may(user: str, act: str, service: str) -> bool:
    """What is meant, said once more in other words than the code's."""
    if user == ANALYST:
        return act == "read"
    return user == service or (act == "read" and service in load(user).consumes)


@pytest.mark.parametrize("act", WORK)
@pytest.mark.parametrize("user", USERS)
async def test_a_user_may_do_to_each_topic_what_is_meant_and_no_more(broker: Kafka, user: str, act: str) -> None:
    settings = broker.as_user(HOUSE, user)
    done = {service: await is_allowed(WORK[act](settings, topic(service))) for service in SERVICES}
    assert done == {service: may(user, act, service) for service in SERVICES}


@pytest.mark.parametrize("user", USERS)
async def test_a_user_keeps_its_place_in_its_own_group_alone(broker: Kafka, user: str) -> None:
    settings = broker.as_user(HOUSE, user)
    readable = topic(next(service for service in SERVICES if may(user, "read", service)))
    own = f"house.{user}-funnel" if user == ANALYST else f"house.{user}"
    assert await is_allowed(join(settings, own, readable))
    for group in (*(f"house.{other}" for other in USERS if other != user), user, f"{own}."[:-1] + "2" if user != ANALYST else "elsewhere"):
        assert not await is_allowed(join(settings, group, readable)), group


@pytest.mark.parametrize("user", USERS)
async def test_nobody_but_the_operator_makes_deletes_or_changes_topics_or_access_lists(broker: Kafka, user: str) -> None:
    settings = broker.as_user(HOUSE, user)
    own = topic(SERVICES[0] if user == ANALYST else user)
    async with admin(settings) as client:
        made = await client.create_topics([NewTopic("house.mine", 1, 1)])
        assert made.topic_errors[0][1] in (29, 31)  # refused: the topic, or the cluster
        deleted = await client.delete_topics([own])
        assert deleted.topic_error_codes[0][1] == 29
        with pytest.raises(TopicAuthorizationFailedError):
            await client.create_partitions({own: NewPartitions(total_count=9)})
        await client.alter_configs([ConfigResource(ConfigResourceType.TOPIC, own, {"retention.ms": "1"})])  # says nothing of a refusal
    with pytest.raises(KafkaError):
        await acl.apply([Grant(user, "write", "topic", "house.other")], settings)
    (found, *_) = await topics.show([SERVICES[0] if user == ANALYST else user], broker.as_user(HOUSE))
    assert found.right


@pytest.mark.parametrize(("user", "password"), [("lead-svc", "wrong"), ("stranger", "wrong"), ("", "")])
async def test_who_cannot_say_who_he_is_does_not_get_in(broker: Kafka, user: str, password: str) -> None:
    settings = broker.as_user(HOUSE).model_copy(update={"kafka_user": user, "kafka_password": password})
    if not user:
        settings = Settings(kafka_bootstrap=broker.bootstrap)
    with pytest.raises(KafkaConnectionError):
        async with topic_reader(settings):
            pass


async def test_the_controller_asks_who_comes_too(broker: Kafka) -> None:
    port = broker._ports.assigned("controller")
    for settings in (
        Settings(kafka_bootstrap=f"127.0.0.1:{port}"),
        broker.as_user(HOUSE).model_copy(update={"kafka_bootstrap": f"127.0.0.1:{port}"}),  # known to the clients' listener only
    ):
        with pytest.raises((KafkaConnectionError, TimeoutError)):
            async with admin(settings):
                pass


async def test_the_list_in_the_cluster_is_the_one_that_is_wanted_and_is_put_right(broker: Kafka) -> None:
    operator = broker.as_user(HOUSE)
    wanted = grants([load(name) for name in SERVICES], HOUSE)
    assert await acl.show(USERS, operator) == set(wanted)
    assert await acl.apply(wanted, operator) == (set(), set())
    extra = Grant("order-svc", "write", "topic", topic("billing-svc"))
    assert await acl.apply([*wanted, extra], operator) == ({extra}, set())
    assert await is_allowed(write(broker.as_user(HOUSE, "order-svc"), topic("billing-svc")))
    assert await acl.apply(wanted, operator) == (set(), {extra})
    assert not await is_allowed(write(broker.as_user(HOUSE, "order-svc"), topic("billing-svc")))


async def test_a_wiped_broker_comes_back_with_its_logins_and_its_list(tmp_path: Path) -> None:
    allowed = [Grant("lead-svc", "write", "topic", "house.ltc.lead.v1")]
    logins = Logins(Passwords(tmp_path / "passwords.json"), allowed)
    async with Kafka(tmp_path / "kafka", Settings().cache_dir / "kafka-4.4.0", logins=logins) as running:
        await running.stop()
        running.wipe()
        await running.start()
        assert await acl.show(["lead-svc"], running.as_user(HOUSE)) == set(allowed)
    assert (tmp_path / "kafka/server.properties").stat().st_mode & 0o077 == 0
    assert logins.users == [OPERATOR, "lead-svc"]
    assert BROKER not in logins.users


async def test_a_cluster_without_access_lists_is_said_to_have_none(tmp_path: Path) -> None:
    async with Kafka(tmp_path / "kafka", Settings().cache_dir / "kafka-4.4.0") as open_to_all:
        with pytest.raises(NoAccessLists):
            await acl.apply([Grant("lead-svc", "write", "topic", "x")], open_to_all.as_user(HOUSE))


async def test_a_broker_that_was_open_keeps_its_topics_when_it_begins_to_ask_who_comes(tmp_path: Path) -> None:
    jars = Settings().cache_dir / "kafka-4.4.0"
    async with Kafka(tmp_path / "kafka", jars) as open_to_all:
        await topics.apply(["lead-svc"], open_to_all.as_user(HOUSE))
        await write(open_to_all.as_user(HOUSE), topic("lead-svc"))
    logins = Logins(Passwords(tmp_path / "passwords.json"), [Grant(ANALYST, "read", "topic", topic("lead-svc"))])
    async with Kafka(tmp_path / "kafka", jars, logins=logins) as guarded:
        await read(guarded.as_user(HOUSE, ANALYST), topic("lead-svc"))
        assert not await is_allowed(write(guarded.as_user(HOUSE, ANALYST), topic("lead-svc")))
