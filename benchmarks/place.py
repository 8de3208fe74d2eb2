"""A PostgreSQL server with databases on it, and a broker, for the length of a benchmark."""

import itertools
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
from ltc_runtime.settings import Settings
from ltc_stack.kafka import Kafka
from ltc_stack.postgres import Postgres

LOGIN = "bench"
_numbers = itertools.count(1)


@asynccontextmanager
async def server() -> AsyncIterator[Postgres]:
    """A server with its data in a temporary directory; fsync is on."""
    with tempfile.TemporaryDirectory(prefix="ltc-bench-") as directory:
        async with Postgres(Path(directory) / "postgres") as postgres:
            yield postgres


@asynccontextmanager
async def broker() -> AsyncIterator[Settings]:
    """A broker with its data in a temporary directory, as the settings name it."""
    settings = Settings()
    with tempfile.TemporaryDirectory(prefix="ltc-bench-") as directory:
        async with Kafka(Path(directory) / "kafka", settings.cache_dir / "kafka-4.4.0") as kafka:
            yield settings.model_copy(update={"kafka_bootstrap": kafka.bootstrap, "topic_partitions": 12})


async def database(postgres: Postgres) -> tuple[str, str]:
    """A new database: the owner's address and the login's."""
    name = f"bench_{next(_numbers)}"
    connection = await asyncpg.connect(postgres.url)
    if not await connection.fetchval("SELECT true FROM pg_roles WHERE rolname = $1", LOGIN):
        await connection.execute(f"CREATE ROLE {LOGIN} LOGIN PASSWORD 'bench'")
    await connection.execute(f"CREATE DATABASE {name}")
    await connection.close()
    parts = urlsplit(postgres.url)
    owner = parts._replace(path=f"/{name}").geturl()
    return owner, parts._replace(path=f"/{name}", netloc=f"{LOGIN}:bench@{parts.hostname}:{parts.port}").geturl()
