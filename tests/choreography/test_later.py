"""What comes later, a policy or a topic, takes what happened before as history, unless it is told otherwise."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from ltc_events import derive_id
from ltc_runtime.log import Log, Meta
from ltc_runtime.service import Service
from ltc_stack.kafka import Kafka

from ..databases import Databases
from ..service_group import ServiceGroup, service_group
from ..tally import ANSWER, Echo, Echoing, adding, echo_svc, echo_with, tally_svc

QUIET = echo_with()
"""Hears and shows what is counted, and does nothing about it."""
DEAF = echo_with(projections=())
"""Has never heard of it."""
REACTING = echo_with(ANSWER, projections=())


@pytest.fixture
async def parts(databases: Databases, kafka: Kafka) -> AsyncIterator[ServiceGroup]:
    """Two services with empty logs; who the second one is, each test says."""
    async with service_group(databases, kafka.bootstrap, tally_svc) as made:
        yield made


async def become(parts: ServiceGroup, service: Service) -> None:
    """Stop everything; the second service is another one from now on."""
    await parts.stop()
    parts.services[service.name] = service
    await parts.start("tally-svc", service.name)


async def count(parts: ServiceGroup, *names: int) -> None:
    """Count, each time on another tally, and wait until that has come to rest."""
    log: Log = await parts.log("tally-svc")
    await asyncio.gather(*(log.submit(adding(name, to=str(name))) for name in names))
    await parts.settled()


async def answered(parts: ServiceGroup) -> int:
    """How often the second service answered."""
    found: int = await parts.value("echo-svc", "SELECT count(*) FROM log WHERE origin IS NULL AND type = 'ltc.echo.echoed.v1'")
    return found


async def heard(parts: ServiceGroup) -> int:
    """How much the second service heard."""
    found: int = await parts.value("echo-svc", "SELECT count(*) FROM log WHERE origin = 'tally-svc'")
    return found


async def test_a_policy_from_the_beginning_reacts_to_everything_also_to_what_was_told_before_it_was_started(parts: ServiceGroup) -> None:
    await parts.start("tally-svc")
    log = await parts.log("tally-svc")
    await log.submit(adding(0))
    await parts.add(echo_svc)
    await become(parts, echo_svc)
    await count(parts, 1, 2)
    assert (await heard(parts), await answered(parts)) == (3, 3)


async def test_a_process_that_only_hears_may_start_long_before_one_that_reacts(parts: ServiceGroup) -> None:
    await parts.add(echo_svc)
    await parts.start("tally-svc")
    (ear,) = await parts.start("echo-svc", roles=("hear", "relay"))
    log = await parts.log("tally-svc")
    await log.submit(adding(1))
    await parts.until("echo-svc", "SELECT count(*) = 1 FROM log WHERE origin = 'tally-svc'")
    parts.run(ear, "react")
    await parts.settled()
    assert await answered(parts) == 1


async def test_a_policy_added_later_does_not_fire_on_history(parts: ServiceGroup) -> None:
    await parts.add(QUIET)
    await become(parts, QUIET)
    await count(parts, 1, 2, 3)
    await become(parts, echo_svc)
    await count(parts, 4, 5)
    assert (await heard(parts), await answered(parts)) == (5, 2)
    await become(parts, echo_svc)
    await count(parts, 6)
    assert await answered(parts) == 3


async def test_a_policy_added_later_fires_on_history_when_told_to(parts: ServiceGroup) -> None:
    await parts.add(QUIET)
    await become(parts, QUIET)
    await count(parts, 1, 2, 3)
    await become(parts, echo_with(replace(ANSWER, from_start=True)))
    await count(parts, 4)
    assert await answered(parts) == 4


async def test_a_topic_subscribed_later_is_heard_from_its_first_event_and_reacted_to_from_now_on(parts: ServiceGroup) -> None:
    await parts.add(DEAF)
    await become(parts, DEAF)
    await own_business(parts)
    await count(parts, 1, 2, 3)
    assert await heard(parts) == 0
    await become(parts, REACTING)
    await count(parts, 4, 5)
    assert (await heard(parts), await answered(parts)) == (5, 2 + 1)


async def own_business(parts: ServiceGroup) -> None:
    """Something the second service decides by itself, so that its log is not empty."""
    log = await parts.log("echo-svc")
    command = Echo(echo_id=derive_id("own"), total=0)
    await log.submit(Echoing(command, Meta(command_id=derive_id("own", "business"), actor="ann")))
