"""A process of the stack: started, watched, stopped, killed."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

LIFELINE = Path(__file__).with_name("lifeline.py")
POLL_SECONDS = 0.02


class Child:
    """One operating-system process that ends when we end, however we end.

    It must be started from a thread that lives as long as the child is to live: the kernel ties it to that thread.

    Args:
        name: what it is called in messages.
        program: the absolute path of the program and its arguments.
        log: the file its output is appended to.
        env: its environment; our own if left out.
        user: the account it runs as, when we are root.
        on_parent_death: the signal it gets when we die.
        stdin: the descriptor that is its standard input; empty if left out.
    """

    def __init__(
        self,
        name: str,
        program: Sequence[str],
        log: Path,
        *,
        env: Mapping[str, str] | None = None,
        user: str = "",
        on_parent_death: signal.Signals = signal.SIGKILL,
        stdin: int = subprocess.DEVNULL,
    ) -> None:
        self.name = name
        self.log = log
        self._program = [sys.executable, "-I", "-S", str(LIFELINE), str(os.getpid()), str(int(on_parent_death)), user, "--", *program]
        self._env = dict(os.environ if env is None else env)
        self._stdin = stdin
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """Its process id while it runs."""
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self.pid is not None

    @property
    def status(self) -> int | None:
        """How it ended: its exit code, or the negative signal."""
        return None if self._process is None else self._process.poll()

    def start(self) -> None:
        """Start it in a session of its own, so that Ctrl-C reaches us first and only us."""
        if self.alive:
            raise RuntimeError(f"{self.name} runs already")
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                self._program, stdin=self._stdin, stdout=output, stderr=output, env=self._env, start_new_session=True
            )

    def send(self, number: signal.Signals) -> None:
        """Send it a signal, if it runs."""
        if self._process is not None and self.alive:
            self._process.send_signal(number)

    async def ended(self, seconds: float) -> bool:
        """Wait until it has ended; False if it has not within the time."""
        until = time.monotonic() + seconds
        while self.alive:
            if time.monotonic() >= until:
                return False
            await asyncio.sleep(POLL_SECONDS)
        return True

    async def stop(self, number: signal.Signals = signal.SIGTERM, seconds: float = 15.0) -> None:
        """Ask it to stop; kill it when it does not within the time."""
        self.send(number)
        if not await self.ended(seconds):
            await self.kill()

    async def kill(self) -> None:
        """Kill it: it gets no chance to finish anything."""
        self.send(signal.SIGKILL)
        await self.ended(5.0)

    def tail(self, lines: int = 15) -> str:
        """The last lines it wrote."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:]) if self.log.exists() else ""


class DidNotStart(RuntimeError):
    """A process of the stack did not come up."""

    def __init__(self, child: Child) -> None:
        ending = f"ended with {child.status}" if child.status is not None else "is not ready in time"
        super().__init__(f"{child.name} {ending}; the last lines of {child.log}:\n{child.tail()}")
