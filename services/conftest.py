"""A service as people meet it: its API on a real PostgreSQL, without a broker."""

import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import httpx
import pytest
from ltc_events import Command, Stream, derive_id
from ltc_runtime.clock import Clock, set_offset
from ltc_runtime.http.app import create_app
from ltc_runtime.http.issuer import Issuer
from ltc_runtime.log import Log, Meta, Plan, migrate, open_log
from ltc_runtime.log.states import TailKey
from ltc_runtime.policies import PolicyRunner, register_policies
from ltc_runtime.service import Service
from ltc_runtime.settings import Settings
from ltc_runtime.timers import fire_due
from ltc_stack.embedded import Servers
from ltc_stack.postgres import Postgres

LOGIN = "tested_service"
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Given:
    """A command that comes from no request."""

    service: Service
    command: Command
    fresh: tuple[Stream, ...] = ()
    tails: tuple[TailKey, ...] = ()

    @property
    def streams(self) -> list[Stream]:
        """The streams it names."""
        return self.service.decider_of[type(self.command)].streams(self.command)

    def plan(self, plan: Plan) -> int:
        """Decide it."""
        meta = Meta(command_id=derive_id("test", next(_numbers)), actor=f"service:{self.service.name}", roles=("service",))
        return len(plan.decide(self.command, meta))


@dataclass(frozen=True)
class Served:
    """One service, running."""

    log: Log
    app: object
    issuer: Issuer
    clock: Path

    def client(self, user: str, *roles: str) -> httpx.AsyncClient:
        """HTTP as ``user`` with these roles."""
        headers = {"authorization": f"Bearer {self.issuer.token(user, roles)}"}
        transport = httpx.ASGITransport(app=self.app)  # type: ignore[arg-type]
        return httpx.AsyncClient(transport=transport, base_url="http://service", headers=headers)

    async def decide(self, command: Command) -> int:
        """Decide a command as a policy or a timer gives it; returns how many facts it led to."""
        return await self.log.submit(Given(self.log.service, command))

    async def react(self) -> None:
        """Let the policies do what is to be done, and the timers that are due fire."""
        reactor = PolicyRunner(self.log)
        await reactor.load()
        while await reactor.step() or await fire_due(self.log):
            pass
        parked = await self.log.pool.fetch("SELECT policy, error FROM parked")
        assert not parked, [dict(row) for row in parked]

    def pass_days(self, days: int) -> None:
        """Let the business clock run ahead."""
        set_offset(self.clock, timedelta(days=days))
        self.log.clock._looked = float("-inf")  # see it at once


Serve = Callable[[Service], Awaitable[Served]]


@pytest.fixture(scope="session")
async def service_postgres(tmp_path_factory: pytest.TempPathFactory, made_as: Servers) -> AsyncIterator[Postgres]:
    """One server for the tests of all services."""
    async with made_as.postgres(tmp_path_factory.mktemp("postgres")) as server:
        yield server


@pytest.fixture(scope="session")
async def templates(service_postgres: Postgres) -> dict[Service, str]:
    """Migrated databases to copy, by service."""
    await execute(service_postgres.url, f"CREATE ROLE {LOGIN} LOGIN PASSWORD 'secret'")
    return {}


@pytest.fixture
async def serve(service_postgres: Postgres, templates: dict[Service, str], tmp_path: Path) -> AsyncIterator[Serve]:
    """Serves a service on a fresh database."""
    url = service_postgres.url
    issuer = Issuer(tmp_path / "issuer")
    async with AsyncExitStack() as stack:

        async def served(service: Service) -> Served:
            if service not in templates:
                templates[service] = f"served_{next(_numbers)}"
                await execute(url, f"CREATE DATABASE {templates[service]}")
                await migrate(at(url, templates[service]), service, login=LOGIN, partitions=3)
            name = f"served_{next(_numbers)}"
            await execute(url, f"CREATE DATABASE {name} TEMPLATE {templates[service]}")
            clock = tmp_path / f"{name}.clock"
            log = await open_log(at(url, name, LOGIN), service, clock=Clock(clock))
            await register_policies(log)
            stack.push_async_callback(log.stop)
            return Served(log, create_app(service, log, Settings(jwks=str(issuer.jwks))), issuer, clock)

        yield served


async def execute(url: str, sql: str) -> None:
    """One statement as superuser."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(sql)
    finally:
        await connection.close()


def at(url: str, database: str, login: str | None = None) -> str:
    """The same server, another database and login."""
    parts = urlsplit(url)
    netloc = parts.netloc if login is None else f"{login}:secret@{parts.hostname}:{parts.port}"
    return parts._replace(netloc=netloc, path=f"/{database}").geturl()
