"""Run a stack until a signal stops it: the background process of `ltc up`, and `ltc up --foreground` itself."""

import argparse
import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import structlog
from ltc_runtime.logging_config import configure
from ltc_runtime.settings import Settings

from .embedded import Stack

READY = "ready"
FAILED = "failed: "
STOPPED, BROKEN = 0, 1
POLL_SECONDS = 0.5

log_ = structlog.get_logger(__name__)


async def run_until_stopped(stack: Stack, ready: Callable[[], None]) -> bool:
    """Start the stack, restart whatever of it dies, stop it at SIGTERM or SIGINT.

    Args:
        ready: called when everything answers.

    Returns:
        Whether it ever was ready.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(number, stop.set)
    stopping = asyncio.create_task(stop.wait())
    starting = asyncio.create_task(stack.start())
    await asyncio.wait([starting, stopping], return_when=asyncio.FIRST_COMPLETED)
    if not starting.done():
        starting.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await starting
        return False
    stopping_early = starting.exception()
    if stopping_early is not None:
        stopping.cancel()
        raise stopping_early
    ready()
    watching = asyncio.create_task(watch(stack))
    await stopping
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    await stack.stop()
    return True


async def watch(stack: Stack) -> None:
    """Start a server again that died by itself; the supervisor sees to the services."""
    while True:
        for server in (stack.postgres, stack.kafka):
            if server is not None and server.pid is None:
                name = type(server).__name__
                log_.warning("server ended", server=name)
                try:
                    await server.start()
                except Exception as error:  # whatever it is, it is tried again; the log says why
                    log_.error("server does not start", server=name, error=str(error))
        await asyncio.sleep(POLL_SECONDS)


def main(argv: list[str]) -> int:
    """Run in the background: say on stdout what is going on until all is ready, then only to the log."""
    settings = Settings()
    configure(settings)
    log = settings.data_dir / "logs" / "stack.log"
    layout = options(argv)
    stack = Stack(settings, say=report, replicas=layout.replicas, split=layout.split)
    try:
        asyncio.run(run_until_stopped(stack, lambda: detach(log)))
    except Exception as error:
        log_.exception("the stack did not start")
        report(f"{FAILED}{error}")
        return BROKEN
    return STOPPED


def options(argv: list[str]) -> argparse.Namespace:
    """How many processes each service is."""
    parser = argparse.ArgumentParser(prog="python -m ltc_stack.background")
    parser.add_argument("--replicas", type=int, default=1)
    parser.add_argument("--split", action="store_true")
    return parser.parse_args(argv)


def report(text: str) -> None:
    """Report to the process that started us, if it still listens."""
    with contextlib.suppress(BrokenPipeError):
        print(text, flush=True)


def detach(log: Path) -> None:
    """Say that all is ready and let go of the terminal."""
    report(READY)
    with log.open("ab") as file:
        os.dup2(file.fileno(), sys.stdout.fileno())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
