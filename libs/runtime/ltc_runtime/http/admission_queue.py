"""Where requests wait for their turn: `admission` decides, this keeps the time and calls them in."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from time import monotonic

from .admission import Admission, Kind, Ticket
from .caller import Caller

UNKNOWN = object()
"""Whoever's token was not verified yet: together they count as one caller, until each is known."""


class AdmissionQueue:
    """The one entrance of a process.

    Args:
        rules: who is let in.
        wait_seconds: how long a request waits for its turn at most.
    """

    def __init__(self, rules: Admission, wait_seconds: float) -> None:
        self.rules = rules
        self.wait_seconds = wait_seconds
        self._waiting: dict[Ticket, asyncio.Future[None]] = {}

    def enter(self, kind: Kind, caller: Caller | None) -> "Admitted":
        """Let a request in, or say at once that there is no room.

        Raises:
            TooManyRequests: its caller has enough inside.
            Overloaded: there is no room.
        """
        if caller is not None and "importer" in caller.roles:
            kind = "import"
        return Admitted(self, self.rules.enter(kind, UNKNOWN if caller is None else caller.subject), caller)

    def enter_public(self, operation: str) -> "Admitted":
        """Let a request of the public in, behind those of people who work here: all that want the same count as one caller.

        Raises:
            TooManyRequests: enough of them are inside.
            Overloaded: there is no room.
        """
        return Admitted(self, self.rules.enter("import", operation), None)

    async def begin(self, visit: Ticket) -> None:
        """Wait until it may be worked on.

        Raises:
            Overloaded: its turn does not come in time.
        """
        if self.rules.arrive(visit, monotonic()):
            return
        turn = self._waiting[visit] = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(self.wait_seconds):
                await turn
        except TimeoutError:
            if visit.state == "waiting":
                raise self.rules.late(visit) from None
        finally:
            del self._waiting[visit]

    def end(self, visit: Ticket) -> None:
        """Work on it has ended."""
        if visit.state == "working":
            self._call(self.rules.done(visit, monotonic()))

    def leave(self, visit: Ticket) -> None:
        """It is over, however it ended."""
        self._call(self.rules.leave(visit, monotonic()))

    def _call(self, visits: Iterable[Ticket]) -> None:
        for visit in visits:
            turn = self._waiting[visit]
            if not turn.done():  # a cancelled request leaves in a moment, and the next one is called then
                turn.set_result(None)


@dataclass(slots=True)
class Admitted:
    """A request that was let in."""

    admission: AdmissionQueue
    visit: Ticket
    caller: Caller | None
    """Who asks, if the token was verified before."""

    async def begin(self) -> None:
        """Wait until it may be worked on. What only waits, for a body or for other services, comes before."""
        await self.admission.begin(self.visit)

    def end(self) -> None:
        """The work is done; what is left is to send the answer."""
        self.admission.end(self.visit)

    def leave(self) -> None:
        """It is over."""
        self.admission.leave(self.visit)
