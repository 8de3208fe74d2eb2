"""The five services as real processes with their servers, and what the checker says of them."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from ltc_runtime.clock import Clock, read_offset, set_offset
from ltc_runtime.messaging.broker import connection_options
from ltc_runtime.service import Service, load
from ltc_runtime.settings import Settings
from ltc_stack.embedded import Stack
from ltc_stack.provision import relocated

from .api_client import ApiClient
from .catch_up import overdue, settled
from .checker.evidence import Evidence, gather
from .checker.run import assert_sound
from .deals import CONTACT
from .rebuilt_models import rebuilt


class Platform:
    """A running stack, a journal, and the checker."""

    def __init__(self, stack: Stack, directory: Path) -> None:
        self.stack = stack
        self.journal = directory / "journal.jsonl"
        self.journal.touch()
        self.marks: set[str] = set()
        """Of the messages that strangers sent."""
        self.people: set[str] = set(CONTACT.values())
        """What is said of persons: looked for where it must not be."""
        self.live: dict[str, tuple[Any, int]] = {}
        """Which rules count, by book, with their version; the same again are none."""
        self.services: dict[str, Service] = {name: load(name) for name in stack.names}
        self.api_client = ApiClient(stack.urls, lambda name, roles: stack.token(name, roles), self.journal)

    @property
    def dsns(self) -> dict[str, str]:
        """The superuser's way into each database."""
        return {name: relocated(self.stack.postgres_url, access.database) for name, access in self.stack.databases.items()}

    async def evidence(self, seconds: float = 120.0) -> Evidence:
        """Everything, after all has come to rest; or not, within these seconds."""
        lag: tuple[str, ...] = ()
        try:
            await settled(self.services, self.dsns, seconds, now=Clock(self.stack.clock).now)
        except AssertionError as late:
            lag = (str(late),)
        login = {name: value for name, value in connection_options(self.stack.operator).items() if name != "bootstrap_servers"}
        found = await gather(self.dsns, self.stack.bootstrap, self.journal, self.stack.prefix, login)
        again = {name: await rebuilt(self.stack.databases[name].owner, service) for name, service in self.services.items()}
        return replace(found, rebuilt=again, people=frozenset(self.people), marks=frozenset(self.marks), lag=lag)

    async def pass_days(self, days: float) -> None:
        """Let the business clock of all services run ahead, until all that is due by then is done and has come to rest.

        It never goes back: only where nobody else goes by the same clock.
        """
        set_offset(self.stack.clock, read_offset(self.stack.clock) + timedelta(days=days))
        await asyncio.sleep(Clock.LOOK_SECONDS + 0.05)
        async with asyncio.timeout(60):
            while await overdue(self.dsns, self.now()):
                await asyncio.sleep(0.1)
                await settled(self.services, self.dsns)

    def now(self) -> datetime:
        """Business time."""
        return Clock(self.stack.clock).now()

    async def assert_sound(self) -> Evidence:
        """Nothing was lost, doubled, reordered or altered."""
        evidence = await self.evidence()
        assert_sound(evidence)
        return evidence


def settings(directory: Path) -> Settings:
    """Of a stack with its own servers under a directory."""
    return Settings(data_dir=directory, lease_seconds=2.0)
