"""`ltc demo`: a file of deals, from lead to cash, and the books afterwards."""

import asyncio
import contextlib
import csv
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import replace
from pathlib import Path

from ltc_runtime.http.issuer import Issuer
from ltc_runtime.settings import Settings
from ltc_stack import keep, state
from ltc_stack.embedded import Stack
from rich.console import Console

from . import report
from .deal import Reading
from .drive import drive
from .frontline import Frontline, GaveUp, Token
from .ledger import look_through
from .progress import Progress
from .read import read
from .rows import Unreadable
from .story import told
from .tale.printing import printed
from .tale.telling import Tale
from .tale.whole import tell
from .timings import Timings

FINE, WRONG, MISUSED, INTERRUPTED = 0, 1, 2, 130

_PIPE_WIDTH = 160
FOLDER = "demo"
"""Under the folder of data: where files are left."""
_SAMPLE = Path("examples/deals.csv")


def main(input: Path | None = None, *, console: Console | None = None) -> int:
    """Drive the deals of a file through the services.

    Args:
        input: our own format or a CRM export; the sample, if left out.

    Returns:
        the exit code: 0 everything is as it should be, 1 something is not (the report says what), 2 the file is none we know.
    """
    console = console or _console()
    try:
        reading = read(input or sample())
        report.heading(console, reading)
        return asyncio.run(demo(reading, console, story=input is None))
    except Unreadable as error:
        console.print(str(error), markup=False, soft_wrap=True)
        return MISUSED
    except GaveUp as error:
        console.print(f"given up: {error}", markup=False, soft_wrap=True)
        return WRONG
    except KeyboardInterrupt:
        console.print("interrupted; run it again and it goes on where it stopped")
        return INTERRUPTED


def _console() -> Console:
    console = Console(highlight=False)
    # A log file or a pipe has no width: nothing that is written there is cut off.
    return console if console.is_terminal else Console(highlight=False, width=_PIPE_WIDTH)


def sample() -> Path:
    """The sample: beside us, or in the checkout we are installed from."""
    return _SAMPLE if _SAMPLE.exists() else Path(__file__).parents[3] / _SAMPLE


async def demo(reading: Reading, console: Console, *, story: bool = False) -> int:
    """Drive, look at what became of it, report; with ``story`` also tell that of the large deals."""
    progress, timings, settings = Progress(console), Timings(), Settings()
    tale: Tale | None = None
    async with progress.shown(), services(settings, progress.say) as (addresses, token):
        async with Frontline(addresses, token, timings) as front:
            progress.expect(len(reading.deals), timings.retries)
            began = time.monotonic()
            walked = await drive(reading, front, progress)
            if story:
                tale, deals = await tell(front, sample().parent / "story", settings.data_dir / FOLDER, progress)
                reading, walked = replace(reading, deals=(*reading.deals, *deals)), [*walked, *tale.walked]
            seconds = time.monotonic() - began
            progress.say("reading the books")
            ledger = await look_through(front, walked)
            longest = None if tale else await told(front, walked)
        figures = report.Figures(reading, walked, ledger, timings, seconds, tale.checks if tale else ())
        progress.say("done")
    if tale:
        printed(console, tale)
    fine = report.printed(console, figures, longest)
    leave_timings(timings, settings.data_dir / FOLDER, console)
    return FINE if fine and not (tale and tale.trouble) else WRONG


def leave_timings(timings: Timings, folder: Path, console: Console) -> None:
    """Keep how long every step took."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "timings.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("step", *report.TIMES), *report.timed(timings)])
    console.print(f"How long every step took: {folder / 'timings.csv'}", markup=False, soft_wrap=True)


@contextlib.asynccontextmanager
async def services(settings: Settings, say: Callable[[str], None]) -> AsyncIterator[tuple[Mapping[str, str], Token]]:
    """The stack that runs here, or the services that LTC_NEIGHBOURS names; or a stack of our own, which ends with us."""
    running = state.running(settings.data_dir)
    urls = running.urls if running is not None else settings.neighbours
    if urls:
        issuer = Issuer(settings.data_dir.absolute() / "issuer", settings.issuer, settings.audience)
        yield urls, issuer.token
        return
    stack = Stack(settings, say=say)
    async with stack:
        watching = asyncio.create_task(keep.watch(stack), name="servers")
        try:
            yield stack.urls, stack.token
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
