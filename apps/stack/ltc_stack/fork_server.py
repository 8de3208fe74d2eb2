"""One process that has the common modules loaded and forks the processes of the services.

The supervisor starts ``python -m ltc_stack.fork_server`` and talks to it over a socket, which is its standard input: requests
to start a process or to send it a signal, and reports of process ids and exit codes. A forked process does what
``python -m ltc_runtime.process SERVICE`` does, with its own session, environment, title and log file.

The fork server starts neither threads nor an event loop, because neither survives a fork. It dies with the supervisor, and
its children die with it (`lifeline`).
"""

import contextlib
import gc
import importlib
import json
import os
import select
import signal
import socket
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from setproctitle import setproctitle

from .child import Child
from .lifeline import die_with

COMMON_MODULES = ("ltc_runtime.process",)
READ_AT_START = ("PYTHON", "LD_", "MALLOC_", "OPENSSL_", "SSL_")
"""Variables that begin so are read when an interpreter starts, or by libraries when they load."""

SUPPORTED = sys.platform == "linux"
MESSAGE_BYTES = 1 << 20
STDIN = 0


class ForkServer:
    """The supervisor's side: asks for processes and learns how they end.

    Args:
        log: the file for what the fork server itself writes.
    """

    def __init__(self, log: Path) -> None:
        self.log = log
        self.pids: dict[int, int] = {}
        self.statuses: dict[int, int] = {}
        self._environment = dict(os.environ)
        self._asked: set[int] = set()
        self._last = 0
        self._process: Child | None = None
        self._channel: socket.socket | None = None

    @property
    def pid(self) -> int | None:
        """Its process id while it runs."""
        return self._process.pid if self._process is not None else None

    def fits(self, environment: Mapping[str, str]) -> bool:
        """Whether a process with this environment can be forked: nothing differs that only a fresh interpreter reads."""
        names = environment.keys() | self._environment.keys()
        return all(environment.get(name) == self._environment.get(name) for name in names if name.startswith(READ_AT_START))

    def start(self) -> None:
        """Start it, if it does not run; it then loads the common modules."""
        self.poll()
        if self._process is not None and self._process.alive:
            return
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            program = [sys.executable, "-m", "ltc_stack.fork_server"]
            self._process = Child("fork server", program, self.log, env=self._environment, stdin=theirs.fileno())
            self._process.start()
        self._channel = ours

    def ask(self, service: str, environment: Mapping[str, str], log: Path) -> int:
        """Ask for a process; returns the number under which its id and its exit code are reported."""
        self.start()
        self._last += 1
        self._asked.add(self._last)
        changed = {name: value for name, value in environment.items() if self._environment.get(name) != value}
        removed = sorted(self._environment.keys() - environment.keys())
        self._send({"start": self._last, "service": service, "changed": changed, "removed": removed, "log": str(log)})
        return self._last

    def signal(self, number: int, sent: signal.Signals) -> None:
        """Send a signal to the process asked for under ``number``, as soon as it is there."""
        self._send({"signal": int(sent), "to": number})

    def poll(self) -> None:
        """Read the reports that have come. When the fork server is gone, its processes are gone too."""
        if self._channel is None:
            return
        try:
            while report := self._channel.recv(MESSAGE_BYTES, socket.MSG_DONTWAIT):
                self._note(json.loads(report))
        except BlockingIOError:
            return
        except ConnectionError:
            pass
        self._channel.close()
        self._channel = None
        for number in self._asked:
            self.statuses[number] = -signal.SIGKILL
        self._asked.clear()

    async def stop(self) -> None:
        """Stop it; its processes are stopped before."""
        if self._process is not None:
            await self._process.stop()
            self.poll()

    def _note(self, report: dict[str, int]) -> None:
        if "pid" in report:
            self.pids[report["number"]] = report["pid"]
        else:
            self.statuses[report["number"]] = report["status"]
            self._asked.discard(report["number"])

    def _send(self, request: dict[str, Any]) -> None:
        assert self._channel is not None
        with contextlib.suppress(ConnectionError):  # it has just ended: `poll` finds out
            self._channel.send(json.dumps(request).encode())


class ForkedChild(Child):
    """A process of a service, made by the fork server."""

    def __init__(self, name: str, service: str, log: Path, env: Mapping[str, str], server: ForkServer) -> None:
        super().__init__(name, (), log, env=env)
        self._service = service
        self._server = server
        self._number = 0

    @property
    def pid(self) -> int | None:
        """Its process id while it runs."""
        self._server.poll()
        return None if self._number in self._server.statuses else self._server.pids.get(self._number)

    @property
    def alive(self) -> bool:
        """Whether it runs, or is about to."""
        return self._number > 0 and self.status is None

    @property
    def status(self) -> int | None:
        """How it ended: its exit code, or the negative signal."""
        self._server.poll()
        return self._server.statuses.get(self._number)

    def start(self) -> None:
        """Ask for it."""
        if self.alive:
            raise RuntimeError(f"{self.name} runs already")
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self._number = self._server.ask(self._service, self._env, self.log)

    def send(self, number: signal.Signals) -> None:
        """Send it a signal, if it runs."""
        if self.alive:
            self._server.signal(self._number, number)

    def tail(self, lines: int = 15) -> str:
        """The last lines it wrote, or those of the fork server when that never came to fork it."""
        written = super().tail(lines)
        if written or not self._server.log.exists():
            return written
        return "\n".join(self._server.log.read_text(errors="replace").splitlines()[-lines:])


def main() -> int:
    """Load the common modules, then fork a process for each request. Returns in the fork server and in each fork."""
    gc.disable()
    for module in COMMON_MODULES:
        importlib.import_module(module)
    gc.collect()
    gc.freeze()  # no collection in a fork touches, and so copies, what they share
    if threading.active_count() > 1:
        raise RuntimeError(f"a module that is loaded before the fork starts a thread: {threading.enumerate()}")
    setproctitle("ltc fork server")
    request = serve(socket.socket(fileno=os.dup(STDIN)))
    if request is None:
        return 0
    become(request)
    from ltc_runtime import process

    return process.main([request["service"]])


def serve(channel: socket.socket) -> dict[str, Any] | None:
    """Fork on request and report, until the supervisor closes the socket.

    Returns:
        In a fork the request it was made for; in the fork server ``None``.
    """
    server = os.getpid()
    numbers: dict[int, int] = {}
    wake, waker = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    sources: list[socket.socket | int] = [channel, wake]
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
    while True:
        ready, _, _ = select.select(sources, [], [])
        if wake in ready:
            os.read(wake, 4096)
            report_ended(channel, numbers)
        if channel not in ready:
            continue
        message = channel.recv(MESSAGE_BYTES)
        if not message:
            return None
        request = json.loads(message)
        if "signal" in request:
            for pid in [pid for pid, number in numbers.items() if number == request["to"]]:
                os.kill(pid, request["signal"])  # not waited for yet, so the id is still its own
            continue
        pid = os.fork()
        if pid == 0:
            signal.set_wakeup_fd(-1)
            for descriptor in (wake, waker):
                os.close(descriptor)
            channel.close()
            die_with(server, signal.SIGKILL)
            return dict(request)
        numbers[pid] = request["start"]
        channel.send(json.dumps({"number": request["start"], "pid": pid}).encode())


def report_ended(channel: socket.socket, numbers: dict[int, int]) -> None:
    """Report every child that has ended."""
    while numbers:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == 0:
            return
        channel.send(json.dumps({"number": numbers.pop(pid), "status": os.waitstatus_to_exitcode(status)}).encode())


def become(request: dict[str, Any]) -> None:
    """Make a fork a process of its own: session, signals, files, environment, title."""
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for path, flags, descriptors in (
        (os.devnull, os.O_RDONLY, (0,)),
        (request["log"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, (1, 2)),
    ):
        opened = os.open(path, flags, 0o644)
        for descriptor in descriptors:
            os.dup2(opened, descriptor)
        os.close(opened)
    for name in request["removed"]:
        os.environ.pop(name, None)
    os.environ.update(request["changed"])
    sys.argv = ["ltc_runtime.process", request["service"]]
    setproctitle(f"{sys.executable} -m ltc_runtime.process {request['service']}")
    gc.enable()


if __name__ == "__main__":
    sys.exit(main())
