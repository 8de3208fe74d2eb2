"""The whole stack on one machine: servers, databases, topics, services, an issuer of tokens."""

import asyncio
import fcntl
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import IO, NamedTuple

from ltc_runtime.http.issuer import Issuer
from ltc_runtime.log.database import migrate
from ltc_runtime.messaging.acl import ANALYST, grants
from ltc_runtime.messaging.topics import apply
from ltc_runtime.service import installed, load
from ltc_runtime.settings import ROLES, Role, Settings

from . import state
from .fork_server import ForkServer
from .kafka import OPERATOR, Kafka, Logins
from .postgres import Postgres
from .provision import Access, provision
from .stored import LOOPBACK, Passwords, Ports
from .supervisor import Supervised, Supervisor

PARTITIONS = 3
YEAR = 366 * 24 * 3600

Say = Callable[[str], None]


class AlreadyRunning(RuntimeError):
    """Another stack uses this directory; `ltc down` stops it."""


def processes_of(service: str, replicas: int = 1, *, split: bool = False) -> dict[str, tuple[Role, ...]]:
    """The processes of a service and what each does of it. The first one has the service's name, and answers for it."""
    ways: dict[str, tuple[Role, ...]] = {f"-{role}": (role,) for role in ROLES} if split else {"": ROLES}
    numbers = ["", *(f"-{number}" for number in range(2, replicas + 1))]
    named = {f"{service}{way}{number}": roles for number in numbers for way, roles in ways.items()}
    first = next(iter(named))
    return {service if name == first else name: roles for name, roles in named.items()}


class Servers(NamedTuple):
    """What starts the servers."""

    postgres: type[Postgres] = Postgres
    kafka: type[Kafka] = Kafka


EMBEDDED = Servers()
"""Processes of this machine, from packages."""


class Stack:
    """PostgreSQL, Kafka and the services, on loopback. An async context manager, or `start` and `stop`.

    Servers that the settings name (``LTC_POSTGRES_URL``, ``LTC_KAFKA_BOOTSTRAP``) are used and none is started for them.

    Args:
        settings: where it keeps its data, and everything its services have in common; by default what the environment says.
        services: which services it runs; all that are installed, if left out.
        prefix: put before the names of databases, topics and groups, when several stacks share servers.
        say: called with each step that begins.
        environment: what the services get beside their settings.
        replicas: how many processes of each service do the same.
        split: each role of a service is a process of its own.
        servers: what starts PostgreSQL and Kafka.
        listeners: for clients of Kafka behind a proxy, see `Kafka`.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        services: Iterable[str] | None = None,
        prefix: str = "",
        say: Say = lambda _text: None,
        environment: Mapping[str, str] | None = None,
        replicas: int = 1,
        split: bool = False,
        servers: Servers = EMBEDDED,
        listeners: Mapping[str, int] = MappingProxyType({}),
    ) -> None:
        self.settings = settings or Settings()
        self.replicas = replicas
        self.split = split
        self.directory = self.settings.data_dir.absolute()
        self.names = tuple(services) if services is not None else tuple(installed())
        self.prefix = prefix or self.settings.topic_prefix
        self.say = say
        self.environment = dict(os.environ if environment is None else {**os.environ, **environment})
        self.postgres = None if self.settings.postgres_url else servers.postgres(self.directory / "postgres")
        self.passwords = Passwords(self.directory / "passwords.json")
        self.kafka = None if self.settings.kafka_bootstrap else self._broker(servers.kafka, listeners)
        self.issuer = Issuer(self.directory / "issuer", self.settings.issuer, self.settings.audience)
        self.supervisor = Supervisor(ForkServer(self.directory / "logs" / "fork-server.log"))
        self.databases: dict[str, Access] = {}
        self._ports = Ports(self.directory / "ports.json")
        self._lock: IO[str] | None = None

    @property
    def jars(self) -> Path:
        """Where the broker's jars are kept."""
        return self.settings.cache_dir / "kafka-4.4.0"

    @property
    def postgres_url(self) -> str:
        """The superuser's URL."""
        return self.postgres.url if self.postgres is not None else self.settings.postgres_url

    @property
    def operator(self) -> Settings:
        """Settings with the operator's login at Kafka; for the user's own servers, the user's settings."""
        return self.settings if self.kafka is None else self.kafka.as_user(self.settings)

    @property
    def bootstrap(self) -> str:
        """Where Kafka clients begin."""
        return self.kafka.bootstrap if self.kafka is not None else self.settings.kafka_bootstrap

    @property
    def clock(self) -> Path:
        """The file that holds the business clock's shift."""
        return self.directory / "clock.json"

    @property
    def urls(self) -> dict[str, str]:
        """Where each service answers."""
        return {name: self.supervisor[name].url for name in self.names}

    @property
    def services(self) -> Supervisor:
        """The processes of the services, by name: ``stack.services["lead-svc"].kill()``."""
        return self.supervisor

    def token(self, subject: str, roles: Iterable[str], seconds: int = 3600) -> str:
        """A bearer token of the embedded issuer."""
        return self.issuer.token(subject, roles, seconds=seconds)

    async def start(self) -> None:
        """Start whatever does not run yet, and wait until all of it is ready. What was kept is used again."""
        await self.start_servers()
        await self.start_services()

    async def start_servers(self) -> None:
        """PostgreSQL and Kafka with databases, tables and topics; no service yet."""
        self._lock_directory()
        try:
            self.say("starting PostgreSQL and Kafka")
            self.supervisor.prepare()
            await asyncio.gather(self._databases(), self.kafka.start() if self.kafka is not None else asyncio.sleep(0))
            await apply(self._publishers(), self.common())
        except BaseException:
            await self.stop()
            raise

    def _publishers(self) -> list[str]:
        """The services whose topics are needed: its own, and those they consume from, for a group waits for a missing topic."""
        return list(dict.fromkeys([*self.names, *(publisher for name in self.names for publisher in load(name).consumes)]))

    async def start_services(self) -> None:
        """The services, each a process of its own."""
        try:
            self.say(f"starting {', '.join(self.names)}")
            for name in self.names:
                self._ports.assign(name)  # all of them first: each service needs the addresses of its neighbours
            for name in self.names:
                for process, roles in processes_of(name, self.replicas, split=self.split).items():
                    self.add(name, process, roles=roles)
            await self.supervisor.ready()
        except BaseException:
            await self.stop()
            raise
        state.write(self.directory, self.state())

    def add(
        self, service: str, name: str = "", *, roles: Iterable[str] | None = None, environment: Mapping[str, str] | None = None
    ) -> Supervised:
        """Start a process of a service; a second one of the same service needs a name of its own.

        Args:
            service: which service.
            name: what the process is called; the service's name if left out.
            roles: what it does of it: api, hear, react, relay; everything if left out.
            environment: variables for this process alone.
        """
        name = name or service
        # What LTC_ROLES says where the stack is started is not meant for all of its processes.
        update: dict[str, object] = {"instance": name, "roles": frozenset(ROLES if roles is None else roles)}
        if name != service:
            update["port"] = self._ports.assign(name)
        settings = self.settings_of(service).model_copy(update=update)
        variables = {**self.environment, **(environment or {})}
        return self.supervisor.add(Supervised(name, settings, variables, self.directory / "logs" / f"{name}.log"))

    def common(self) -> Settings:
        """What the settings of all services share; its way into Kafka is the operator's, each service gets its own instead."""
        return self.operator.model_copy(
            update={
                "kafka_bootstrap": self.bootstrap,
                "topic_prefix": self.prefix,
                "topic_partitions": self.settings.topic_partitions if "topic_partitions" in self.settings.model_fields_set else PARTITIONS,
                "host": LOOPBACK,
                # No load balancer stands before it: a stack that stops need not wait for one, unless a setting says so.
                "unready_seconds": self.settings.unready_seconds if "unready_seconds" in self.settings.model_fields_set else 0.0,
                "jwks": str(self.issuer.jwks),
                "clock": self.clock,
                "neighbours": {name: f"http://{LOOPBACK}:{self._ports.assigned(name)}" for name in self.names},
                "data_dir": self.directory,
            }
        )

    def settings_of(self, service: str) -> Settings:
        """The settings of one service's first process."""
        common = self.common()
        return (common if self.kafka is None else self.kafka.as_user(common, service)).model_copy(
            update={
                "service": service,
                "database": self.databases[service].login,
                "port": self._ports.assigned(service),
                "service_token": self.token(f"service:{service}", ("service",), YEAR),
                "postgres_url": "",
            }
        )

    async def stop(self) -> None:
        """Stop everything this stack started, in order."""
        self.say("stopping")
        await self.supervisor.stop()
        await asyncio.gather(*(server.stop() for server in (self.kafka, self.postgres) if server is not None))
        if self._lock is not None:
            state.forget(self.directory)
            self._lock.close()
            self._lock = None

    def state(self) -> state.Running:
        """Where everything answers."""
        return state.Running(
            pid=os.getpid(),
            started=state.started(os.getpid()),
            postgres_url=self.postgres_url,
            kafka_bootstrap=self.bootstrap,
            kafka_logins={user: self.kafka.as_user(self.settings, user).kafka_password for user in (OPERATOR, ANALYST)}
            if self.kafka
            else {},
            topic_prefix=self.prefix,
            topic_partitions=self.common().topic_partitions,
            services={
                name: state.Answering(
                    url=self.supervisor[name].url,
                    database=self.databases[name].login,
                    owner=self.databases[name].owner,
                    log=self.supervisor[name].log,
                )
                for name in self.names
            },
            processes={process.name: process.url for process in self.supervisor},
        )

    async def __aenter__(self) -> "Stack":
        await self.start()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.stop()

    async def _databases(self) -> None:
        if self.postgres is not None:
            await self.postgres.start()
        self.databases = await provision(self.postgres_url, self.names, self.passwords, self.prefix)
        partitions = self.common().topic_partitions
        for name, access in self.databases.items():
            await migrate(access.owner, load(name), login=access.database, partitions=partitions)

    def _broker(self, made: type[Kafka], listeners: Mapping[str, int]) -> Kafka:
        """Each service has its own login, which may write its own topic and read those it consumes."""
        allowed = grants([load(name) for name in self.names], self.settings.model_copy(update={"topic_prefix": self.prefix}))
        return made(self.directory / "kafka", self.jars, self._fetched, Logins(self.passwords, allowed), listeners=listeners)

    def _lock_directory(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        if self._lock is not None:
            return
        lock = (self.directory / "lock").open("a")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            raise AlreadyRunning(f"a stack runs in {self.directory}; `ltc down` stops it") from None
        self._lock = lock

    def _fetched(self, done: int, of: int) -> None:
        self.say(f"fetching Kafka, jar {done} of {of}")
