"""One PostgreSQL for all tests of the machine, a fresh database for each."""

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from ltc_runtime.log import Log, open_log
from ltc_stack.embedded import Servers
from ltc_stack.postgres import Postgres

sys.path.insert(0, str(Path(__file__).parent))

from machine import Database, database, template
from shop import shop


@pytest_asyncio.fixture(scope="session")
async def postgres(tmp_path_factory: pytest.TempPathFactory, made_as: Servers) -> AsyncIterator[Postgres]:
    async with made_as.postgres(tmp_path_factory.mktemp("postgres")) as server:
        yield server


@pytest_asyncio.fixture(scope="session")
async def shop_template(postgres: Postgres) -> str:
    return await template(postgres, shop)


@pytest_asyncio.fixture
async def shop_database(postgres: Postgres, shop_template: str) -> Database:
    return await database(postgres, shop_template)


@pytest_asyncio.fixture
async def log(shop_database: Database) -> AsyncIterator[Log]:
    opened = await open_log(shop_database.login, shop)
    yield opened
    await opened.stop()


@pytest_asyncio.fixture
async def other_log(shop_database: Database) -> AsyncIterator[Log]:
    """A second process's view of the same log."""
    opened = await open_log(shop_database.login, shop)
    yield opened
    await opened.stop()
