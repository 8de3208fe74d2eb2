"""The fork server makes processes of services that are as independent as those that are started by themselves."""

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest
from ltc_runtime.settings import Settings
from ltc_stack.child import Child
from ltc_stack.fork_server import ForkedChild, ForkServer
from ltc_stack.supervisor import Supervised, Supervisor

AWAY = "postgresql://x:x@127.0.0.1:1/x"
"""A database that does not answer: the process waits for it."""


@pytest.fixture(scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ForkServer]:
    made = ForkServer(tmp_path_factory.mktemp("server") / "server.log")
    yield made
    await made.stop()
    assert made.pid is None


async def forked(server: ForkServer, log: Path, **variables: str) -> ForkedChild:
    """A process of order-svc whose id is known."""
    child = ForkedChild("order-svc", "order-svc", log, {**os.environ, **variables}, server)
    child.start()
    assert child.alive
    async with asyncio.timeout(30):
        while child.alive and child.pid is None:
            await asyncio.sleep(0.02)
    return child


async def until_it_writes(child: ForkedChild, text: str) -> None:
    async with asyncio.timeout(30):
        while text not in child.tail():
            await asyncio.sleep(0.02)


async def test_its_exit_code_and_its_output_are_known(server: ForkServer, tmp_path: Path) -> None:
    child = await forked(server, tmp_path / "log", LTC_PORT="no number")
    assert await child.ended(30)
    assert child.status == 2
    assert child.pid is None
    assert "LTC_PORT" in child.tail()


async def test_it_has_a_session_an_environment_and_a_title_of_its_own(server: ForkServer, tmp_path: Path) -> None:
    child = await forked(server, tmp_path / "log", LTC_DATABASE=AWAY, LTC_LOG_FORMAT="json")
    await until_it_writes(child, "database does not answer")
    assert child.pid is not None
    assert os.getsid(child.pid) == child.pid
    assert psutil.Process(child.pid).cmdline()[:4] == [sys.executable, "-m", "ltc_runtime.process", "order-svc"]
    assert '"service":"order-svc"' in child.tail()
    with pytest.raises(RuntimeError, match="runs already"):
        child.start()
    await child.stop()
    assert child.status == 0


async def test_a_signal_sent_at_once_arrives(server: ForkServer, tmp_path: Path) -> None:
    child = ForkedChild("order-svc", "order-svc", tmp_path / "log", {**os.environ, "LTC_DATABASE": AWAY}, server)
    child.start()
    await child.kill()
    assert child.status == -signal.SIGKILL


@pytest.mark.parametrize(("variable", "kind"), [("PYTHONPATH", Child), ("LTC_PORT", ForkedChild)])
async def test_what_only_a_fresh_interpreter_reads_gets_one(server: ForkServer, tmp_path: Path, variable: str, kind: type[Child]) -> None:
    process = Supervised("order-svc", Settings(service="order-svc", port=0), {**os.environ, variable: "0"}, tmp_path / "log")
    process.fork_server = server
    process.launch()
    await process.kill()
    assert type(process._child) is kind


async def test_when_it_is_killed_its_processes_end_and_start_again(tmp_path: Path) -> None:
    supervisor = Supervisor(ForkServer(tmp_path / "server.log"))
    settings = Settings(service="order-svc", database=AWAY)
    process = supervisor.add(Supervised("order-svc", settings, os.environ, tmp_path / "log"))
    server = supervisor.fork_server
    assert server is not None
    async with asyncio.timeout(60):
        while process.pid is None:
            await asyncio.sleep(0.05)
        first = psutil.Process(process.pid)
        assert server.pid is not None
        os.kill(server.pid, signal.SIGKILL)
        while first.is_running() and first.status() != psutil.STATUS_ZOMBIE:
            await asyncio.sleep(0.05)
        while process.pid in (None, first.pid):
            await asyncio.sleep(0.05)
    assert process.restarts == 1
    await supervisor.stop()
    assert process.pid is None
    assert server.pid is None


def test_no_fork_outlives_the_supervisor(tmp_path: Path) -> None:
    program = textwrap.dedent(f"""
        import os, time
        from pathlib import Path
        from ltc_stack.fork_server import ForkedChild, ForkServer
        server = ForkServer(Path({str(tmp_path / "server.log")!r}))
        child = ForkedChild("order-svc", "order-svc", Path({str(tmp_path / "log")!r}), {{**os.environ, "LTC_DATABASE": {AWAY!r}}}, server)
        child.start()
        while child.pid is None:
            time.sleep(0.05)
        print(child.pid, server.pid, flush=True)
        time.sleep(60)
    """)
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    family = [psutil.Process(int(pid)) for pid in parent.stdout.readline().split()]
    assert len(family) == 2
    parent.kill()
    parent.communicate(timeout=20)
    until = time.monotonic() + 10
    while left := [process for process in family if process.is_running() and process.status() != psutil.STATUS_ZOMBIE]:
        assert time.monotonic() < until, left
        time.sleep(0.05)
