"""An operator at the command line of a running stack."""

import asyncio
import json
from dataclasses import dataclass
from typing import Any

from ltc_cli import app
from typer.testing import CliRunner

from .platform import Platform

_at_the_keyboard = asyncio.Lock()
"""What a command says goes to the output that all share."""


@dataclass(frozen=True)
class Said:
    """What a command said, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What it said to a program."""
        return json.loads(self.out)


async def ltc(platform: Platform, *arguments: str) -> Said:
    """Run the command line as an operator would, without the seconds a new process takes to load it."""
    async with _at_the_keyboard:
        done = await asyncio.to_thread(CliRunner().invoke, app, arguments, env={"LTC_DATA_DIR": str(platform.stack.directory)})
    if not isinstance(done.exception, SystemExit | None):
        raise AssertionError(f"ltc {' '.join(arguments)} broke") from done.exception
    return Said(done.exit_code, done.stdout, done.stderr)
