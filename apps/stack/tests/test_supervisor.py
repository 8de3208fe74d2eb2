"""The supervisor keeps processes running, and nothing outlives it."""

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import psutil
import pytest
from ltc_runtime.settings import Settings
from ltc_stack.child import DidNotStart
from ltc_stack.stored import LOOPBACK, Ports, free_port, is_free, write
from ltc_stack.supervisor import Supervised, Supervisor

READY = """
import http.server, os, sys
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers()
    def log_message(self, *_): pass
print("up", flush=True)
http.server.HTTPServer(("127.0.0.1", int(os.environ["LTC_PORT"])), Answer).serve_forever()
"""


def supervised(tmp_path: Path, program: str, name: str = "lead-svc") -> Supervised:
    settings = Settings(service=name, host=LOOPBACK, port=free_port(set()), drain_seconds=1.0)
    process = Supervised(name, settings, os.environ, tmp_path / f"{name}.log")
    process.program = [sys.executable, "-c", program]
    return process


async def test_a_killed_process_is_started_again(tmp_path: Path) -> None:
    supervisor = Supervisor()
    process = supervisor.add(supervised(tmp_path, READY))
    await supervisor.ready(10)
    first = process.pid
    await process.kill()
    await supervisor.ready(10)
    assert process.pid not in (None, first)
    assert process.restarts == 1
    await supervisor.stop()
    assert process.pid is None


async def test_a_process_that_keeps_dying_is_started_ever_more_rarely(tmp_path: Path) -> None:
    supervisor = Supervisor()
    process = supervisor.add(supervised(tmp_path, "raise SystemExit('broken')"))
    await asyncio.sleep(2.5)
    assert 3 <= process.starts <= 7
    await supervisor.stop()


async def test_a_process_that_is_never_ready_says_what_it_said(tmp_path: Path) -> None:
    supervisor = Supervisor()
    process = supervisor.add(supervised(tmp_path, "raise SystemExit('the reason')"))
    with pytest.raises(DidNotStart, match="the reason"):
        await process.ready(0.5)
    await supervisor.stop()


async def test_a_stopped_process_stays_stopped(tmp_path: Path) -> None:
    supervisor = Supervisor()
    process = supervisor.add(supervised(tmp_path, READY))
    await supervisor.ready(10)
    await process.stop()
    await asyncio.sleep(0.3)
    assert process.pid is None
    process.launch()
    await supervisor.ready(10)
    await supervisor.stop()


async def test_a_frozen_process_can_be_stopped(tmp_path: Path) -> None:
    supervisor = Supervisor()
    process = supervisor.add(supervised(tmp_path, READY))
    await supervisor.ready(10)
    process.send(signal.SIGSTOP)
    await supervisor.stop()
    assert process.pid is None


@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_no_child_outlives_its_parent(tmp_path: Path, ending: signal.Signals) -> None:
    program = textwrap.dedent(f"""
        import signal, sys, time
        from pathlib import Path
        from ltc_stack.child import Child
        signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell starts what runs in the background deaf to it
        child = Child("sleeper", [sys.executable, "-c", "import time; time.sleep(60)"], Path({str(tmp_path / "log")!r}))
        child.start()
        print(child.pid, flush=True)
        time.sleep(60)
    """)
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    time.sleep(0.2)
    assert psutil.pid_exists(child)
    parent.send_signal(ending)
    parent.communicate(timeout=20)
    deadline = time.monotonic() + 5
    while psutil.pid_exists(child) and psutil.Process(child).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline, "the child is still there"
        time.sleep(0.05)


def test_ports_stay_the_same_while_they_are_free(tmp_path: Path) -> None:
    ports = Ports(tmp_path / "ports.json")
    one, other = ports.assign("one"), ports.assign("other")
    assert ports.assign("one") == one != other
    assert is_free(one)


def test_a_port_that_somebody_else_took_is_replaced(tmp_path: Path) -> None:
    import socket

    with socket.socket() as listener:
        listener.bind((LOOPBACK, 0))
        listener.listen()
        taken = listener.getsockname()[1]
        write(tmp_path / "ports.json", {"one": taken})
        assert Ports(tmp_path / "ports.json").assign("one") != taken
