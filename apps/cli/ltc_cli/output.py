"""How `ltc` answers: tables for people, JSON for programs, exit codes for both."""

import functools
import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Annotated, Any, ParamSpec

import typer
from rich.console import Console
from rich.table import Table

OK, FAILED, USAGE_ERROR, UNAVAILABLE, REFUSED = 0, 1, 2, 3, 4
EXIT_CODES = (
    "Exit codes: 0 done · 1 something is wrong (a check found a difference, a start failed) · 2 wrong use · "
    "3 nothing runs there or it cannot be reached · 4 refused by a service."
)

Json = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]

# Into a pipe or file a table is not squeezed into 80 columns.
out = Console(highlight=False, width=None if sys.stdout.isatty() else 240)
err = Console(stderr=True, highlight=False)

P = ParamSpec("P")


class CliError(Exception):
    """Something the user should read, and what to do about it.

    Args:
        text: what is wrong and what to do.
        code: the exit code.
    """

    def __init__(self, text: str, code: int = FAILED) -> None:
        super().__init__(text)
        self.code = code


def command(function: Callable[P, None]) -> Callable[P, None]:
    """CliError becomes a line on stderr and an exit code."""

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            function(*args, **kwargs)
        except CliError as trouble:
            err.print(f"[red]ltc:[/red] {trouble}", soft_wrap=True)
            raise typer.Exit(trouble.code) from None
        except OSError as error:
            err.print(f"[red]ltc:[/red] cannot be reached: {error}", soft_wrap=True)
            raise typer.Exit(UNAVAILABLE) from None

    return run


def print_rows(rows: Sequence[Mapping[str, Any]], as_json: bool, columns: Iterable[str] | None = None, empty: str = "nothing") -> None:
    """Print rows, as a table or as JSON."""
    if as_json:
        print_json(list(rows))
        return
    if not rows:
        out.print(empty)
        return
    names = list(columns or rows[0])
    table = Table(*(name.replace("_", " ") for name in names), box=None, pad_edge=False, header_style="bold")
    for row in rows:
        table.add_row(*(shown(row.get(name)) for name in names))
    out.print(table)


def print_json(value: Any) -> None:
    """Print a value as JSON, the same on a terminal and in a pipe."""
    sys.stdout.write(json.dumps(value, indent=2, default=str, ensure_ascii=False) + "\n")


def shown(value: Any) -> str:
    """A value in a table."""
    match value:
        case None:
            return "–"
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:.1f}"
        case list() | tuple() | set() | frozenset():
            return ", ".join(str(one) for one in value) or "none"
        case _:
            return str(value)
