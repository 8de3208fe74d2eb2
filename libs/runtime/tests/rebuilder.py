"""A process that brings the shop's database to its next version, and stands still at a point: ``rebuilder.py OWNER POINT``."""

import asyncio
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from ltc_runtime.log import migrate, model_build, swap
from machine import LOGIN
from newer_shop import newer_shop


def stands_still(work: Any) -> Any:
    """Do it, then nothing more."""

    async def run(*arguments: Any, **named: Any) -> Any:
        await work(*arguments, **named)
        print("here", flush=True)
        time.sleep(600)  # noqa: ASYNC251 - nothing is to go on

    return run


POINTS = {"copied": (model_build, "fill"), "exchanged": (swap, "say_models")}
"""Where it stands still: its tables are filled beside the live ones; or everything is swapped and nothing is committed."""

if __name__ == "__main__":
    room, name = POINTS[sys.argv[2]]
    setattr(room, name, stands_still(getattr(room, name)))
    asyncio.run(migrate(sys.argv[1], newer_shop, login=LOGIN))
