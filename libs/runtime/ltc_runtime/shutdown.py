"""How a process is told to stop: whoever works in rounds looks between two of them, and finishes the one it is in."""

import asyncio
from collections.abc import Coroutine, Iterable
from contextlib import suppress
from typing import Any, TypeVar

T = TypeVar("T")

AGAIN = 5.0
"""Seconds until a task that was cancelled and goes on is cancelled once more."""


class Stopped(Exception):
    """Told to stop; raised between two rounds of work, never within one."""


class Shutdown:
    """Says whether the process was told to stop. One that nobody tells goes on for ever."""

    def __init__(self) -> None:
        self._told = asyncio.Event()

    @property
    def told(self) -> bool:
        """Whether it was."""
        return self._told.is_set()

    def tell(self) -> None:
        """Stop, when what is under way is done."""
        self._told.set()

    async def wait(self) -> None:
        """Wait until it is told."""
        await self._told.wait()

    def look(self) -> None:
        """Between two rounds.

        Raises:
            Stopped: there is to be no next one.
        """
        if self.told:
            raise Stopped

    async def pause(self, seconds: float) -> None:
        """Wait between two rounds, no longer than until it is told.

        Raises:
            Stopped: there is to be no next one.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._told.wait()
        self.look()

    async def unless(self, work: Coroutine[Any, Any, T]) -> T:
        """Do what holds nothing yet and may wait long, such as connecting; give it up when it is told.

        Raises:
            Stopped: it was told first.
        """
        task, told = asyncio.create_task(work), asyncio.create_task(self._told.wait())
        try:
            await asyncio.wait({task, told}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await cancel_all([told, task])
        if task.cancelled():
            raise Stopped
        return task.result()


async def cancel_all(tasks: Iterable[asyncio.Task[Any]], again: float = AGAIN) -> None:
    """Cancel them and wait until they are gone; how each ended is its own affair.

    A library may take a cancellation for the end of one of its own tasks and go on; so whoever is not gone is told again.
    """
    pending = set(tasks)
    while pending:
        for task in pending:
            task.cancel()
        done, pending = await asyncio.wait(pending, timeout=again)
        for task in done:
            task.cancelled() or task.exception()
