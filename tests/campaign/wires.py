"""How wires break: between services and their servers, and between callers and services."""

import asyncio
import random

from ..faults.proxy import Link, Way
from ..faults.wired import Wired
from ..platform import Platform

LONGEST = 9.0
"""Seconds a wire is silent at most: past the leases, not past the patience of TCP."""
WAYS: tuple[tuple[Way, ...], ...] = (("out",), ("back",), ("out", "back"))


async def cut(platform: Platform, chance: random.Random) -> str:
    """Every connection is reset, a few times."""
    name, link = chance.choice(all_of(platform))
    times = chance.randint(1, 5)
    for _ in range(times):
        link.cut()
        await asyncio.sleep(chance.uniform(0, 0.5))
    return f"{name}, {times} times"


async def slow(platform: Platform, chance: random.Random) -> str:
    """Everything arrives late, and not evenly."""
    name, link = chance.choice(all_of(platform))
    delay, jitter = chance.uniform(0.05, 0.25), chance.uniform(0, 0.25)
    link.slow(delay, jitter)
    try:
        await asyncio.sleep(chance.uniform(1, 6))
    finally:
        link.heal()
    return f"{name} by {delay * 1000:.0f} to {(delay + jitter) * 1000:.0f} ms"


async def silent(platform: Platform, chance: random.Random) -> str:
    """Nothing arrives, in one direction or both; afterwards it arrives after all, or the connections end."""
    name, link = chance.choice(all_of(platform))
    ways, seconds, ends = chance.choice(WAYS), chance.uniform(0.5, LONGEST), chance.random() < 0.5
    link.silence(*ways)
    try:
        await asyncio.sleep(seconds)
        if ends:
            link.cut()
    finally:
        link.heal()
    return f"{name}, {' and '.join(ways)}, for {seconds:.1f} s{', then cut' if ends else ''}"


async def reset_midway(platform: Platform, chance: random.Random) -> str:
    """The connections end after so many bytes, in the middle of whatever is being said."""
    name, link = chance.choice(all_of(platform))
    count = chance.randint(1, 20_000)
    link.reset_after(count)
    try:
        async with asyncio.timeout(5):
            await link.spent.wait()
    except TimeoutError:
        return f"{name}: not {count} bytes came"
    finally:
        link.heal()
    return f"{name} after {count} bytes"


async def swizzled(platform: Platform, chance: random.Random) -> str:
    """Wires fall silent one by one, and are mended one by one in another order."""
    broken = chance.sample(all_of(platform), chance.randint(3, 8))
    try:
        for _, link in broken:
            link.silence()
            await asyncio.sleep(chance.uniform(0, 0.6))
    finally:
        for _, link in chance.sample(broken, len(broken)):
            await asyncio.sleep(chance.uniform(0, 0.6))
            link.heal()
    return ", ".join(name for name, _ in broken)


def all_of(platform: Platform) -> list[tuple[str, Link]]:
    """All wires there are."""
    assert isinstance(platform.stack, Wired)
    return list(platform.stack.wires)
