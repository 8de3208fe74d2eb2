"""`ltc up`, `ltc down`, `ltc status`: the embedded stack on this machine."""

import asyncio
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Annotated, Any

import httpx
import psutil
import typer
from ltc_runtime.http.issuer import Issuer
from ltc_runtime.messaging.acl import ANALYST
from ltc_runtime.settings import Settings
from ltc_stack import background, state
from ltc_stack.embedded import Stack
from ltc_stack.kafka import OPERATOR
from ltc_stack.state import Running

from .installation import find_installation
from .output import FAILED, UNAVAILABLE, CliError, Json, command, err, out, print_json, print_rows

DOWN_SECONDS = 60.0
METRIC = re.compile(r"^(ltc_[a-z_]+)(?:\{[^}]*\})? ([0-9.eE+-]+|NaN)$", re.MULTILINE)
COLUMNS = {
    "position": "ltc_log_position",
    "unpublished": "ltc_relay_untold_events",
    "unpublished_seconds": "ltc_relay_untold_seconds",
    "consumer_lag": "ltc_hear_lag_messages",
    "policy_lag": "ltc_react_lag_events",
    "parked": "ltc_parked",
    "dead_letters": "ltc_set_aside",
    "timers_overdue": "ltc_timers_overdue",
}

SHOWN = ("service", "state", "kafka", "position", "unpublished", "consumer_lag", "policy_lag", "parked", "dead_letters", "timers_overdue")


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(up)
    app.command()(down)
    app.command()(status)


@command
def up(
    foreground: Annotated[bool, typer.Option("--foreground", help="Stay, and stop everything at Ctrl-C.")] = False,
    replicas: Annotated[int, typer.Option("--replicas", min=1, max=9, help="Processes of each service that do the same.")] = 1,
    split: Annotated[
        bool, typer.Option("--split", help="Each role of a service (api, hear, react, relay) as a process of its own.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Start PostgreSQL, Kafka and the services on this machine and leave them running."""
    settings = Settings()
    running = state.running(settings.data_dir)
    if running is not None:
        err.print(f"A stack runs in {settings.data_dir.absolute()} already.")
    elif foreground:
        run_in_foreground(settings, replicas, split)
        return
    else:
        running = start_in_background(settings, replicas, split)
    if as_json:
        public = running.model_dump(
            mode="json", exclude={"postgres_url": True, "kafka_logins": {OPERATOR}, "services": {"__all__": {"database", "owner"}}}
        )
        print_json({**public, "token": sales_token(settings)})
    else:
        print_addresses(running, settings)


def run_in_foreground(settings: Settings, replicas: int, split: bool) -> None:
    """Keep the stack until Ctrl-C."""
    stack = Stack(settings, say=lambda text: out.print(f"[dim]{text}[/dim]"), replicas=replicas, split=split)
    if not asyncio.run(background.run_until_stopped(stack, lambda: print_addresses(stack.state(), settings))):
        raise CliError("stopped before everything was ready")


def start_in_background(settings: Settings, replicas: int = 1, split: bool = False) -> Running:
    """Start a process that keeps the stack, and wait until all is ready."""
    logs = settings.data_dir / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    with (logs / "stack.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "ltc_stack.background", f"--replicas={replicas}", *(["--split"] if split else [])],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, text=True, start_new_session=True,
        )  # fmt: skip
    try:
        wait_until_ready(process)
    except BaseException:
        process.send_signal(signal.SIGTERM)
        process.wait()
        raise
    running = state.running(settings.data_dir)
    if running is None:
        raise CliError(f"the stack started and ended again; {logs / 'stack.log'} says why")
    return running


def wait_until_ready(process: "subprocess.Popen[str]") -> None:
    """Show what the keeper says until it is ready."""
    assert process.stdout is not None
    with err.status("starting") as shown:
        for line in process.stdout:
            text = line.rstrip("\n")
            if text == background.READY:
                return
            if text.startswith(background.FAILED):
                raise CliError(text.removeprefix(background.FAILED))
            shown.update(text)
            if not err.is_terminal:
                err.print(text)
    raise CliError(f"the stack ended with {process.wait()} before it was ready; see logs/stack.log in the data directory")


def print_addresses(running: Running, settings: Settings) -> None:
    """Where everything answers, and a token to try it with."""
    print_rows([{"service": name, "url": url, "docs": f"{url}/docs"} for name, url in running.urls.items()], as_json=False)
    out.print(f"Kafka       {running.kafka_bootstrap}")
    if ANALYST in running.kafka_logins:
        out.print(f"            SASL_PLAINTEXT, PLAIN; reads every topic: {ANALYST} {running.kafka_logins[ANALYST]}", soft_wrap=True)
    out.print(f"logs        {(settings.data_dir / 'logs').absolute()}")
    ltc = sys.argv[0] if Path(sys.argv[0]).name == "ltc" else "ltc"
    out.print(f"A token (sales, sales_manager) for an hour; for other roles: {ltc} token --role finance", soft_wrap=True)
    out.print(sales_token(settings), soft_wrap=True)
    url = next(iter(running.urls.values()))
    out.print(f'Try: curl -H "Authorization: Bearer $({ltc} token --role sales)" {url}/leads', soft_wrap=True)


def sales_token(settings: Settings) -> str:
    """A token to try the stack with."""
    issuer = Issuer(settings.data_dir.absolute() / "issuer", settings.issuer, settings.audience)
    return issuer.token("trial", ("sales", "sales_manager"), seconds=3600)


@command
def down() -> None:
    """Stop the stack that runs here. Its data stays."""
    settings = Settings()
    running = state.running(settings.data_dir)
    if running is None:
        raise CliError(f"no stack runs in {settings.data_dir.absolute()}", UNAVAILABLE)
    os.kill(running.pid, signal.SIGTERM)
    until = time.monotonic() + DOWN_SECONDS
    with err.status("stopping"):
        while is_alive(running):
            if time.monotonic() > until:
                raise CliError(f"process {running.pid} does not stop; see {settings.data_dir / 'logs' / 'stack.log'}")
            time.sleep(0.1)
    out.print("stopped")


def is_alive(running: Running) -> bool:
    """Whether the keeper is still a living process."""
    try:
        return psutil.Process(running.pid).status() != psutil.STATUS_ZOMBIE and state.started(running.pid) == running.started
    except psutil.NoSuchProcess:
        return False


@command
def status(as_json: Json = False) -> None:
    """Show each process of each service: ready, how far its log is, what waits."""
    here = find_installation()
    if not here.names:
        raise CliError("no stack runs here and LTC_NEIGHBOURS names no service; start a stack with `ltc up`", UNAVAILABLE)
    rows = asyncio.run(read_status(here.processes))
    print_rows(rows, as_json, SHOWN)
    if any(row["state"] != "ready" for row in rows):
        raise typer.Exit(FAILED)


async def read_status(urls: dict[str, str]) -> list[dict[str, Any]]:
    """One row per process."""
    async with httpx.AsyncClient(timeout=5.0, trust_env=False) as client:
        return list(await asyncio.gather(*(status_of(client, name, url) for name, url in urls.items())))


async def status_of(client: httpx.AsyncClient, name: str, url: str) -> dict[str, Any]:
    """How one process is doing."""
    try:
        ready = await client.get(f"{url}/readyz")
        figures = totals((await client.get(f"{url}/metrics")).text)
    except httpx.HTTPError as error:
        return {"service": name, "url": url, "state": f"away ({type(error).__name__})", "kafka": None, **dict.fromkeys(COLUMNS)}
    said = "ready" if ready.status_code == 200 else f"not ready ({why_not(ready)})"
    return {
        "service": name,
        "url": url,
        "state": said,
        "kafka": broker(ready),
        **{column: figures.get(metric, 0) for column, metric in COLUMNS.items()},
    }


def why_not(ready: httpx.Response) -> str:
    """What a readiness probe complains of."""
    try:
        report = ready.json()
    except ValueError:
        return str(ready.status_code)
    return ", ".join(f"{key}: {report[key]}" for key in ("database", "draining") if report.get(key) not in ("ok", False, None))


def broker(ready: httpx.Response) -> str | None:
    """Whether a process reaches Kafka, if it speaks with it at all."""
    try:
        said = ready.json().get("kafka")
    except ValueError:
        return None
    return None if said is None else f"{said['state']} since {said['since']}" if said["state"] != "ok" else "ok"


def totals(text: str) -> dict[str, float | int]:
    """The figures of a metrics page, summed over their labels."""
    sums: dict[str, float] = {}
    for name, value in METRIC.findall(text):
        sums[name] = sums.get(name, 0.0) + float(value)
    return {name: int(value) if value == int(value) else value for name, value in sums.items() if value == value}
