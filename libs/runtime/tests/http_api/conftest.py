"""A desk on a database of its own, and its issuer."""

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from ltc_runtime.http.app import create_app
from ltc_runtime.http.issuer import Issuer
from ltc_runtime.log import Log, open_log
from ltc_runtime.settings import Settings
from ltc_stack.postgres import Postgres

sys.path.insert(0, str(Path(__file__).parent))

from desk import Client, desk
from machine import Database, database, template


@pytest.fixture(scope="session")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Issuer:
    return Issuer(tmp_path_factory.mktemp("issuer"))


@pytest_asyncio.fixture(scope="session")
async def desk_template(postgres: Postgres) -> str:
    return await template(postgres, desk)


@pytest_asyncio.fixture
async def desk_database(postgres: Postgres, desk_template: str) -> Database:
    return await database(postgres, desk_template)


@pytest_asyncio.fixture
async def desk_log(desk_database: Database) -> AsyncIterator[Log]:
    opened = await open_log(desk_database.login, desk)
    yield opened
    await opened.stop()


@pytest.fixture
def settings(issuer: Issuer, tmp_path: Path) -> Settings:
    return Settings(service="desk-svc", jwks=str(issuer.jwks), data_dir=tmp_path, after_seconds=0.3)


@pytest_asyncio.fixture
async def client(desk_log: Log, settings: Settings, issuer: Issuer) -> AsyncIterator[Client]:
    async with Client(create_app(desk, desk_log, settings), issuer) as opened:
        yield opened


@pytest_asyncio.fixture(scope="module")
async def standing(postgres: Postgres, desk_template: str, issuer: Issuer) -> AsyncIterator[Client]:
    """A desk for tests that change nothing, or do not care what others changed."""
    fresh = await database(postgres, desk_template)
    log = await open_log(fresh.login, desk)
    async with Client(create_app(desk, log, Settings(service="desk-svc", jwks=str(issuer.jwks), after_seconds=0.1)), issuer) as opened:
        yield opened
    await log.stop()
