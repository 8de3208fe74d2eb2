"""`ltc parked`: reactions that were refused and wait for an operator."""

import getpass
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Annotated, Any
from uuid import UUID

import typer
from ltc_events import Refusal
from ltc_runtime import parked
from ltc_runtime.log import Log, Unavailable

from .installation import Installation, ServiceNames, find_installation, open_service_log, run
from .log import chosen_services
from .output import REFUSED, UNAVAILABLE, USAGE_ERROR, CliError, Json, command, out, print_json, print_rows

app = typer.Typer(help="Show, retry or skip policies' work that was refused, and what waits behind it.", no_args_is_help=True)

Id = Annotated[UUID, typer.Argument(help="As `ltc parked list` shows it.")]
COLUMNS = ("service", "id", "policy", "stream", "stream_id", "event_type", "state", "attempts", "error")


def add_to(parent: typer.Typer) -> None:
    """Add the commands."""
    parent.add_typer(app, name="parked")


@app.command(name="list")
@command
def list_parked(
    services: ServiceNames = None,
    everything: Annotated[bool, typer.Option("--all", help="Also what was retried or skipped.")] = False,
    as_json: Json = False,
) -> None:
    """What is parked, and what waits behind it, in order."""
    here = find_installation()
    rows = [row for name in chosen_services(here, services) for row in run(with_log(here, name, lambda log: rows_of(log, everything)))]
    print_rows(rows, as_json, COLUMNS, empty="nothing is parked")


@app.command()
@command
def show(id: Id, as_json: Json = False) -> None:
    """One parked reaction, and the fact it reacts to."""
    here = find_installation()
    name, row = find(here, id)
    row["fact"] = run(with_log(here, name, lambda log: fact_of(log, row["position"])))
    if as_json:
        print_json(row)
        return
    for key, value in row.items():
        out.print(f"{key:12} {value}", soft_wrap=True)


@app.command()
@command
def retry(id: Id) -> None:
    """Do it again, and then what waits behind it, in order."""
    here = find_installation()
    name, _ = find(here, id)
    done = run(with_log(here, name, lambda log: settled(parked.retry(log, id, operator()))))
    out.print("done" if done == 1 else f"{done} done: this reaction and {done - 1} that waited behind it")


@app.command()
@command
def skip(id: Id, reason: Annotated[str, typer.Option("--reason", help="Why it will never be done; kept with it.")]) -> None:
    """Give it up for good; what waits behind it goes on."""
    if not reason.strip():
        raise CliError("say why it will never be done: --reason TEXT", USAGE_ERROR)
    here = find_installation()
    name, _ = find(here, id)
    done = run(with_log(here, name, lambda log: settled(parked.skip(log, id, reason, operator()))))
    out.print(f"skipped; {done} that waited behind it {'is' if done == 1 else 'are'} done" if done else "skipped")


def find(here: Installation, id: UUID) -> tuple[str, dict[str, Any]]:
    """Whose it is."""
    for name in chosen_services(here, None):
        for row in run(with_log(here, name, lambda log: rows_of(log, True))):
            if row["id"] == id:
                return name, row
    raise CliError(f"nothing with the id {id} is parked; `ltc parked list` shows what is", REFUSED)


async def with_log(here: Installation, name: str, work: Callable[[Log], Awaitable[Any]]) -> Any:
    """Do something with a log, opened beside the processes that serve it."""
    log = await open_service_log(here, name)
    try:
        return await work(log)
    finally:
        await log.stop()


async def rows_of(log: Log, everything: bool) -> list[dict[str, Any]]:
    """What is parked in a service."""
    return [{"service": log.service.name, **asdict(row)} for row in await parked.listed(log.pool, everything=everything)]


async def fact_of(log: Log, position: int) -> dict[str, Any]:
    """The fact at a position; persons in it stay encrypted."""
    row = await log.pool.fetchrow(
        "SELECT type, stream, stream_id, origin, actor, occurred_at, traceparent, data FROM log WHERE position = $1", position
    )
    return dict(row) if row is not None else {}


async def settled(work: Awaitable[Any]) -> Any:
    """Run it; a refusal becomes an error with its code and message."""
    try:
        return await work
    except Refusal as refusal:
        raise CliError(f"{refusal.code()}: {refusal.message}", REFUSED) from None
    except Unavailable as away:
        raise CliError(f"not now: {away}", UNAVAILABLE) from None


def operator() -> str:
    """Who is kept as having done it."""
    try:
        return f"operator:{getpass.getuser()}"
    except (KeyError, OSError):
        return "operator:unknown"
