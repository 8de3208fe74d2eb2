"""What the routes of one service stand on: its log, its keys, its clock, whom it believes."""

import asyncio
from collections.abc import Callable, Collection, Sequence
from datetime import date
from typing import TYPE_CHECKING

from ltc_events import AnyDecider, Command, Stream

from .admission import Admission
from .admission_queue import Door
from .personal import open_many
from .read_your_writes import wait_until

if TYPE_CHECKING:
    from ltc_runtime.log import Log
    from ltc_runtime.service import Service

    from .auth import Verifier
    from .operation import Operation


class Edge:
    """One per process and service; every request has it."""

    def __init__(
        self,
        service: "Service",
        log: "Log",
        verifier: "Verifier",
        operations: dict[str, "Operation"],
        *,
        body_cap: int = 1024 * 1024,
        after_seconds: float = 3.0,
        in_flight_seconds: float = 10.0,
        door: Door | None = None,
    ) -> None:
        self.service = service
        self.service_name: str = service.name
        self.log = log
        self.verifier = verifier
        self.door = door or Door(Admission(), wait_seconds=0.5)
        self.operations = operations
        self.followers = [f"react:{policy}" for policy in service.policies]
        """The checkpoints of its policies."""
        self.followed = [event.event_type for event in service.reacts]
        """The types of the facts they follow."""
        self.today: Callable[[], date] = log.clock.today
        self.body_cap = body_cap
        self.after_seconds = after_seconds
        self.in_flight_seconds = in_flight_seconds
        self.in_flight: dict[tuple[str, str, str | None], asyncio.Future[None]] = {}
        self.alive: dict[str, Callable[[], bool]] = {}
        """Watchdogs of this process, by name; one that says no makes it not alive."""
        self.states: dict[str, Callable[[], object]] = {}
        """What else ``/readyz`` reports, by name, such as the broker's state. It decides nothing."""
        self._deciders: dict[type[Command], AnyDecider] = service.deciders

    def streams(self, command: Command, addressed: Stream | None) -> Collection[Stream]:
        """The streams whose state a command needs, and the one the URL names."""
        named = self._deciders[type(command)].streams(command)
        return named if addressed is None or addressed in named else [*named, addressed]

    async def caught_up(self, after: str) -> None:
        """Wait, a bounded time, until what was written elsewhere has arrived here."""
        await wait_until(self, after)

    async def open_many(self, sealed: Sequence[str | None]) -> list[str | None]:
        """Sealed texts as they were."""
        return await open_many(self.log.pool, sealed)
