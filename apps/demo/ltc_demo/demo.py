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
from ltc_stack import background, state
from ltc_stack.embedded import Stack
from rich.console import Console

from . import report
from .client import ApiClient, TimedOut, Token
from .deal import DealFile
from .deal_file import read
from .deal_history import history_of
from .driver import drive
from .ledger import read_ledger
from .progress import Progress
from .rows import Unreadable
from .story.printer import print_story
from .story.record import Story
from .story.story import run_story
from .timings import Timings

PASSED, FAILED, USAGE_ERROR, INTERRUPTED = 0, 1, 2, 130

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
        deal_file = read(input or sample())
        report.print_heading(console, deal_file)
        return asyncio.run(demo(deal_file, console, with_story=input is None))
    except Unreadable as error:
        console.print(str(error), markup=False, soft_wrap=True)
        return USAGE_ERROR
    except TimedOut as error:
        console.print(f"given up: {error}", markup=False, soft_wrap=True)
        return FAILED
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


async def demo(deal_file: DealFile, console: Console, *, with_story: bool = False) -> int:
    """Drive the deals, read the result, report it; ``with_story`` adds the story of the large deals."""
    progress, timings, settings = Progress(console), Timings(), Settings()
    story: Story | None = None
    async with progress.shown(), services(settings, progress.say) as (addresses, token):
        async with ApiClient(addresses, token, timings) as front:
            progress.expect(len(deal_file.deals), timings.retries)
            began = time.monotonic()
            outcomes = await drive(deal_file, front, progress)
            if with_story:
                story, deals = await run_story(front, sample().parent / "story", settings.data_dir / FOLDER, progress)
                deal_file, outcomes = replace(deal_file, deals=(*deal_file.deals, *deals)), [*outcomes, *story.outcomes]
            seconds = time.monotonic() - began
            progress.say("reading the results")
            ledger = await read_ledger(front, outcomes)
            longest = None if story else await history_of(front, outcomes)
        figures = report.Figures(deal_file, outcomes, ledger, timings, seconds, story.checks if story else ())
        progress.say("done")
    if story:
        print_story(console, story)
    fine = report.print_report(console, figures, longest)
    write_timings(timings, settings.data_dir / FOLDER, console)
    return PASSED if fine and not (story and story.failure) else FAILED


def write_timings(timings: Timings, folder: Path, console: Console) -> None:
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
        watching = asyncio.create_task(background.watch(stack), name="servers")
        try:
            yield stack.urls, stack.token
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
