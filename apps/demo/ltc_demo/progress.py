"""Shows the demo's progress: a live line on a terminal, a line every second or two elsewhere."""

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable

from rich.console import Console
from rich.live import Live
from rich.spinner import Spinner

STEPS = ("captured", "assigned", "opened", "lost", "won", "contracts", "delivered", "invoiced", "paid")
"""What is counted, in the order of the flow."""

_EVERY = 1.5


class Progress:
    """Counts what was reached and shows it.

    Args:
        console: where it is shown.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._began = time.monotonic()
        self._doing = ""
        self._of = 0
        self._done = 0
        self._retries: Counter[str] | None = None
        self.reached: Counter[str] = Counter()

    def say(self, doing: str) -> None:
        """Begin something else."""
        self._doing = doing
        self._of = 0
        if not self._console.is_terminal:
            self._print()

    def expect(self, rows: int, retries: Counter[str]) -> None:
        """From now on this many rows are on their way; ``retries`` counts what had to be tried again."""
        self._of, self._retries = rows, retries

    def reach(self, step: str) -> None:
        """One deal reached a step."""
        self.reached[step] += 1

    def finish(self) -> None:
        """One row is as far as it goes."""
        self._done += 1

    @contextlib.asynccontextmanager
    async def shown(self) -> AsyncIterator[None]:
        """Show it while the body runs."""
        if self._console.is_terminal:
            with Live(Spinner("dots"), console=self._console, refresh_per_second=8, transient=True) as live:
                async with _ticking(0.125, lambda: live.update(Spinner("dots", text=self.line()))):
                    yield
        else:
            async with _ticking(_EVERY, self._print):
                yield

    def line(self) -> str:
        """Everything on one line."""
        seconds = time.monotonic() - self._began
        if not self._of:
            return f"{seconds:6.1f} s  {self._doing}"
        counts = "  ".join(f"{step} {self.reached[step]:,}" for step in STEPS)
        again = sum(self._retries.values()) if self._retries else 0
        return f"{seconds:6.1f} s  {self._done:,} of {self._of:,} rows  {counts}" + (f"  (tried again {again:,})" if again else "")

    def _print(self) -> None:
        self._console.print(self.line(), highlight=False, soft_wrap=True)


@contextlib.asynccontextmanager
async def _ticking(seconds: float, tick: Callable[[], object]) -> AsyncIterator[None]:
    async def run() -> None:
        while True:
            await asyncio.sleep(seconds)
            tick()

    task = asyncio.create_task(run(), name="progress")
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
