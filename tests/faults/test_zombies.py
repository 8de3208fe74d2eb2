"""Processes that stand still in the middle of what they do, past lease and session, while others take over, and then go on as if nothing
had been: they take nothing back and double nothing. One per role; and groups in which somebody always comes or goes."""

import asyncio
import itertools
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
from ltc_runtime.settings import Role
from ltc_stack.supervisor import Supervised

from ..deals import CONTRACTS, LEADS, OPPORTUNITIES, ORDERS
from ..platform import Platform
from .crowd import storm
from .doubles import double, hand_over, lease
from .failpoints import died, dying
from .test_services_die import load, under_load

pytestmark = [pytest.mark.faults, pytest.mark.stack, pytest.mark.slow]

ZOMBIES: dict[str, tuple[Role, str]] = {
    LEADS: ("api", "ltc_runtime.log.group:Group._write:1:stands"),  # decided, nothing written
    OPPORTUNITIES: ("relay", "ltc_runtime.messaging.lease:Lease.advance:1:stands"),  # told, the checkpoint not moved
    CONTRACTS: ("hear", "ltc_runtime.messaging.inbox:InboxConsumer._append:1:stands"),  # fetched, not heard
    ORDERS: ("react", "ltc_runtime.policies:execute:1:stands"),  # reacting, nothing decided
}
LEASED = {OPPORTUNITIES: "relay", ORDERS: "react"}


@asynccontextmanager
async def zombies(platform: Platform, directory: Path) -> AsyncIterator[dict[str, Supervised]]:
    """One process more of each of these services, which will stand still at its point."""
    async with AsyncExitStack() as running:

        async def one(name: str) -> Supervised:
            role, point = ZOMBIES[name]
            place = directory / name
            place.mkdir()
            return await running.enter_async_context(double(platform, name, {role}, place, dying(place, point)))

        yield dict(zip(ZOMBIES, await asyncio.gather(*map(one, ZOMBIES)), strict=True))


async def leases(platform: Platform) -> dict[str, tuple[int, int]]:
    """Who holds those that zombies held, and their epochs."""
    return {name: await lease(platform, name, LEASED[name]) for name in LEASED}


async def until_it_stands(platform: Platform, zombie: Supervised, directory: Path) -> None:
    """Every other request goes to a zombie until it stands in the middle of one."""
    platform.api_client.replicas[LEADS] = itertools.cycle([zombie.url, platform.api_client.urls[LEADS]])
    try:
        async with asyncio.timeout(60):
            while not died(directory):
                await asyncio.sleep(0.05)
    finally:
        platform.api_client.replicas.clear()


async def test_a_zombie_of_each_role_takes_nothing_back_and_doubles_nothing(platform: Platform, tmp_path: Path) -> None:
    async with zombies(platform, tmp_path) as doubles:
        epochs = {name: await hand_over(platform, name, LEASED[name], doubles[name].pid) for name in LEASED}
        working = asyncio.create_task(load(platform))
        await until_it_stands(platform, doubles[LEADS], tmp_path / LEADS)
        await working
        assert [name for name in ZOMBIES if not died(tmp_path / name)] == [], "each stands in the middle of its work, which others did"
        after = await leases(platform)
        assert all(pid != doubles[name].pid and epoch > epochs[name] for name, (pid, epoch) in after.items())
        for zombie in doubles.values():
            zombie.send(signal.SIGCONT)
        await load(platform)
        assert await leases(platform) == after
    await platform.assert_sound()


async def test_in_a_rebalance_storm_of_every_group_nothing_is_lost_or_heard_twice(platform: Platform) -> None:
    async def storms() -> None:
        await asyncio.gather(*(storm(platform, name, (0.2, None)) for name in platform.stack.names))

    await under_load(platform, storms(), 3)
    await platform.assert_sound()
