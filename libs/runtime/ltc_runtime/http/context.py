"""What the routes of one service stand on: its log, its keys, its clock, whom it believes."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date

from ltc_events import AnyDecider, Command, Stream

from ltc_runtime.log import Log
from ltc_runtime.service import Service

from .admission import Admission
from .admission_queue import AdmissionQueue
from .auth import Verifier
from .personal import open_many


class HttpContext:
    """One per process and service; every request has it."""

    def __init__(
        self,
        service: Service,
        log: Log,
        verifier: Verifier,
        roles: Mapping[str, frozenset[str]],
        *,
        body_cap: int = 1024 * 1024,
        after_seconds: float = 3.0,
        in_flight_seconds: float = 10.0,
        admission: AdmissionQueue | None = None,
    ) -> None:
        self.service = service
        self.service_name: str = service.name
        self.log = log
        self.verifier = verifier
        self.admission = admission or AdmissionQueue(Admission(), wait_seconds=0.5)
        self.roles = roles
        """The roles that may use an operation, by its id."""
        self.followers = [f"react:{policy}" for policy in service.policies]
        """The checkpoints of its policies."""
        self.followed = [event.event_type for event in service.policies_of]
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
        self._deciders: dict[type[Command], AnyDecider] = service.decider_of

    def streams(self, command: Command, addressed: Stream | None) -> Collection[Stream]:
        """The streams whose state a command needs, and the one the URL names."""
        named = self._deciders[type(command)].streams(command)
        return named if addressed is None or addressed in named else [*named, addressed]

    async def open_many(self, sealed: Sequence[str | None]) -> list[str | None]:
        """Sealed texts as they were."""
        return await open_many(self.log.pool, sealed)
