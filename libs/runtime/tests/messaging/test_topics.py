"""Topics as they should be."""

import pytest
from aiokafka.admin import NewTopic
from ltc_runtime.messaging import topics
from ltc_runtime.messaging.broker import admin, owner_of, topic_for
from ltc_runtime.settings import Settings
from ltc_stack.kafka import Kafka


async def test_missing_topics_are_created_and_kept_for_ever(kafka: Kafka) -> None:
    settings = Settings(kafka_bootstrap=kafka.bootstrap, topic_prefix="topics.", topic_partitions=3)
    names = ["lead-svc", "billing-svc"]
    assert [found.partitions for found in await topics.show(names, settings)] == [0, 0]
    assert len(await topics.apply(names, settings)) == 2
    assert all(found.right for found in await topics.show(names, settings))
    assert await topics.apply(names, settings) == []
    async with admin(settings) as client:
        config = await topics._config(client, "topics.ltc.lead.v1")
    assert (config["retention.ms"], config["retention.bytes"], config["cleanup.policy"]) == ("-1", "-1", "delete")


async def test_a_setting_that_differs_is_put_right(kafka: Kafka) -> None:
    settings = Settings(kafka_bootstrap=kafka.bootstrap, topic_prefix="differs.", topic_partitions=3)
    async with admin(settings) as client:
        await client.create_topics([NewTopic("differs.ltc.lead.v1", 3, 1, topic_configs={"retention.ms": "1000"})])
    (found,) = await topics.show(["lead-svc"], settings)
    assert found.differs["retention.ms"] == "1000"
    await topics.apply(["lead-svc"], settings)
    (found,) = await topics.show(["lead-svc"], settings)
    assert found.right


async def test_the_partition_count_of_a_topic_never_changes(kafka: Kafka) -> None:
    settings = Settings(kafka_bootstrap=kafka.bootstrap, topic_prefix="fixed.", topic_partitions=3)
    await topics.apply(["lead-svc"], settings)
    more = settings.model_copy(update={"topic_partitions": 12})
    with pytest.raises(topics.PartitionCountFixed, match="3 partitions, 12 are wanted"):
        await topics.apply(["lead-svc", "order-svc"], more)
    assert [found.partitions for found in await topics.show(["lead-svc", "order-svc"], more)] == [3, 0]


def test_a_topic_names_its_owner() -> None:
    settings = Settings(topic_prefix="acme.eu.")
    assert topic_for("lead-svc", settings) == "acme.eu.ltc.lead.v1"
    assert owner_of("acme.eu.ltc.lead.v1", settings) == "lead-svc"
