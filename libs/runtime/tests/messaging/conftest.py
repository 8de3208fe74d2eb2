"""One Kafka for the tests of the wire; a teller and a listener with fresh databases and topics for each."""

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from ltc_runtime.settings import Settings
from ltc_stack.embedded import Servers
from ltc_stack.kafka import Kafka
from ltc_stack.postgres import Postgres

sys.path.insert(0, str(Path(__file__).parent))

from machine import template
from messaging_world import World, stall, world


@pytest_asyncio.fixture(scope="session")
async def kafka(tmp_path_factory: pytest.TempPathFactory, made_as: Servers) -> AsyncIterator[Kafka]:
    async with made_as.kafka(tmp_path_factory.mktemp("kafka"), Settings().cache_dir) as broker:
        yield broker


@pytest_asyncio.fixture(scope="session")
async def stall_template(postgres: Postgres) -> str:
    return await template(postgres, stall)


@pytest_asyncio.fixture
async def here(postgres: Postgres, kafka: Kafka, shop_template: str, stall_template: str) -> AsyncIterator[World]:
    async with world(postgres, kafka, shop_template, stall_template) as made:
        yield made
