"""The embedded stack with a wire between all its parts: each service's to PostgreSQL, to Kafka, and the one by which it is asked."""

from collections.abc import Iterable, Iterator
from contextlib import AsyncExitStack
from typing import Any
from urllib.parse import urlsplit

from ltc_runtime.settings import Settings
from ltc_runtime.stack.embedded import Stack
from ltc_runtime.stack.kept import LOOPBACK

from .proxy import Link


class Wires:
    """The wires, before there is a stack. An async context manager.

    Args:
        services: each gets its own.
    """

    def __init__(self, services: Iterable[str]) -> None:
        self.stack: Wired
        self.to_postgres = {name: Link(lambda: self.stack.postgres_address) for name in services}
        self.to_kafka = {name: Link(lambda name=name: self.stack.door(name)) for name in services}  # type: ignore[misc]
        self.to_service = {name: Link(lambda name=name: (LOOPBACK, self.stack.port_of(name))) for name in services}  # type: ignore[misc]
        self._entered = AsyncExitStack()

    def __iter__(self) -> Iterator[tuple[str, Link]]:
        """Each wire, and between what it is."""
        for links, way in ((self.to_postgres, "{}–PostgreSQL"), (self.to_kafka, "{}–Kafka"), (self.to_service, "callers–{}")):
            for name, link in links.items():
                yield way.format(name), link

    async def __aenter__(self) -> "Wires":
        for _, link in self:
            await self._entered.enter_async_context(link)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._entered.aclose()

    @property
    def urls(self) -> dict[str, str]:
        """Where the services are asked."""
        return {name: f"http://{link}" for name, link in self.to_service.items()}


class Wired(Stack):
    """A stack whose services know each other and their servers by the wires alone; whoever tests goes straight to the servers."""

    def __init__(self, wires: Wires, settings: Settings, **more: Any) -> None:
        self.wires = wires
        wires.stack = self
        super().__init__(settings, services=wires.to_kafka, doors={name: link.port for name, link in wires.to_kafka.items()}, **more)

    @property
    def postgres_address(self) -> tuple[str, int]:
        """Where PostgreSQL listens."""
        parts = urlsplit(self.postgres_url)
        return parts.hostname or LOOPBACK, parts.port or 0

    def door(self, name: str) -> tuple[str, int]:
        """Where Kafka listens for a service."""
        assert self.kafka is not None
        return self.kafka.door(name)

    def port_of(self, name: str) -> int:
        """Where a service listens."""
        return self._ports.kept(name)

    def settings_of(self, service: str) -> Settings:
        """By the wires."""
        straight = super().settings_of(service)
        return straight.model_copy(
            update={
                "database": self.wires.to_postgres[service].url(straight.database),
                "kafka_bootstrap": str(self.wires.to_kafka[service]),
                "neighbours": self.wires.urls,
            }
        )
