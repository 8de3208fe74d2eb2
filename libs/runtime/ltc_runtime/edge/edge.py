"""What the routes of one service stand on: its log, its keys, its clock, whom it believes."""

import asyncio
from collections.abc import Callable, Collection, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from ltc_events import AnyDecider, Command, Stream

if TYPE_CHECKING:
    from .auth import Verifier
    from .operation import Operation


class Edge:
    """One per process and service; every request has it."""

    def __init__(
        self,
        service: Any,
        log: Any,
        verifier: "Verifier",
        operations: dict[str, "Operation"],
        *,
        today: Callable[[], date],
        body_cap: int = 1024 * 1024,
        after_seconds: float = 3.0,
        in_flight_seconds: float = 10.0,
    ) -> None:
        from ltc_runtime.log import AlreadyThere, Meta, tables

        self.service = service
        self.service_name: str = service.name
        self.log = log
        self.verifier = verifier
        self.operations = operations
        self.today = today
        self.body_cap = body_cap
        self.after_seconds = after_seconds
        self.in_flight_seconds = in_flight_seconds
        self.in_flight: dict[tuple[str, str, str | None], asyncio.Future[None]] = {}
        self.draining = False
        self.meta = Meta
        self.answer_table = tables.answer
        self.key_table = tables.personal_key
        self._already_there = AlreadyThere
        self._deciders: dict[type[Command], AnyDecider] = service.deciders
        self._running: set[asyncio.Task[Any]] = set()

    def streams(self, command: Command, addressed: Stream | None) -> Collection[Stream]:
        """The streams whose state a command needs, and the one the URL names."""
        named = self._deciders[type(command)].streams(command)
        return named if addressed is None or addressed in named else [*named, addressed]

    async def run(self, work: Any) -> None:
        """Submit in a task of its own: who cancels the request does not cancel what may be on its way to disk."""
        task = asyncio.ensure_future(self.log.submit(work))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        await asyncio.shield(task)

    async def finish(self) -> None:
        """Wait for the commands that are on their way."""
        while self._running:
            await asyncio.wait(self._running)

    def is_known_key(self, error: Exception) -> bool:
        """Does it say that a row we wanted to add is there already?"""
        return isinstance(error, self._already_there)

    async def caught_up(self, after: str) -> None:
        """Wait, a bounded time, until what was written elsewhere has arrived here."""
        from .after import wait_until

        await wait_until(self, after)

    def sealer(self) -> Any:
        """Encrypts for the persons of one command."""
        from .personal import Sealer

        return Sealer(self.log.pool, self.key_table)

    async def open_many(self, sealed: Sequence[str | None]) -> list[str | None]:
        """Sealed texts as they were."""
        from .personal import open_many

        return await open_many(self.log.pool, sealed)
