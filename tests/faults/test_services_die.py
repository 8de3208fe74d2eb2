"""The services are killed where it hurts, and at any moment; the frontline asks again with the same keys: nothing is lost or done twice."""

import asyncio
import itertools
import random
from collections.abc import Iterable
from pathlib import Path

import pytest

from ..deals import Deal
from ..platform import Platform
from .failpoints import died, dying

pytestmark = [pytest.mark.faults, pytest.mark.stack, pytest.mark.slow]

LOG, HEAR, REACT, RELAY = "ltc_runtime.log.group", "ltc_runtime.wire.hear", "ltc_runtime.react", "ltc_runtime.wire.relay"
TELLING = (
    f"{LOG}:Group._write:6:before",  # decided, nothing written
    f"{LOG}:Group._write:4:after",  # committed, nobody was answered
    "ltc_runtime.edge.handle:Handle.__call__:3:after",  # the answer is ready and never sent
    f"{RELAY}:_Teller._deliver:2:before",  # read from the log, not produced
    "ltc_runtime.wire.lease:Lease.advance:2:before",  # produced, the checkpoint not moved
)
HEARING = (
    f"{HEAR}:Ear._append:3:before",  # fetched, not heard
    f"{HEAR}:Ear._append:2:after",  # heard, the offset not committed
    f"{REACT}:React.plan:2:before",  # heard, not reacted
)
_numbers = itertools.count(1)


async def load(platform: Platform, count: int = 6) -> list[Deal]:
    """So many deals from lead to cash, at once."""
    name = f"load{next(_numbers)}"
    return list(await asyncio.gather(*(Deal(platform.front, f"{name}-{number}").to_cash() for number in range(count))))


async def killed_at(points: tuple[str, ...], services: Iterable[str], platform: Platform, tmp_path: Path) -> None:
    """Let each of these services die at each of these points while deals go from lead to cash."""
    processes = {name: platform.stack.services[name] for name in services}
    before = dict(platform.stack.environment)
    for name, process in processes.items():
        (tmp_path / name).mkdir()
        process.environment = dying(tmp_path / name, *points, env=before)
        await process.kill()
    try:
        for _ in range(4):
            await load(platform)
            if all(died(tmp_path / name) == set(points) for name in processes):
                break
    finally:
        for process in processes.values():
            process.environment = before
    for name in processes:
        assert died(tmp_path / name) == set(points), f"{name} died at every failpoint"
    await platform.stack.services.ready()


async def test_every_service_killed_at_every_failpoint_of_deciding_and_telling(platform: Platform, tmp_path: Path) -> None:
    await killed_at(TELLING, platform.stack.names, platform, tmp_path)
    await platform.assert_sound()


async def test_every_service_killed_at_every_failpoint_of_hearing_and_reacting(platform: Platform, tmp_path: Path) -> None:
    hearing = [name for name, service in platform.services.items() if service.hears]
    assert len(hearing) == 4
    await killed_at(HEARING, hearing, platform, tmp_path)
    await platform.assert_sound()


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_every_service_killed_at_a_seeded_moment_under_load(seed: int, platform: Platform) -> None:
    chance = random.Random(seed)
    running = asyncio.create_task(load(platform, 8))
    for name in chance.sample(platform.stack.names, len(platform.stack.names)):
        await asyncio.sleep(chance.uniform(0.2, 1.2))
        await platform.stack.services[name].kill()
    await running
    await platform.stack.services.ready()
    await platform.assert_sound()


async def test_two_replicas_of_a_service_are_as_right_as_one(platform: Platform) -> None:
    doubled = ("lead-svc", "order-svc", "billing-svc")
    others = [platform.stack.add(name, f"{name}-two") for name in doubled]
    await asyncio.gather(*(other.ready() for other in others))
    try:
        for name, other in zip(doubled, others, strict=True):
            platform.front.replicas[name] = itertools.cycle([platform.front.urls[name], other.url])
        running = asyncio.create_task(load(platform, 10))
        await asyncio.sleep(2)
        await others[2].kill()
        await running
    finally:
        platform.front.replicas.clear()
        for other in others:
            await platform.stack.services.remove(other.name)
    await platform.assert_sound()


async def test_requests_given_up_by_the_client_take_effect_once_when_asked_again(platform: Platform) -> None:
    chance = random.Random(4)

    async def impatient(number: int) -> None:
        body = {"company": f"Hasty {number}", "channel": "site"}
        await platform.front.given_up("lead-svc", "capture_lead", "/leads", body, f"hasty-{number}", chance.uniform(0, 0.02))
        await platform.front.act("lead-svc", "capture_lead", "/leads", platform.front.anybody, body, key=f"hasty-{number}")

    await asyncio.gather(*(impatient(number) for number in range(40)))
    evidence = await platform.assert_sound()
    hasty = [row for row in evidence.ledgers["lead-svc"].own if row["version"] == 1 and "Hasty" in row["data"]]
    assert len(hasty) == 40
