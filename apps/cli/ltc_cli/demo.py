"""`ltc demo`: deals from a file, from lead to cash."""

from pathlib import Path
from typing import Annotated

import typer


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(demo)


def demo(
    input: Annotated[
        Path | None, typer.Option("--input", exists=True, help="A CSV of our own columns, or a CRM export; the sample if left out.")
    ] = None,
) -> None:
    """Start the stack if none runs, drive deals from a file through the five services, and report."""
    from ltc_demo.demo import main

    raise typer.Exit(main(input))
