"""`ltc verify`, `ltc rebuild`, `ltc republish`: what an operator does with a log."""

import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Annotated, Any
from urllib.parse import urlsplit

import asyncpg
import typer
from ltc_events import Projection
from ltc_runtime.log.rebuild import (
    Difference,
    Progress,
    RebuildNotPossible,
    Rebuilt,
    compare,
    drop_previous,
    migration_lock,
    rebuild,
    rollback,
)
from ltc_runtime.log.verify import Verdict, verify
from ltc_runtime.messaging.republish import republish
from ltc_runtime.service import Service, installed, load

from .installation import Installation, ServiceNames, find_installation, run
from .output import FAILED, UNAVAILABLE, USAGE_ERROR, CliError, Json, command, err, print_rows


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(name="verify")(verify_logs)
    app.command(name="rebuild")(rebuild_models)
    app.command(name="republish")(republish_events)


@command
def verify_logs(services: ServiceNames = None, as_json: Json = False) -> None:
    """Verify the hash chain of each log and compare it with the copies in other services. Exits 1 if anything is wrong."""
    here = find_installation()
    rows: list[dict[str, Any]] = []
    for name in chosen_services(here, services):
        verdict = run(verified(here, name))
        problems = [f"{problem.position}: {problem.what}" for problem in verdict.problems]
        rows.append({"service": name, "rows": verdict.rows, "copies_compared": verdict.copies, "problems": problems})
    print_rows(rows if as_json else [{**row, "problems": shortened(row["problems"])} for row in rows], as_json)
    if any(row["problems"] for row in rows):
        raise typer.Exit(FAILED)


PRINTED = 20
"""Problems of a service that are printed; JSON has all of them."""


def shortened(problems: list[str]) -> list[str]:
    """The first problems, and how many there are beside them."""
    more = len(problems) - PRINTED
    return [*problems[:PRINTED], f"and {more} more: --json lists all"] if more > 0 else problems


async def verified(here: Installation, name: str) -> Verdict:
    """Verify one log. Where no stack runs, only its own chain can be walked: a service cannot reach its neighbours' databases."""
    others = [other for other in here.names if other != name] if here.stack is not None else []
    async with AsyncExitStack() as connections:
        own = await connect(here.database(name), name)
        connections.push_async_callback(own.close)
        neighbours = {}
        for other in others:
            neighbours[other] = await connect(here.database(other), other)
            connections.push_async_callback(neighbours[other].close)
        return await verify(own, name, neighbours)


@command
def rebuild_models(
    what: Annotated[
        list[str] | None,
        typer.Argument(metavar="[SERVICE [READ_MODEL]...]", help="Such as lead-svc, or lead-svc lead_list; every service, if left out."),
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Build beside the live tables and compare row for row; change nothing.")] = False,
    back: Annotated[bool, typer.Option("--rollback", help="Bring back what served before the last rebuild, caught up.")] = False,
    drop: Annotated[bool, typer.Option("--drop", help="Drop what was kept to go back to.")] = False,
    as_json: Json = False,
) -> None:
    """Rebuild read models from the log beside the live ones and swap them in; commands go on meanwhile.

    What served before is kept until the next rebuild. With --check, exits 1 if they differ from the live ones.
    """
    if check + back + drop > 1:
        raise CliError("--check, --rollback and --drop are three different things; choose one", USAGE_ERROR)
    here = find_installation()
    chosen, models = chosen_models(here, what or [])
    if (back or drop) and not what:
        raise CliError(f"say of which service: {', '.join(chosen)}", USAGE_ERROR)
    act = checked if check else rolled_back if back else dropped if drop else rebuilt
    rows = [row for name in chosen for row in run(with_models(here, name, models, act))]
    print_rows(rows, as_json, empty="no read models")
    if check and any(row["differences"] for row in rows):
        raise typer.Exit(FAILED)


Act = Callable[[asyncpg.Connection, Service, list[str], str], Awaitable[list[dict[str, Any]]]]


def chosen_models(here: Installation, what: list[str]) -> tuple[list[str], list[str]]:
    """Services, or one service and some of its read models."""
    known = {*installed(), *(name.removesuffix("-svc") for name in installed())}
    models = [word for word in what[1:] if word not in known]
    chosen = chosen_services(here, [word for word in what if word not in models])
    shown = {name: [one.name for one in load(name).projections] for name in chosen}
    if models and len(chosen) > 1:
        raise CliError(f"name one service before its read models ({', '.join(models)})", USAGE_ERROR)
    for model in models:
        if model not in shown[chosen[0]]:
            raise CliError(f"{chosen[0]} has no read model {model!r}; it has {', '.join(shown[chosen[0]]) or 'none'}", USAGE_ERROR)
    return chosen, models


async def with_models(here: Installation, name: str, models: list[str], act: Act) -> list[dict[str, Any]]:
    """Change the read models of a service with the owner's login, one migration at a time."""
    login = urlsplit(here.database(name)).username or ""
    connection = await connect(here.owner_database(name), name)
    try:
        async with migration_lock(connection):
            rows = await act(connection, load(name), models, login)
    except RebuildNotPossible as error:
        raise CliError(f"{name}: {error}") from None
    finally:
        await connection.close()
    return [{"service": name, **row} for row in rows]


async def checked(connection: asyncpg.Connection, service: Service, models: list[str], login: str) -> list[dict[str, Any]]:
    """Compare with a rebuild."""
    return [
        {"read_model": one.name, "differences": [shown(difference) for difference in await compare(connection, service, one)]}
        for one in selected(service, models)
    ]


async def rebuilt(connection: asyncpg.Connection, service: Service, models: list[str], login: str) -> list[dict[str, Any]]:
    """Build anew and swap."""
    return [_row(one) for one in await rebuild(connection, service, selected(service, models), login, progress())]


async def rolled_back(connection: asyncpg.Connection, service: Service, models: list[str], login: str) -> list[dict[str, Any]]:
    """Bring back what was kept."""
    return [_row(one) for one in await rollback(connection, service, models, login, progress())]


async def dropped(connection: asyncpg.Connection, service: Service, models: list[str], login: str) -> list[dict[str, Any]]:
    """Drop what was kept."""
    return [{"read_model": name, "dropped": True} for name in await drop_previous(connection, models)]


def selected(service: Service, models: list[str]) -> list[Projection]:
    """The projections called so; all, if none is."""
    return [one for one in service.projections if one.name in models or not models]


def _row(one: Rebuilt) -> dict[str, Any]:
    mended = [shown(difference) for difference in one.differences]
    return {"read_model": one.name, "position": one.position, "mended": mended, "locked_ms": round(one.locked_seconds * 1000)}


def progress() -> Progress:
    """Say on stderr how it goes: each new thing that is done, and how far it is once a second."""
    said: dict[str, tuple[str, float]] = {}

    def tell(name: str, doing: str, position: int, upto: int) -> None:
        before, at = said.get(name, ("", 0.0))
        if doing == before and time.monotonic() < at + 1:
            return
        said[name] = (doing, time.monotonic())
        err.print(f"{name}: {doing}, {position} of {upto}")

    return tell


def shown(difference: Difference) -> str:
    """A difference on one line."""
    return f"only in the {difference.side} {difference.table}: {difference.row}"


@command
def republish_events(
    services: ServiceNames = None,
    after: Annotated[int, typer.Option("--after", min=0, help="Behind this position; 0: everything.")] = 0,
    as_json: Json = False,
) -> None:
    """Publish every published event again, after a topic was lost. Consumers skip what they have."""
    here = find_installation()
    rows = [{"service": name, "events": run(reset_relay(here, name, after))} for name in chosen_services(here, services)]
    print_rows(rows, as_json)


async def reset_relay(here: Installation, name: str, after: int) -> int:
    """Set the relay of a service back."""
    pool = await open_pool(here.database(name), name)
    try:
        return await republish(pool, after)
    finally:
        await pool.close()


def chosen_services(here: Installation, services: list[str] | None) -> list[str]:
    """The services a command is about; at least one."""
    names = here.chosen(services)
    if not names:
        raise CliError("no stack runs here; start one with `ltc up`, or set LTC_SERVICE and the database URLs", UNAVAILABLE)
    return names


async def connect(url: str, name: str) -> asyncpg.Connection:
    """A connection, or what to do."""
    try:
        return await asyncpg.connect(url, timeout=5)
    except (OSError, TimeoutError, asyncpg.PostgresError) as error:
        raise CliError(f"the database of {name} cannot be reached: {error}", UNAVAILABLE) from None


async def open_pool(url: str, name: str) -> asyncpg.Pool:
    """Connections, or what to do."""
    try:
        return await asyncpg.create_pool(url, min_size=1, max_size=2, timeout=5)
    except (OSError, TimeoutError, asyncpg.PostgresError) as error:
        raise CliError(f"the database of {name} cannot be reached: {error}", UNAVAILABLE) from None
