"""An operator at the command line of a running stack."""

import asyncio
import json
import os
import sys
from dataclasses import dataclass
from typing import Any

from .platform import Platform


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
    """Run the command line as an operator would."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "ltc_runtime.cli", *arguments, env={**os.environ, "LTC_DATA_DIR": str(platform.stack.directory)},
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await process.communicate()
    assert process.returncode is not None
    return Said(process.returncode, out.decode(), err.decode())
