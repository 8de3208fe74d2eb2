"""The whole stack: it starts, survives, speaks, and leaves nothing behind."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from ltc_cli import app
from ltc_runtime.service import load
from ltc_runtime.settings import Settings
from ltc_stack import state
from ltc_stack.background import watch
from ltc_stack.embedded import AlreadyRunning, Stack
from typer.testing import CliRunner


def processes_of(directory: Path) -> list[str]:
    """Who runs from this directory: what its command line or its environment says."""
    found = []
    for process in psutil.process_iter(["cmdline", "status"]):
        try:
            words = " ".join(process.info["cmdline"] or [])
            env = process.environ().get("LTC_DATA_DIR", "") if "ltc_runtime" in words else ""
        except psutil.Error:
            continue
        if str(directory) in words + env and process.info["status"] != psutil.STATUS_ZOMBIE:
            found.append(words[:120])
    return found


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("stack")


@pytest.fixture(scope="module")
async def stack(directory: Path) -> AsyncIterator[Stack]:
    async with Stack(Settings(data_dir=directory), services=["lead-svc"]) as running:
        yield running
    assert processes_of(directory) == []


async def leads(stack: Stack) -> int:
    headers = {"Authorization": f"Bearer {stack.token('ann', ['sales'])}"}
    async with httpx.AsyncClient(base_url=stack.urls["lead-svc"], headers=headers, timeout=15) as client:
        answer = await client.get("/leads")
        assert answer.status_code == 200, answer.text
        return len(answer.json()["data"])


async def test_its_services_answer(stack: Stack) -> None:
    assert await leads(stack) == 0


async def test_where_it_answers_is_known_to_its_owner_alone(stack: Stack, directory: Path) -> None:
    running = state.running(directory)
    assert running is not None
    assert running.urls == stack.urls
    for secret in ("stack.json", "passwords.json", "issuer/key.json", "postgres/password.json"):
        assert (directory / secret).stat().st_mode & 0o077 == 0, secret


async def test_a_second_stack_in_the_same_directory_is_refused(stack: Stack, directory: Path) -> None:
    with pytest.raises(AlreadyRunning, match="ltc down"):
        await Stack(Settings(data_dir=directory), services=["lead-svc"]).start()
    assert await leads(stack) == 0


async def test_a_killed_service_comes_back(stack: Stack) -> None:
    await stack.services["lead-svc"].kill()
    await stack.services.ready()
    assert await leads(stack) == 0


async def test_a_second_process_of_a_service_serves_the_same_log(stack: Stack) -> None:
    second = stack.add("lead-svc", "lead-svc-2")
    await second.ready()
    assert second.url != stack.urls["lead-svc"]
    async with httpx.AsyncClient() as client:
        assert (await client.get(f"{second.url}/readyz")).status_code == 200
    await stack.services.remove("lead-svc-2")


async def test_ltc_sees_it(stack: Stack, directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LTC_DATA_DIR", str(directory))

    async def ltc(*words: str) -> Any:
        done = await asyncio.to_thread(CliRunner().invoke, app, [*words, "--json"])
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    (row,) = await ltc("status")
    assert (row["service"], row["state"], row["position"]) == ("lead-svc", "ready", 0)
    assert await ltc("verify") == [{"service": "lead-svc", "rows": 0, "copies_compared": 0, "problems": []}]
    assert await ltc("parked", "list") == []
    (built,) = await ltc("rebuild", "lead-svc", "lead_list")
    assert (built["read_model"], built["position"], built["mended"]) == ("lead_list", 0, [])
    (back,) = await ltc("rebuild", "--rollback", "lead-svc")
    assert (back["read_model"], back["position"]) == ("lead_list", 0)
    assert await ltc("rebuild", "--drop", "lead-svc", "lead_list") == [{"service": "lead-svc", "read_model": "lead_list", "dropped": True}]
    shown = [model.name for model in load("lead-svc").projections]
    assert await ltc("rebuild", "--check") == [{"service": "lead-svc", "read_model": name, "differences": []} for name in shown]
    assert await ltc("republish") == [{"service": "lead-svc", "events": 0}]
    assert await leads(stack) == 0  # its login may still read what was rebuilt


async def test_a_server_that_died_comes_back(stack: Stack) -> None:
    assert stack.postgres is not None
    watching = asyncio.create_task(watch(stack))
    await stack.postgres.kill()
    await asyncio.sleep(1)
    await stack.services.ready()
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    assert await leads(stack) == 0


async def test_servers_that_run_already_are_used_and_none_is_started(stack: Stack, tmp_path: Path) -> None:
    own = Settings(data_dir=tmp_path, postgres_url=stack.postgres_url)
    settings = own.model_copy(update={name: getattr(stack.operator, name) for name in Settings.model_fields if name.startswith("kafka_")})
    async with Stack(settings, services=["lead-svc"], prefix="guest_") as guest:
        assert guest.postgres is None
        assert guest.kafka is None
        assert guest.databases["lead-svc"].database == "guest_lead_svc"
        assert await leads(guest) == 0
        assert sorted(os.listdir(tmp_path)) == [
            "issuer", "lock", "logs", "passwords.json", "ports.json", "stack.json"
        ]  # fmt: skip
    assert await leads(stack) == 0


KEEPER = """
import asyncio
from ltc_runtime.settings import Settings
from ltc_stack.embedded import Stack
from ltc_stack.background import run_until_stopped
kept = asyncio.run(run_until_stopped(Stack(Settings(), services=["lead-svc"]), lambda: print("ready", flush=True)))
raise SystemExit(not kept)
"""


def started(directory: Path) -> "subprocess.Popen[str]":
    """A stack in a process of its own, as `ltc up` starts it."""
    environment = {**os.environ, "LTC_DATA_DIR": str(directory)}
    return subprocess.Popen(
        [sys.executable, "-c", KEEPER],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
    )  # fmt: skip


def wait_for(directory: Path, running: bool, seconds: float = 120) -> None:
    until = time.monotonic() + seconds
    while bool(processes_of(directory)) is not running or (state.running(directory) is not None) is not running:
        assert time.monotonic() < until, processes_of(directory)
        time.sleep(0.2)


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGKILL])
def test_nothing_is_left_when_it_ends(tmp_path_factory: pytest.TempPathFactory, ending: signal.Signals) -> None:
    directory = tmp_path_factory.mktemp("up")
    up = started(directory)
    try:
        assert up.stdout is not None
        said: list[str] = []
        while not said or said[-1] not in ("ready\n", ""):
            said.append(up.stdout.readline())
        assert said[-1] == "ready\n", "".join(said)
        wait_for(directory, running=True)
        up.send_signal(ending)
        up.communicate(timeout=60)
        wait_for(directory, running=False, seconds=30)
    finally:
        up.kill()
        up.communicate()


def test_interrupted_while_it_starts_nothing_is_left_either(tmp_path: Path) -> None:
    up = started(tmp_path)
    until = time.monotonic() + 60
    while len(processes_of(tmp_path)) < 3 and time.monotonic() < until:  # itself and the servers
        time.sleep(0.05)
    up.send_signal(signal.SIGINT)
    said, _ = up.communicate(timeout=60)
    assert up.returncode == 1, said
    wait_for(tmp_path, running=False, seconds=30)
