"""The services are killed where it hurts, and at any moment; the frontline asks again with the same keys: nothing is lost or done twice."""

import asyncio
import itertools
import random
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import Any

import pytest

from ..deals import Deal
from ..platform import Platform
from .failpoints import died, dying

pytestmark = [pytest.mark.faults, pytest.mark.stack, pytest.mark.slow]

LOG, HEAR, REACT, RELAY = "ltc_runtime.log.group", "ltc_runtime.messaging.inbox", "ltc_runtime.policies", "ltc_runtime.messaging.relay"
DECIDED = f"{LOG}:Group._write:6:before"  # decided, nothing written
COMMITTED = f"{LOG}:Group._write:4:after"  # committed, nobody was answered
ANSWERED = "ltc_runtime.http.handle:Handle.__call__:3:after"  # the answer is ready and never sent
READ = f"{RELAY}:_Publisher._deliver:2:before"  # read from the log, not produced
PRODUCED = "ltc_runtime.messaging.lease:Lease.advance:2:before"  # produced, the checkpoint not moved
FETCHED = f"{HEAR}:InboxConsumer._append:3:before"  # fetched, not heard
HEARD = f"{HEAR}:InboxConsumer._append:2:after"  # heard, the offset not committed
REACTING = f"{REACT}:PolicyBatch.plan:2:before"  # heard, not reacted
POINTS = {DECIDED, COMMITTED, ANSWERED, READ, PRODUCED, FETCHED, HEARD, REACTING}
STAGES = ("to_opportunity", "win", "register", "confirm", "deliver")
_numbers = itertools.count(1)


async def load(platform: Platform, count: int = 6) -> list[Deal]:
    """So many deals from lead to cash, at once."""
    name = f"load{next(_numbers)}"
    return list(await asyncio.gather(*(Deal(platform.api_client, f"{name}-{number}").to_cash() for number in range(count))))


async def walk(deal: Deal, stages: Sequence[str]) -> None:
    """Take a deal through some stages."""
    for stage in stages:
        await getattr(deal, stage)()


async def on_the_way(platform: Platform, count: int = 2) -> list[tuple[Deal, Sequence[str]]]:
    """Deals that wait at every stage, so that all services have work and can die at once; with what is left of the way."""
    name = f"staged{next(_numbers)}"
    deals = [(Deal(platform.api_client, f"{name}-{done}-{number}"), done) for done in range(len(STAGES) + 1) for number in range(count)]
    await asyncio.gather(*(walk(deal, STAGES[:done]) for deal, done in deals))
    return [(deal, STAGES[done:]) for deal, done in deals]


async def to_the_end(deals: Sequence[tuple[Deal, Sequence[str]]]) -> None:
    """All of them become cash."""

    async def rest(deal: Deal, stages: Sequence[str]) -> None:
        await walk(deal, stages)
        await deal.pay(await deal.invoices(deal.net))

    await asyncio.gather(*(rest(deal, stages) for deal, stages in deals))


async def under_load(platform: Platform, faults: Coroutine[Any, Any, None], count: int = 6) -> None:
    """Deals go from lead to cash for as long as the faults last, and all of them arrive."""
    happening = asyncio.create_task(faults)
    while True:
        await load(platform, count)
        if happening.done():
            return await happening


async def test_every_service_killed_at_its_failpoints_loses_nothing_and_repeats_nothing(platform: Platform, tmp_path: Path) -> None:
    processes = {name: platform.stack.services[name] for name in platform.stack.names}
    before = dict(platform.stack.environment)
    waiting = await on_the_way(platform)
    for name, process in processes.items():
        (tmp_path / name).mkdir()
        process.environment = dying(tmp_path / name, *POINTS, env=before)
        await process.kill()
    try:
        await to_the_end(waiting)
        for _ in range(6):
            await load(platform, 3)
            if all(died(tmp_path / name) == POINTS for name in processes):
                break
    finally:
        for process in processes.values():
            process.environment = before
    assert {name: POINTS - died(tmp_path / name) for name in processes} == {name: set() for name in processes}, (
        "every failpoint was reached"
    )
    await platform.stack.services.ready()
    await platform.assert_sound()


async def test_every_service_killed_at_a_seeded_moment_under_load(platform: Platform) -> None:
    chance = random.Random(1)  # `make campaign` draws others

    async def killing() -> None:
        for name in chance.sample(platform.stack.names, len(platform.stack.names)):
            await asyncio.sleep(chance.uniform(0.2, 1.2))
            await platform.stack.services[name].kill()

    await under_load(platform, killing())
    await platform.stack.services.ready()
    await platform.assert_sound()


async def test_two_replicas_of_a_service_are_as_right_as_one(platform: Platform) -> None:
    doubled = ("lead-svc", "order-svc", "billing-svc")
    others = [platform.stack.add(name, f"{name}-two") for name in doubled]
    await asyncio.gather(*(other.ready() for other in others))
    try:
        for name, other in zip(doubled, others, strict=True):
            platform.api_client.replicas[name] = itertools.cycle([platform.api_client.urls[name], other.url])

        async def killing() -> None:
            await asyncio.sleep(1)
            await others[2].kill()

        await under_load(platform, killing(), 10)
    finally:
        platform.api_client.replicas.clear()
        for other in others:
            await platform.stack.services.remove(other.name)
    await platform.assert_sound()


async def test_requests_given_up_by_the_client_take_effect_once_when_asked_again(platform: Platform) -> None:
    chance = random.Random(4)

    async def impatient(number: int) -> None:
        body = {"company": f"Hasty {number}", "channel": "site"}
        await platform.api_client.given_up("lead-svc", "capture_lead", "/leads", body, f"hasty-{number}", chance.uniform(0, 0.02))
        await platform.api_client.act("lead-svc", "capture_lead", "/leads", platform.api_client.anybody, body, key=f"hasty-{number}")

    await asyncio.gather(*(impatient(number) for number in range(40)))
    evidence = await platform.assert_sound()
    hasty = [row for row in evidence.ledgers["lead-svc"].own if row["stream"] == "lead" and row["version"] == 1 and "Hasty" in row["data"]]
    assert len(hasty) == 40
