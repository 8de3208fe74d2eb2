"""The whole machine in one process on real parts: logs, relays, ears and reactors of a few small services, taken apart at will."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from ltc_runtime.log import Log, open_log
from ltc_runtime.messaging.inbox import run_inbox
from ltc_runtime.messaging.relay import run_relay
from ltc_runtime.messaging.topic_start import register_new_topics
from ltc_runtime.messaging.topics import apply
from ltc_runtime.policies import register_policies, run_policies
from ltc_runtime.service import Service
from ltc_runtime.settings import Settings
from ltc_runtime.shutdown import cancel_all

from .catch_up import settled
from .checker.evidence import Evidence, gather
from .databases import Database, Databases
from .rebuilt_models import rebuilt as rebuild

PARTITIONS = 3
_numbers = itertools.count(1)
Role = Callable[[Log, Settings], Coroutine[Any, Any, None]]
ROLES: dict[str, Role] = {"relay": run_relay, "hear": run_inbox, "react": run_policies}


class ServiceGroup:
    """Services, their databases, and what of them runs."""

    def __init__(self, databases: Databases, bootstrap: str) -> None:
        self.settings = Settings(
            kafka_bootstrap=bootstrap, topic_prefix=f"t{next(_numbers)}.", topic_partitions=PARTITIONS, lease_seconds=1.0, poll_seconds=0.05
        )
        self.databases: dict[str, Database] = {}
        self.services: dict[str, Service] = {}
        self._make = databases
        self._logs: list[Log] = []
        self._tasks: list[asyncio.Task[None]] = []

    async def add(self, service: Service) -> None:
        """A service with an empty log and a topic."""
        self.services[service.name] = service
        self.databases[service.name] = await self._make.make(service, PARTITIONS)
        await apply([service.name], self.settings)

    async def log(self, name: str, service: Service | None = None) -> Log:
        """The log, as one more process of the service opens it; ``service`` where it was changed since."""
        opened = await open_log(self.databases[name].login, service or self.services[name])
        self._logs.append(opened)
        await register_policies(opened)
        await register_new_topics(opened.pool, opened.service.consumes)
        return opened

    def run(self, log: Log, *roles: str) -> list[asyncio.Task[None]]:
        """Let it relay, hear or react from now on."""
        tasks = [asyncio.create_task(ROLES[role](log, self.settings), name=f"{log.service.name} {role}") for role in roles]
        self._tasks += tasks
        return tasks

    async def start(self, *names: str, roles: Iterable[str] = ("relay", "hear", "react")) -> list[Log]:
        """Open these services and let them do everything."""
        logs = [await self.log(name) for name in names]
        for log in logs:
            self.run(log, *roles)
        return logs

    async def stop(self) -> None:
        """Stop everything that runs."""
        await cancel_all(self._tasks)
        for log in self._logs:
            await log.stop()
        self._tasks, self._logs = [], []

    async def evidence(self, rebuilt: bool = False) -> Evidence:
        """What the checker looks at."""
        dsns = {name: database.superuser for name, database in self.databases.items()}
        evidence = await gather(dsns, self.settings.kafka_bootstrap, prefix=self.settings.topic_prefix)
        if rebuilt:
            again = {name: await rebuild(self.databases[name].owner, service) for name, service in self.services.items()}
            evidence = Evidence(evidence.ledgers, evidence.messages, evidence.journal, again)
        return evidence

    async def value(self, name: str, sql: str, *arguments: Any) -> Any:
        """One value, read by a superuser."""
        connection = await asyncpg.connect(self.databases[name].superuser)
        try:
            return await connection.fetchval(sql, *arguments)
        finally:
            await connection.close()

    async def execute(self, name: str, sql: str, *arguments: Any) -> None:
        """Do what only a superuser may."""
        connection = await asyncpg.connect(self.databases[name].superuser)
        try:
            await connection.execute(sql, *arguments)
        finally:
            await connection.close()

    async def until(self, name: str, sql: str, *arguments: Any, seconds: float = 60.0) -> None:
        """Wait until a question to the database is answered with yes."""
        async with asyncio.timeout(seconds):
            while not await self.value(name, sql, *arguments):
                self._look()
                await asyncio.sleep(0.03)

    async def settled(self, seconds: float = 60.0) -> None:
        """Wait until all that was told is on the topics, heard, and reacted to."""
        dsns = {name: database.superuser for name, database in self.databases.items()}
        await settled(self.services, dsns, seconds, self._look)

    def _look(self) -> None:
        """Say what broke, instead of waiting for it."""
        for task in self._tasks:
            if task.done() and not task.cancelled():
                task.result()


@asynccontextmanager
async def service_group(databases: Databases, bootstrap: str, *services: Service) -> AsyncIterator[ServiceGroup]:
    """A bed with these services, nothing running."""
    made = ServiceGroup(databases, bootstrap)
    try:
        for service in services:
            await made.add(service)
        yield made
    finally:
        await made.stop()
