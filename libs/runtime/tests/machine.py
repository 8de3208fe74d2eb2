"""A database of its own for each test, made from a migrated template."""

import itertools
from dataclasses import dataclass
from urllib.parse import urlsplit

import asyncpg
from ltc_runtime.log import migrate
from ltc_runtime.service import Service
from ltc_stack.postgres import Postgres

LOGIN = "shop_login"
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Database:
    """One database: the owner's address and the service's own."""

    owner: str
    login: str


async def template(postgres: Postgres, service: Service) -> str:
    """Make a migrated database that others are copied from."""
    name = f"template_{service.name.replace('-', '_')}"
    connection = await asyncpg.connect(postgres.url)
    await connection.execute(f"""DO $$ BEGIN CREATE ROLE {LOGIN} LOGIN PASSWORD 'shop'; EXCEPTION WHEN duplicate_object THEN END $$""")
    await connection.execute(f"CREATE DATABASE {name}")
    await connection.close()
    await migrate(_at(postgres.url, name), service, login=LOGIN, partitions=3)
    return name


async def database(postgres: Postgres, template: str) -> Database:
    """A fresh copy of ``template``."""
    name = f"test_{next(_numbers)}"
    connection = await asyncpg.connect(postgres.url)
    await connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    await connection.execute(f"ALTER DATABASE {name} SET synchronous_commit = off")
    await connection.close()
    owner = _at(postgres.url, name)
    parts = urlsplit(owner)
    return Database(owner, parts._replace(netloc=f"{LOGIN}:shop@{parts.hostname}:{parts.port}").geturl())


def _at(url: str, database: str) -> str:
    return urlsplit(url)._replace(path=f"/{database}").geturl()
