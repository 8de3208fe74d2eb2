"""A service may be one process or many: each role of it alone, or everything of it several times."""

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import httpx
import pytest
from ltc_runtime.settings import ROLES, Settings
from ltc_stack.embedded import Stack, processes_of
from ltc_stack.kafka import Kafka
from ltc_stack.postgres import Postgres

from ..checker.reactions import EXPECTED
from ..checker.run import OF_THE_MACHINE, run
from ..deals import LEADS, OPPORTUNITIES, Deal
from ..platform import Platform

pytestmark = [pytest.mark.stack, pytest.mark.slow]

DEALS = 6


@pytest.fixture(autouse=True)
def two_services(monkeypatch: pytest.MonkeyPatch) -> None:
    """The checker expects the reactions of those alone that run here."""
    here = tuple(expected for expected in EXPECTED if expected[0] == OPPORTUNITIES and expected[1].startswith("ltc.lead."))
    assert here
    monkeypatch.setattr("tests.checker.reactions.EXPECTED", here)


@asynccontextmanager
async def running(postgres: Postgres, kafka: Kafka, directory: Path, name: str, *, replicas: int, split: bool) -> AsyncIterator[Platform]:
    """Lead and opportunity on servers that run already, every process of a service asked in turn."""
    settings = Settings(data_dir=directory, postgres_url=postgres.url, kafka_bootstrap=kafka.bootstrap, lease_seconds=2.0)
    async with Stack(settings, services=[LEADS, OPPORTUNITIES], prefix=name, replicas=replicas, split=split) as stack:
        platform = Platform(stack, directory)
        for service in stack.names:
            answering = [
                process.url for process in stack.services if process.settings.service == service and "api" in process.settings.roles
            ]
            assert len(answering) == replicas
            platform.api_client.replicas[service] = itertools.cycle(answering)
        try:
            yield platform
        finally:
            await platform.api_client.close()


async def leads_become_opportunities(platform: Platform) -> None:
    """Several deals, one act after the other, and everything is in order afterwards."""
    for number in range(DEALS):
        await Deal(platform.api_client, f"deal-{number}").to_opportunity()
    evidence = await platform.evidence()
    assert run(evidence, OF_THE_MACHINE) == []
    opened = [row for row in evidence.ledgers[OPPORTUNITIES].own if row["type"] == "ltc.opportunity.opened.v1"]
    assert len(opened) == DEALS


async def test_each_role_alone_does_its_part_of_the_job(postgres: Postgres, kafka: Kafka, tmp_path: Path) -> None:
    async with running(postgres, kafka, tmp_path, "split_", replicas=1, split=True) as platform:
        services = platform.stack.services
        assert sorted(sorted(process.settings.roles) for process in services) == sorted([role] for role in ROLES for _ in range(2))
        await leads_become_opportunities(platform)
        async with httpx.AsyncClient() as client:
            for process in services:
                assert (await client.get(f"{process.url}/livez")).status_code == 200
                assert (await client.get(f"{process.url}/metrics")).status_code == 200
                served = (await client.get(f"{process.url}/leads")).status_code if process.settings.service == LEADS else None
                assert served in (None, 401 if "api" in process.settings.roles else 404)
        holders = await held_by(platform, LEADS) | await held_by(platform, OPPORTUNITIES)
        pids = {(name, f":{services[f'{name}-{role}'].pid}") for name, role in ((LEADS, "relay"), (OPPORTUNITIES, "react"))}
        assert pids <= {(holder[0], holder[1][holder[1].rindex(":") :]) for holder in holders}


async def held_by(platform: Platform, service: str) -> set[tuple[str, str]]:
    """Who holds a lease of the service."""
    connection = await asyncpg.connect(platform.dsns[service])
    try:
        return {(service, row["holder"]) for row in await connection.fetch("SELECT holder FROM lease WHERE until > clock_timestamp()")}
    finally:
        await connection.close()


async def test_two_replicas_of_everything_tell_one_story(postgres: Postgres, kafka: Kafka, tmp_path: Path) -> None:
    async with running(postgres, kafka, tmp_path, "twice_", replicas=2, split=False) as platform:
        await leads_become_opportunities(platform)


def test_the_first_process_of_a_service_has_its_name_and_answers() -> None:
    assert processes_of("lead-svc") == {"lead-svc": ROLES}
    assert processes_of("lead-svc", 2) == {"lead-svc": ROLES, "lead-svc-2": ROLES}
    split = processes_of("lead-svc", 2, split=True)
    assert list(split) == [
        "lead-svc", "lead-svc-hear", "lead-svc-react", "lead-svc-relay", "lead-svc-api-2", "lead-svc-hear-2", "lead-svc-react-2",
        "lead-svc-relay-2",
    ]  # fmt: skip
    assert split["lead-svc"] == ("api",)
