"""Wires to PostgreSQL and to Kafka fail in every way while things are counted: each is counted, told and answered once."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace

import pytest
from ltc_runtime.log import AlreadyThere, Log, Unavailable
from ltc_stack.kafka import Kafka

from ..checker.run import OF_THE_MACHINE, run
from ..checker.wire import HEARS
from ..databases import Databases
from ..service_group import ServiceGroup, service_group
from ..tally import Added, adding, echo_svc, tally_svc
from .proxy import Link, Way, to

pytestmark = pytest.mark.faults

COUNTERS = 5
OUTAGE = 1.2
"""Seconds; the beds' leases are shorter."""

Break = Callable[[Link], Awaitable[None]]


@pytest.fixture
async def parts(databases: Databases, kafka: Kafka, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[ServiceGroup]:
    """Two services with empty logs."""
    monkeypatch.setitem(HEARS, "echo-svc", {"tally-svc"})
    monkeypatch.setattr("tests.checker.reactions.EXPECTED", (("echo-svc", Added.event_type, "ltc.echo.echoed.v1"),))
    async with service_group(databases, kafka.bootstrap, tally_svc, echo_svc) as made:
        yield made


async def cut(link: Link) -> None:
    """Again and again; who connects anew gets through."""
    for _ in range(4):
        link.cut()
        await asyncio.sleep(0.2)


async def refused(link: Link) -> None:
    """Nobody gets through for a while."""
    link.refuse()
    await asyncio.sleep(OUTAGE)


async def slow(link: Link) -> None:
    """Everything comes late, some of it later."""
    link.slow(0.05, 0.2)
    await asyncio.sleep(OUTAGE)


async def reset_midway(link: Link) -> None:
    """Somewhere inside a message, several times."""
    for count in (300, 1_001, 2_500, 7_000):
        link.reset_after(count)
        await asyncio.wait_for(link.spent.wait(), 20)


def silent(*ways: Way, ends: bool) -> Break:
    """Nothing arrives in these directions, and nobody is told; at the end it does arrive, or the connection ends."""

    async def silenced(link: Link) -> None:
        link.silence(*ways)
        await asyncio.wait_for(link.held.wait(), 20)
        await asyncio.sleep(OUTAGE)
        if ends:
            link.cut()

    return silenced


BREAKS = {
    "cut": cut,
    "refused": refused,
    "slow": slow,
    "reset midway": reset_midway,
    "silent, then late": silent(ends=False),
    "questions lost": silent("out", ends=True),
    "answers lost": silent("back", ends=True),
}


@pytest.mark.parametrize("name", BREAKS)
async def test_the_wire_to_postgres_fails_and_everything_is_counted_and_answered_once(name: str, parts: ServiceGroup) -> None:
    async with to(parts.databases["tally-svc"].login) as link:
        for service, database in parts.databases.items():
            parts.databases[service] = replace(database, login=link.url(database.login))
        await counted_while(BREAKS[name], link, parts)
        await parts.stop()


@pytest.mark.parametrize("name", BREAKS)
async def test_the_wire_to_kafka_fails_and_everything_is_counted_and_answered_once(
    name: str, parts: ServiceGroup, kafka_wire: Link
) -> None:
    parts.settings = parts.settings.model_copy(update={"kafka_bootstrap": str(kafka_wire)})
    await counted_while(BREAKS[name], kafka_wire, parts)


async def counted_while(happens: Break, link: Link, parts: ServiceGroup) -> None:
    """Count for as long as the wire fails and a little longer; then all of it must be there, and be answered."""
    log, _ = await parts.start("tally-svc", "echo-svc")
    over = asyncio.Event()
    counting = [asyncio.create_task(count(log, worker, over)) for worker in range(COUNTERS)]
    try:
        await asyncio.sleep(0.2)
        await happens(link)
    finally:
        link.heal()
        over.set()
    numbers = await asyncio.wait_for(asyncio.gather(*counting), 60)
    await parts.settled()
    evidence = await parts.evidence()
    assert run(evidence, OF_THE_MACHINE) == []
    assert len(evidence.ledgers["tally-svc"].own) == len(evidence.ledgers["echo-svc"].own) == sum(numbers)


async def count(log: Log, worker: int, over: asyncio.Event) -> int:
    """Count until it is over, each command as often as it takes; how many there were."""
    number = 0
    while not over.is_set() or number == 0:
        number += 1
        while not await there(log, f"{worker}/{number}", worker):
            await asyncio.sleep(0.1)
        await asyncio.sleep(0.01)
    return number


async def there(log: Log, name: str, worker: int) -> bool:
    """Whether one command is known to have taken effect; away, it may or may not have."""
    try:
        await log.submit(adding(name, to=str(worker)))
    except AlreadyThere:
        return True
    except Unavailable:
        return False
    return True
