"""What stands outside breaks: the issuer's key server, the collector of traces."""

import asyncio
import random
from collections.abc import Callable

import httpx
from ltc_runtime.http.issuer import Issuer

from ..deals import LEADS
from ..faults.outside import Outside
from ..faults.proxy import Link
from ..faults.wired import Wired, Wires
from ..platform import Platform

LONGEST = 9.0

HOW: dict[str, Callable[[Link], None]] = {
    "down": Link.refuse,
    "silent": Link.silence,
    "slow": lambda link: link.slow(0.5, 3.0),
    "answers lost": lambda link: link.silence("back"),
}


async def keys_away(platform: Platform, chance: random.Random) -> str:
    """The key server is down, silent or slow: who was known goes on, and who is not known does not get in."""
    return await _away(_wires(platform).key_server, platform, chance)


async def keys_wrong(platform: Platform, chance: random.Random) -> str:
    """The key server says something else: an error, rubbish, half of it, no keys, or those of another issuer."""
    server, directory = _wires(platform).key_server, platform.stack.directory
    good = platform.stack.issuer.jwks.read_bytes()
    answers = {
        "an error": (500, b""),
        "a page": (200, b"<html>"),
        "half of it": (200, good[: len(good) // 2]),
        "no keys": (200, b'{"keys": []}'),
        "too much": (200, good + b" " * 1_000_000),
        "it elsewhere": (302, good),
        "keys of another issuer": (200, Issuer(directory / "another").jwks.read_bytes()),
    }
    what = chance.choice(list(answers))
    server.say(*answers[what])
    try:
        return f"{what} {await _strangers_are_turned_away(platform, chance.uniform(1, 6))}"
    finally:
        server.heal()


async def collector_away(platform: Platform, chance: random.Random) -> str:
    """The collector is down, silent or slow, or takes nothing: nobody minds."""
    collector, seconds = _wires(platform).collector, chance.uniform(1, LONGEST)
    how = chance.choice([*HOW, "unwilling"])
    if how == "unwilling":
        collector.say(503, b"")
    else:
        HOW[how](collector.link)
    try:
        await asyncio.sleep(seconds)
    finally:
        collector.heal()
    return f"{how} for {seconds:.1f} s"


async def _away(server: Outside, platform: Platform, chance: random.Random) -> str:
    how = chance.choice(list(HOW))
    HOW[how](server.link)
    try:
        return f"{how} {await _strangers_are_turned_away(platform, chance.uniform(1, LONGEST))}"
    finally:
        server.heal()


async def _strangers_are_turned_away(platform: Platform, seconds: float) -> str:
    """For so long, somebody with a token of nobody's asks again and again.

    Raises:
        AssertionError: they were let in.
    """
    token = Issuer(platform.stack.directory / "stranger").token("ann", ("sales",))
    headers = {"authorization": f"Bearer {token}"}
    asked = 0
    try:
        async with asyncio.timeout(seconds), httpx.AsyncClient(trust_env=False, timeout=10, headers=headers) as client:
            while True:
                asked += 1
                try:
                    answer = await client.get(f"{platform.stack.services[LEADS].url}/leads")
                except httpx.HTTPError:
                    answer = None
                assert answer is None or answer.status_code in (401, 429, 503), f"a stranger was answered {answer.status_code}"
                await asyncio.sleep(0.2)
    except TimeoutError:
        return f"for {seconds:.1f} s, a stranger asked {asked} times"


def _wires(platform: Platform) -> Wires:
    assert isinstance(platform.stack, Wired)
    return platform.stack.wires
