"""How a process stops: work that goes in rounds checks between two of them, and finishes the current one."""

import asyncio
from collections.abc import Coroutine, Iterable
from contextlib import suppress
from typing import Any, TypeVar

T = TypeVar("T")

AGAIN = 5.0
"""Seconds until a task that was cancelled and goes on is cancelled once more."""


class Stopped(Exception):
    """A stop was requested; raised between two rounds of work, never within one."""


class Shutdown:
    """Whether the process was asked to stop."""

    def __init__(self) -> None:
        self._requested = asyncio.Event()

    @property
    def requested(self) -> bool:
        """Whether it was."""
        return self._requested.is_set()

    def request(self) -> None:
        """Stop, when what is under way is done."""
        self._requested.set()

    async def wait(self) -> None:
        """Wait until it is requested."""
        await self._requested.wait()

    def check(self) -> None:
        """Between two rounds.

        Raises:
            Stopped: there is to be no next one.
        """
        if self.requested:
            raise Stopped

    async def pause(self, seconds: float) -> None:
        """Wait between two rounds, no longer than until a stop is requested.

        Raises:
            Stopped: there is to be no next one.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._requested.wait()
        self.check()

    async def interruptible(self, work: Coroutine[Any, Any, T]) -> T:
        """Do what holds nothing yet and may wait long, such as connecting; cancel it when a stop is requested.

        Raises:
            Stopped: a stop was requested first.
        """
        task, requested = asyncio.create_task(work), asyncio.create_task(self._requested.wait())
        try:
            await asyncio.wait({task, requested}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await cancel_all([requested, task])
        if task.cancelled():
            raise Stopped
        return task.result()


async def cancel_all(tasks: Iterable[asyncio.Task[Any]], again: float = AGAIN) -> None:
    """Cancel them and wait until they are gone; how each ended is its own affair.

    A library may take a cancellation for the end of one of its own tasks and go on; so a task that is not gone is cancelled again.
    """
    pending = set(tasks)
    while pending:
        for task in pending:
            task.cancel()
        done, pending = await asyncio.wait(pending, timeout=again)
        for task in done:
            task.cancelled() or task.exception()
