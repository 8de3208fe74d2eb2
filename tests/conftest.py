"""Real parts for the whole run: one PostgreSQL, one Kafka, and databases made from templates, one set per test."""

import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from ltc_runtime.settings import Settings
from ltc_stack.embedded import Servers, Stack
from ltc_stack.kafka import Kafka
from ltc_stack.postgres import Postgres
from ltc_stack.stored import LOOPBACK, Ports

from .databases import Databases
from .deals import set_up
from .faults.proxy import Link
from .platform import Platform, settings


@pytest.fixture(scope="session")
def servers() -> Iterator[Path]:
    """Where the servers keep their data. Not pytest's own directory: every other run closes that to all but root."""
    directory = Path(tempfile.mkdtemp(prefix="ltc-tests-"))
    yield directory
    shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(scope="session")
async def postgres(servers: Path, made_as: Servers) -> AsyncIterator[Postgres]:
    """One server for the run."""
    async with made_as.postgres(servers / "postgres") as server:
        yield server


@pytest.fixture(scope="session")
async def kafka_wire(servers: Path) -> AsyncIterator[Link]:
    """A way to the broker that can be made to fail."""
    ports = Ports(servers / "kafka" / "ports.json")
    async with Link(lambda: (LOOPBACK, ports.assigned("listener wire"))) as link:
        yield link


@pytest.fixture(scope="session")
async def kafka(servers: Path, kafka_wire: Link, made_as: Servers) -> AsyncIterator[Kafka]:
    """One broker for the run; also to be reached by `kafka_wire`."""
    async with made_as.kafka(servers / "kafka", Settings().cache_dir / "kafka-4.4.0", listeners={"wire": kafka_wire.port}) as broker:
        yield broker
        await broker.kill()  # nobody needs its data any more: a shutdown in order takes its time


@pytest.fixture(scope="session")
def databases(postgres: Postgres) -> Databases:
    """Makes databases on it."""
    return Databases(postgres.url)


@pytest.fixture(scope="session")
async def platform(servers: Path, made_as: Servers) -> AsyncIterator[Platform]:
    """The five services, running, with their own servers; stories and faults share it, so each must leave it whole."""
    directory = servers / "platform"
    async with Stack(settings(directory), servers=made_as) as stack:
        running = Platform(stack, directory)
        await set_up(running.api_client)
        yield running
        await running.api_client.close()
