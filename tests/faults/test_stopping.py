"""Services that are stopped in order, under load: their roles end between two batches, so that nothing is even told twice."""

import asyncio
from collections import Counter
from typing import Any

import asyncpg
import pytest

from ..deals import LEADS, OPPORTUNITIES
from ..platform import Platform
from .test_services_die import load

pytestmark = [pytest.mark.faults, pytest.mark.stack, pytest.mark.slow]

STOPPED = (LEADS, OPPORTUNITIES)


async def rows(platform: Platform, service: str, sql: str) -> list[Any]:
    """Read as a superuser."""
    connection = await asyncpg.connect(platform.dsns[service])
    try:
        return list(await connection.fetch(sql))
    finally:
        await connection.close()


async def told_twice(platform: Platform) -> set[str]:
    """Events of the stopped services that are on their topics more than once."""
    evidence = await platform.assert_sound()
    topics = {platform.services[name].topic for name in STOPPED}
    times = Counter(message.headers["ce_id"] for message in evidence.messages or [] if message.topic in topics)
    return {event for event, count in times.items() if count > 1}


async def test_roles_that_stop_under_load_leave_no_lease_and_tell_nothing_twice(platform: Platform) -> None:
    before = await told_twice(platform)
    loading = asyncio.create_task(load(platform, 10))
    for name in STOPPED:
        await asyncio.sleep(0.7)
        process = platform.stack.services[name]
        await process.stop()
        assert process.status == 0
        held = await rows(platform, name, "SELECT name FROM lease WHERE until > '-infinity'")
        assert held == [], "every lease is given back, so that the next process begins at once"
        process.launch()
        await process.ready()
    await loading
    assert await told_twice(platform) == before
