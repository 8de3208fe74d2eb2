"""Which installation a command speaks to: the embedded stack that runs here, or what the environment names."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

import asyncpg
import typer
from ltc_runtime.clock import Clock
from ltc_runtime.log import Log, open_log
from ltc_runtime.service import Service, installed, load
from ltc_runtime.settings import Settings
from ltc_stack import state
from ltc_stack.kafka import OPERATOR
from ltc_stack.state import Running

from .output import UNAVAILABLE, USAGE_ERROR, CliError

T = TypeVar("T")

ServiceName = Annotated[str, typer.Argument(metavar="SERVICE", help="Such as lead-svc.")]
ServiceNames = Annotated[list[str] | None, typer.Argument(metavar="[SERVICE]...", help="Such as lead-svc; all, if left out.")]


@dataclass(frozen=True)
class Installation:
    """An installation."""

    settings: Settings
    stack: Running | None

    @property
    def names(self) -> list[str]:
        """The services it has, in the order a deal passes through them."""
        here = self.stack.services if self.stack is not None else self.settings.neighbours
        if here:
            return [name for name in installed() if name in here]
        return [self.settings.service] if self.settings.service else []

    def chosen(self, names: list[str] | None) -> list[str]:
        """The services a command is about."""
        return [load_service(name).name for name in names] if names else self.names

    def url(self, service: str) -> str:
        """Where a service answers."""
        urls = self.stack.urls if self.stack is not None else self.settings.neighbours
        if service not in urls:
            raise CliError(f"the address of {service} is not known; start a stack with `ltc up`, or set LTC_NEIGHBOURS", UNAVAILABLE)
        return urls[service]

    @property
    def processes(self) -> dict[str, str]:
        """Where each process answers, by the name it has in the stack; without a stack, whatever answers for each service."""
        return (self.stack.processes if self.stack is not None else {}) or {name: self.url(name) for name in self.names}

    def database(self, service: str) -> str:
        """The URL of the service's own login."""
        if self.stack is not None and service in self.stack.services:
            return self.stack.services[service].database
        return self._from_environment(service, self.settings.database, "LTC_DATABASE")

    def owner_database(self, service: str) -> str:
        """The URL of the login that owns the log."""
        if self.stack is not None and service in self.stack.services:
            return self.stack.services[service].owner
        return self._from_environment(service, self.settings.owner_database, "LTC_OWNER_DATABASE")

    @property
    def wire(self) -> Settings:
        """The settings for Kafka."""
        if self.stack is None:
            if not self.settings.kafka_bootstrap:
                raise CliError("no stack runs here and LTC_KAFKA_BOOTSTRAP is not set; start one with `ltc up`", UNAVAILABLE)
            return self.settings
        return self.settings.model_copy(
            update={
                "kafka_bootstrap": self.stack.kafka_bootstrap,
                **self._operator(self.stack),
                "topic_prefix": self.stack.topic_prefix,
                "topic_partitions": self.stack.topic_partitions,
            }
        )

    def _operator(self, stack: Running) -> dict[str, str]:
        if OPERATOR not in stack.kafka_logins:
            return {}  # not the stack's own broker: the environment says how to get in
        login = {"kafka_user": OPERATOR, "kafka_password": stack.kafka_logins[OPERATOR]}
        return {"kafka_security": "sasl_plaintext", "kafka_mechanism": "plain", **login}

    def _from_environment(self, service: str, url: str, variable: str) -> str:
        if not url or self.settings.service not in ("", service):
            raise CliError(f"no stack runs here; start one with `ltc up`, or set LTC_SERVICE={service} and {variable}", UNAVAILABLE)
        return url


def find_installation() -> Installation:
    """Where we are."""
    settings = Settings()
    return Installation(settings, state.running(settings.data_dir))


def load_service(name: str) -> Service:
    """The service called so, also without its ``-svc``."""
    known = installed()
    full = name if name in known else f"{name}-svc"
    if full not in known:
        raise CliError(f"there is no service {name!r}; there are {', '.join(known)}", USAGE_ERROR)
    return load(full)


async def open_service_log(here: Installation, service: str) -> Log:
    """The log of a service, opened beside the processes that serve it."""
    try:
        return await open_log(here.database(service), load(service), Clock(here.settings.clock))
    except (OSError, TimeoutError, asyncpg.PostgresError) as error:
        raise CliError(f"the database of {service} cannot be reached: {error}", UNAVAILABLE) from None


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run something that waits."""
    return asyncio.run(work)
