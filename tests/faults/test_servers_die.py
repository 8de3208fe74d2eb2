"""PostgreSQL crashes, Kafka stops, Kafka loses every byte: commands wait or go on, and nothing is lost or done twice."""

import asyncio

import httpx
import pytest
from ltc_runtime.messaging.topics import apply

from ..api_client import ANN
from ..cli_runner import ltc
from ..deals import LEADS, Deal
from ..platform import Platform
from .test_services_die import load, under_load

pytestmark = [pytest.mark.faults, pytest.mark.stack, pytest.mark.slow]


async def test_postgres_killed_and_restarted_is_answered_503_meanwhile_and_nothing_is_lost(platform: Platform) -> None:
    postgres, api_client = platform.stack.postgres, platform.api_client
    assert postgres is not None
    api_client.unavailable.clear()

    async def crashing() -> None:
        await asyncio.sleep(0.7)
        await postgres.stop("immediate")
        waiting = asyncio.create_task(
            api_client.act(LEADS, "capture_lead", "/leads", ANN, {"company": "Patient", "channel": "site"}, key="patient")
        )
        try:
            async with asyncio.timeout(60):
                while not api_client.unavailable:
                    await asyncio.sleep(0.05)
        finally:
            await postgres.start()
        await waiting

    await under_load(platform, crashing())
    assert {answer.status_code for answer in api_client.unavailable} == {503}
    assert all(int(answer.headers["Retry-After"]) >= 1 for answer in api_client.unavailable)
    assert all(answer.headers["Content-Type"] == "application/problem+json" for answer in api_client.unavailable)
    await platform.assert_sound()


async def test_commands_go_on_while_kafka_is_away_and_are_told_when_it_is_back(platform: Platform) -> None:
    kafka = platform.stack.kafka
    assert kafka is not None
    await kafka.kill()
    try:
        for number in range(10):
            body = {"company": f"Meanwhile {number}", "channel": "site"}
            await platform.api_client.act(LEADS, "capture_lead", "/leads", ANN, body, key=f"meanwhile-{number}")
        for name in platform.stack.names:
            assert await said_of_kafka(platform, name, "away") == 200, "a service does its work without Kafka"
    finally:
        await kafka.start()
    for name in platform.stack.names:
        assert await said_of_kafka(platform, name, "ok") == 200
    await load(platform, 2)
    await platform.assert_sound()


async def test_all_data_of_kafka_deleted_is_republished_from_the_logs(platform: Platform) -> None:
    kafka = platform.stack.kafka
    assert kafka is not None
    before = await platform.evidence()
    await kafka.stop()
    kafka.wipe()
    await Deal(platform.api_client, "while-kafka-was-gone").act(
        LEADS, "capture_lead", "/leads", ANN, {"company": "Acme", "channel": "site"}
    )
    await kafka.start()
    await apply(platform.stack.names, platform.stack.common())
    assert (await ltc(platform, "republish")).code == 0
    await load(platform, 2)
    evidence = await platform.assert_sound()
    assert len(evidence.messages or []) >= len({message.headers["ce_id"] for message in before.messages or []})


async def said_of_kafka(platform: Platform, name: str, state: str) -> int:
    """The status of a service's readiness once it reports this of Kafka."""
    async with httpx.AsyncClient(base_url=platform.api_client.urls[name], trust_env=False, timeout=10) as client, asyncio.timeout(60):
        while (answer := await client.get("/readyz")).json()["kafka"]["state"] != state:
            await asyncio.sleep(0.1)
    return answer.status_code
