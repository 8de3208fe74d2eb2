"""The topics as they should be, and as they are.

One topic per service; the partition count is fixed (the partition of an event is stored in the log, and order depends
on it), what was published is kept for ever, and no topic comes into being by itself.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import for_code

from ..settings import Settings
from .broker import admin, topic_for

MAX_MESSAGE_BYTES = 8 * 1024 * 1024

CONFIG = {
    "cleanup.policy": "delete",
    "retention.ms": "-1",
    "retention.bytes": "-1",
    "max.message.bytes": str(MAX_MESSAGE_BYTES),
    "message.timestamp.type": "CreateTime",
}
"""What every topic is created with, and kept at."""

TOPIC_ALREADY_EXISTS = 36


class PartitionCountFixed(Exception):
    """A topic exists with another partition count, and changing that would break the order inside aggregates."""

    def __init__(self, topic: str, has: int, wanted: int) -> None:
        self.topic, self.has, self.wanted = topic, has, wanted
        super().__init__(f"{topic} has {has} partitions, {wanted} are wanted; the count never changes. A new prefix makes new topics.")


@dataclass(frozen=True)
class Wanted:
    """A topic as it should be."""

    name: str
    partitions: int
    replicas: int
    config: dict[str, str] = field(default_factory=lambda: dict(CONFIG))


@dataclass(frozen=True)
class Found:
    """A topic beside what it should be. ``partitions`` 0: it does not exist."""

    wanted: Wanted
    partitions: int = 0
    differs: dict[str, str] = field(default_factory=dict)
    """Settings that are not as wanted, with what they are."""

    @property
    def right(self) -> bool:
        """Whether nothing is to be done."""
        return self.partitions == self.wanted.partitions and not self.differs


def wanted(services: Iterable[str], settings: Settings) -> list[Wanted]:
    """The topics that these services need, by their names."""
    return [Wanted(topic_for(service, settings), settings.topic_partitions, settings.topic_replicas) for service in services]


async def show(services: Iterable[str], settings: Settings) -> list[Found]:
    """Every topic of these services as it is."""
    async with admin(settings) as client:
        return [await _find(client, topic) for topic in wanted(services, settings)]


async def apply(services: Iterable[str], settings: Settings) -> list[Found]:
    """Create what is missing and set what differs. Returns what was done: the topics as they were before.

    Raises:
        PartitionCountFixed: a topic has another partition count; nothing was changed.
    """
    async with admin(settings) as client:
        found = [await _find(client, topic) for topic in wanted(services, settings)]
        for topic in found:
            if topic.partitions not in (0, topic.wanted.partitions):
                raise PartitionCountFixed(topic.wanted.name, topic.partitions, topic.wanted.partitions)
        todo = [topic for topic in found if not topic.right]
        missing = [_new(topic.wanted) for topic in todo if not topic.partitions]
        if missing:
            _raise_for(await client.create_topics(missing), "topic_errors", allowed=TOPIC_ALREADY_EXISTS)
        changed = [ConfigResource(ConfigResourceType.TOPIC, topic.wanted.name, topic.wanted.config) for topic in todo if topic.partitions]
        if changed:
            await client.alter_configs(changed)
        return todo


def _new(topic: Wanted) -> NewTopic:
    return NewTopic(topic.name, topic.partitions, topic.replicas, topic_configs=topic.config)


async def _find(client: AIOKafkaAdminClient, topic: Wanted) -> Found:
    # By listing, not by asking for it: a broker that creates topics by itself would do so when asked.
    if topic.name not in await client.list_topics():
        return Found(topic)
    (described,) = await client.describe_topics([topic.name])
    is_now = await _config(client, topic.name)
    differs = {name: is_now.get(name, "") for name, value in topic.config.items() if is_now.get(name) != value}
    return Found(topic, len(described["partitions"]), differs)


async def _config(client: AIOKafkaAdminClient, topic: str) -> dict[str, str]:
    answers = await client.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic)])
    return {entry[0]: entry[1] for answer in answers for resource in answer.resources for entry in resource[4]}


def _raise_for(response: Any, name: str, allowed: int) -> None:
    for error in getattr(response, name):
        if error[1] not in (0, allowed):
            raise for_code(error[1])(f"{error[0]}: {error[2] if len(error) > 2 else ''}")
