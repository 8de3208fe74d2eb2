"""One PostgreSQL for the tests of the stack."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from ltc_stack.embedded import Servers
from ltc_stack.postgres import Postgres


@pytest_asyncio.fixture(scope="session")
async def postgres(tmp_path_factory: pytest.TempPathFactory, made_as: Servers) -> AsyncIterator[Postgres]:
    async with made_as.postgres(tmp_path_factory.mktemp("postgres")) as server:
        yield server
