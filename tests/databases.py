"""Databases for tests: migrated once per service, then copied by TEMPLATE, each with the two logins of a service."""

import asyncio
import gzip
import itertools
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
from ltc_runtime.log import migrate
from ltc_runtime.service import Service
from ltc_stack.postgres import binaries

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Database:
    """One service's database: as the service sees it, as its owner does, and as a superuser does who may do anything."""

    login: str
    owner: str
    superuser: str


class Databases:
    """Makes them on one server."""

    def __init__(self, superuser: str) -> None:
        self.superuser = superuser
        self._templates: dict[Service, str] = {}

    async def make(self, service: Service, partitions: int = 3) -> Database:
        """A fresh database of ``service``."""
        template = self._templates.get(service) or await self._template(service, partitions)
        name = f"{template}_{next(_numbers)}"
        word = service.name.replace("-", "_")
        await self._execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" OWNER "{word}_owner"')
        return Database(self._url(name, word), self._url(name, f"{word}_owner"), self._url(name))

    async def restore(self, service: Service, dump: Path) -> Database:
        """A database of ``service`` from a compressed dump, not migrated."""
        word = service.name.replace("-", "_")
        name = f"restored_{word}_{next(_numbers)}"
        await self._roles(word)
        await self._execute(f'CREATE DATABASE "{name}" OWNER {word}_owner')
        database = Database(self._url(name, word), self._url(name, f"{word}_owner"), self._url(name))
        command = [str(binaries() / "psql"), "--quiet", "--no-psqlrc", "--set=ON_ERROR_STOP=1", database.owner]
        await asyncio.to_thread(_restore, command, dump)
        return database

    async def _roles(self, word: str) -> None:
        for role in (word, f"{word}_owner"):
            await self._execute(
                f"DO $$ BEGIN CREATE ROLE {role} LOGIN PASSWORD 'secret'; EXCEPTION WHEN duplicate_object THEN NULL; END $$"
            )

    async def _template(self, service: Service, partitions: int) -> str:
        word = service.name.replace("-", "_")
        name = f"template_{word}_{next(_numbers)}"
        await self._roles(word)
        await self._execute(f'CREATE DATABASE "{name}" OWNER {word}_owner')
        await migrate(self._url(name, f"{word}_owner"), service, login=word, partitions=partitions)
        self._templates[service] = name
        return name

    async def _execute(self, sql: str) -> None:
        connection = await asyncpg.connect(self.superuser)
        try:
            await connection.execute(sql)
        finally:
            await connection.close()

    def _url(self, database: str, login: str | None = None) -> str:
        parts = urlsplit(self.superuser)
        host = parts.netloc if login is None else f"{login}:secret@{parts.hostname}:{parts.port}"
        return urlunsplit((parts.scheme, host, f"/{database}", "", ""))


def _restore(command: list[str], dump: Path) -> None:
    subprocess.run(command, input=gzip.decompress(dump.read_bytes()), check=True, stdout=subprocess.DEVNULL)


async def committed(database: Database, position: int) -> None:
    """Wait until the server has committed up to a position."""
    connection = await asyncpg.connect(database.superuser)
    try:
        async with asyncio.timeout(30):
            while await connection.fetchval("SELECT position FROM head") < position:
                await asyncio.sleep(0.01)
    finally:
        await connection.close()
