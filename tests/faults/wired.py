"""The embedded stack with a wire between all its parts: each service's to PostgreSQL, to Kafka, and the one by which it is asked.

Beside them the two that stand outside: the key server, asked often enough that its absence is felt, and the collector of traces.
"""

from collections.abc import Iterable, Iterator
from contextlib import AsyncExitStack
from typing import Any
from urllib.parse import urlsplit

from ltc_runtime.settings import Settings
from ltc_stack.embedded import Stack
from ltc_stack.stored import LOOPBACK

from .outside import Outside
from .proxy import Link

KEYS_LOOKED_AT, KEYS_BELIEVED = 1.0, 2.0
"""Seconds between two looks at the key set, and for which a key that was withdrawn is believed."""


class Wires:
    """The wires, before there is a stack. An async context manager.

    Args:
        services: each gets its own.
    """

    def __init__(self, services: Iterable[str]) -> None:
        self.stack: Wired
        self.to_postgres = {name: Link(lambda: self.stack.postgres_address) for name in services}
        self.to_kafka = {name: Link(lambda name=name: self.stack.listener(name)) for name in services}  # type: ignore[misc]
        self.to_service = {name: Link(lambda name=name: (LOOPBACK, self.stack.port_of(name))) for name in services}  # type: ignore[misc]
        self.key_server = Outside(lambda: self.stack.issuer.jwks.read_bytes())
        self.collector = Outside()
        self._entered = AsyncExitStack()

    def __iter__(self) -> Iterator[tuple[str, Link]]:
        """Each wire, and between what it is."""
        for links, way in ((self.to_postgres, "{}–PostgreSQL"), (self.to_kafka, "{}–Kafka"), (self.to_service, "callers–{}")):
            for name, link in links.items():
                yield way.format(name), link

    async def __aenter__(self) -> "Wires":
        for _, link in self:
            await self._entered.enter_async_context(link)
        await self._entered.enter_async_context(self.key_server)
        await self._entered.enter_async_context(self.collector)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._entered.aclose()

    @property
    def urls(self) -> dict[str, str]:
        """Where the services are asked."""
        return {name: f"http://{link}" for name, link in self.to_service.items()}

    @property
    def environment(self) -> dict[str, str]:
        """Of services that send their spans to the collector."""
        return {"OTEL_EXPORTER_OTLP_ENDPOINT": self.collector.url}


class Wired(Stack):
    """A stack whose services know each other and their servers by the wires alone; whoever tests goes straight to the servers."""

    def __init__(self, wires: Wires, settings: Settings, **more: Any) -> None:
        self.wires = wires
        wires.stack = self
        super().__init__(settings, services=wires.to_kafka, listeners={name: link.port for name, link in wires.to_kafka.items()}, **more)

    @property
    def postgres_address(self) -> tuple[str, int]:
        """Where PostgreSQL listens."""
        parts = urlsplit(self.postgres_url)
        return parts.hostname or LOOPBACK, parts.port or 0

    def door(self, name: str) -> tuple[str, int]:
        """Where Kafka listens for a service."""
        assert self.kafka is not None
        return self.kafka.listener(name)

    def port_of(self, name: str) -> int:
        """Where a service listens."""
        return self._ports.assigned(name)

    def settings_of(self, service: str) -> Settings:
        """By the wires."""
        straight = super().settings_of(service)
        return straight.model_copy(
            update={
                "database": self.wires.to_postgres[service].url(straight.database),
                "kafka_bootstrap": str(self.wires.to_kafka[service]),
                "neighbours": self.wires.urls,
                "jwks": self.wires.key_server.url,
                "jwks_refresh_seconds": KEYS_LOOKED_AT,
                "jwks_max_age_seconds": KEYS_BELIEVED,
            }
        )
