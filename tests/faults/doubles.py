"""A second process of a service that can be meddled with, for one role of it or for several."""

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
from ltc_runtime.settings import Role
from ltc_stack.stored import Ports
from ltc_stack.supervisor import Supervised

from ..platform import Platform


@asynccontextmanager
async def double(
    platform: Platform, service: str, roles: set[Role], directory: Path, environment: Mapping[str, str] = os.environ
) -> AsyncIterator[Supervised]:
    """It runs, ready, while the block does. It has no name in its group: whatever it heard is free as soon as it is stopped."""
    port = Ports(directory / "ports.json").assign("double")
    settings = platform.stack.settings_of(service).model_copy(update={"roles": frozenset(roles), "instance": "", "port": port})
    process = Supervised(f"{service}-double", settings, {**platform.stack.environment, **environment}, directory / "double.log")
    platform.stack.services.add(process)
    try:
        await process.ready()
        yield process
    finally:
        await platform.stack.services.remove(process.name)


async def lease(platform: Platform, service: str, name: str) -> tuple[int, int]:
    """The process that holds a lease, and its epoch."""
    connection = await asyncpg.connect(platform.dsns[service])
    try:
        row = await connection.fetchrow("SELECT holder, epoch FROM lease WHERE name = $1", name)
        assert row is not None
        return int(row["holder"].rpartition(":")[2]), row["epoch"]
    finally:
        await connection.close()


async def hand_over(platform: Platform, service: str, name: str, to: int | None) -> int:
    """Take a lease away from others until the process ``to`` holds it; its epoch."""
    connection = await asyncpg.connect(platform.dsns[service])
    try:
        async with asyncio.timeout(30):
            while (held := await lease(platform, service, name))[0] != to:
                await connection.execute("UPDATE lease SET until = '-infinity' WHERE name = $1 AND holder NOT LIKE $2", name, f"%:{to}")
                await asyncio.sleep(0.05)
        return held[1]
    finally:
        await connection.close()
