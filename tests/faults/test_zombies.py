"""Processes that stand still in the middle of what they do, past lease and session, while others take over, and then go on as if nothing
had been: they take nothing back and double nothing. One per role; and groups in which somebody always comes or goes."""

import asyncio
import itertools
import random
import signal
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from ltc_runtime.settings import Role

from ..deals import CONTRACTS, LEADS, OPPORTUNITIES, ORDERS
from ..platform import Platform
from .crowd import storm
from .doubles import double, hand_over, lease
from .failpoints import died, dying
from .test_services_die import load, under_load

pytestmark = [pytest.mark.faults, pytest.mark.stack, pytest.mark.slow]

ZOMBIES: dict[str, tuple[Role, str]] = {
    LEADS: ("api", "ltc_runtime.log.group:Group._write:1:stands"),  # decided, nothing written
    OPPORTUNITIES: ("relay", "ltc_runtime.wire.lease:Lease.advance:1:stands"),  # told, the checkpoint not moved
    CONTRACTS: ("hear", "ltc_runtime.wire.hear:Ear._append:1:stands"),  # fetched, not heard
    ORDERS: ("react", "ltc_runtime.react:give:1:stands"),  # reacting, nothing decided
}
LEASED = {OPPORTUNITIES: "relay", ORDERS: "react"}


async def test_a_zombie_of_each_role_takes_nothing_back_and_doubles_nothing(platform: Platform, tmp_path: Path) -> None:
    front, places = platform.front, {name: tmp_path / name for name in ZOMBIES}
    for place in places.values():
        place.mkdir()
    async with AsyncExitStack() as running:
        zombies = dict(
            zip(
                ZOMBIES,
                await asyncio.gather(
                    *(
                        running.enter_async_context(double(platform, name, {role}, places[name], dying(places[name], point)))
                        for name, (role, point) in ZOMBIES.items()
                    )
                ),
                strict=True,
            )
        )
        epochs = {name: await hand_over(platform, name, LEASED[name], zombies[name].pid) for name in LEASED}
        front.replicas[LEADS] = itertools.cycle([zombies[LEADS].url, front.urls[LEADS]])
        working = asyncio.create_task(load(platform))
        try:
            async with asyncio.timeout(60):
                while not died(places[LEADS]):
                    await asyncio.sleep(0.05)
        finally:
            front.replicas.clear()
        await working  # all of it arrives although each of them stands: others do their work
        assert {name for name in ZOMBIES if died(places[name])} == set(ZOMBIES), "each was stopped in the middle of its work"
        after = {name: await lease(platform, name, LEASED[name]) for name in LEASED}
        assert all(pid != zombies[name].pid and epoch > epochs[name] for name, (pid, epoch) in after.items())
        for zombie in zombies.values():
            zombie.send(signal.SIGCONT)
        await load(platform)
        assert {name: await lease(platform, name, LEASED[name]) for name in LEASED} == after
    await platform.assert_sound()


async def test_in_a_rebalance_storm_of_every_group_nothing_is_lost_or_heard_twice(platform: Platform) -> None:
    held: dict[str, int] = {}

    async def storms() -> None:
        for name, times in zip(platform.stack.names, await asyncio.gather(*map(one, platform.stack.names)), strict=True):
            held[name] = times

    async def one(name: str) -> int:
        return await storm(platform, name, 3, random.Random(name))

    await under_load(platform, storms(), 3)
    assert all(held[name] for name in platform.stack.names), "somebody else held partitions of each"
    await platform.assert_sound()
