"""`ltc clock`: the business clock of the embedded stack, for all its services at once."""

import re
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated

import typer
from ltc_runtime.clock import Clock, set_offset
from ltc_runtime.settings import Settings

from .output import USAGE_ERROR, CliError, Json, command, print_rows

app = typer.Typer(help="Show or set the business clock of the embedded stack.", no_args_is_help=True)

DURATION = re.compile(r"^(-?\d+)(s|m|h|d|w)$")
UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def add_to(parent: typer.Typer) -> None:
    """Add the commands."""
    parent.add_typer(app, name="clock")


def file() -> Path:
    """Where the shift is kept."""
    return Settings().data_dir.absolute() / "clock.json"


@app.command()
@command
def show(as_json: Json = False) -> None:
    """What time it is for the business."""
    clock = Clock(file())
    print_rows([{"business_time": clock.now().isoformat(timespec="seconds"), "ahead_of_system": str(clock.offset())}], as_json)


@app.command(name="set")
@command
def set_to(
    when: Annotated[str, typer.Argument(help="A date, a time with its zone (RFC 3339), or `now` for the system's time.")],
    as_json: Json = False,
) -> None:
    """Set it; time never runs backwards for what has happened, so rather go forwards."""
    shift(timedelta(0) if when == "now" else instant(when) - datetime.now(UTC))
    show(as_json)


@app.command()
@command
def advance(by: Annotated[str, typer.Argument(help="Such as 31d, 12h, 90m, 2w.")], as_json: Json = False) -> None:
    """Move it on."""
    found = DURATION.match(by)
    if found is None:
        raise CliError(f"{by!r} is no duration; write 31d, 12h, 90m, 45s or 2w", USAGE_ERROR)
    shift(Clock(file()).offset() + timedelta(**{UNITS[found[2]]: int(found[1])}))
    show(as_json)


def shift(by: timedelta) -> None:
    """Put the clock ahead of the system by so much."""
    file().parent.mkdir(parents=True, exist_ok=True)
    set_offset(file(), by)


def instant(text: str) -> datetime:
    """A date, at noon UTC, or a time with its zone."""
    try:
        if len(text) == 10:
            return datetime.combine(date.fromisoformat(text), time(12), UTC)
        when = datetime.fromisoformat(text)
    except ValueError:
        raise CliError(f"{text!r} is neither a date (2027-01-31) nor a time (2027-01-31T09:00:00Z)", USAGE_ERROR) from None
    if when.tzinfo is None:
        raise CliError("say the zone, such as 2027-01-31T09:00:00Z", USAGE_ERROR)
    return when
