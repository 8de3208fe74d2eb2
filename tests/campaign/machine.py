"""What else a machine does to those who run on it: its disk is full, its clock is wrong."""

import asyncio
import random
from pathlib import Path

import asyncpg
from ltc_stack.postgres import Postgres

from ..faults.disk import Disk
from ..faults.failpoints import jump, jumping
from ..platform import Platform

DISK_MEGABYTES = 4_096
HOUR = 3600.0


def disk_of(directory: Path) -> Disk:
    """The disk of PostgreSQL's data and log, for a stack that was not started yet."""
    return Disk(directory / "postgres" / "data", DISK_MEGABYTES)


def clocks_of(directory: Path) -> Path:
    """Where the services are told how wrong their clocks are."""
    return directory / "clocks"


def environment(directory: Path) -> dict[str, str]:
    """Of services whose clocks can be made wrong."""
    return jumping(clocks_of(directory))


async def disk_full(platform: Platform, chance: random.Random) -> str:
    """PostgreSQL has nowhere to write; if it falls over that, somebody starts it again once there is space."""
    postgres = platform.stack.postgres
    assert postgres is not None
    if not postgres.data.is_mount():
        return "nothing: only root may mount a disk"
    disk, seconds = disk_of(platform.stack.directory), chance.uniform(2, 6)
    disk.fill()
    try:
        await asyncio.sleep(seconds)
    finally:
        disk.free()
    fell = await fallen(postgres)
    if fell:
        await postgres.start()
    return f"for {seconds:.1f} s, PostgreSQL {'fell' if fell else 'went on'}"


async def clock_wrong(platform: Platform, chance: random.Random) -> str:
    """One process believes that it is an hour later, or earlier, and is then set right."""
    name, wrong = chance.choice(platform.stack.names), chance.choice((HOUR, -HOUR))
    clocks, pid = clocks_of(platform.stack.directory), platform.stack.services[name].pid
    if pid is None:
        return f"{name} was not there"
    try:
        jump(clocks, pid, wrong)
        await asyncio.sleep(chance.uniform(1, 5))
        jump(clocks, pid, 0.0)
    except ProcessLookupError:
        return f"{name} died meanwhile"
    return f"{name} by {wrong:+.0f} s"


async def fallen(postgres: Postgres) -> bool:
    """Whether the server has ended; if not, it answers again."""
    while postgres.pid is not None:
        try:
            await (await asyncpg.connect(postgres.url, timeout=2)).close()
        except (OSError, TimeoutError, asyncpg.PostgresError):
            await asyncio.sleep(0.2)
        else:
            return False
    return True
