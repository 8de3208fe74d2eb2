"""`ltc verify`, `ltc rebuild`, `ltc republish`: what an operator does with a log."""

from contextlib import AsyncExitStack
from typing import Annotated, Any
from urllib.parse import urlsplit

import asyncpg
import typer

from ..log.rebuild import Difference, compare, rebuild
from ..log.verify import Verdict, verify
from ..service import load
from ..wire.republish import republish
from .output import AWAY, WRONG, Json, Trouble, answer, command
from .place import Place, ServiceNames, place, run

GRANT = 'GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA read TO "{login}"'


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(name="verify")(verify_logs)
    app.command(name="rebuild")(rebuild_models)
    app.command(name="republish")(tell_again)


@command
def verify_logs(services: ServiceNames = None, as_json: Json = False) -> None:
    """Walk the hash chain of each log and compare it with what the neighbours heard of it. Exits 1 if anything is wrong."""
    here = place()
    rows = []
    for name in must_choose(here, services):
        verdict = run(verified(here, name))
        problems = [f"{problem.position}: {problem.what}" for problem in verdict.problems]
        rows.append({"service": name, "rows": verdict.rows, "copies_compared": verdict.copies, "problems": problems})
    answer(rows, as_json)
    if any(row["problems"] for row in rows):
        raise typer.Exit(WRONG)


async def verified(here: Place, name: str) -> Verdict:
    """Verify one log. Where no stack runs, only its own chain can be walked: a service cannot reach its neighbours' databases."""
    others = [other for other in here.names if other != name] if here.stack is not None else []
    async with AsyncExitStack() as connections:
        own = await reached(here.database(name), name)
        connections.push_async_callback(own.close)
        neighbours = {}
        for other in others:
            neighbours[other] = await reached(here.database(other), other)
            connections.push_async_callback(neighbours[other].close)
        return await verify(own, name, neighbours)


@command
def rebuild_models(
    services: ServiceNames = None,
    check: Annotated[bool, typer.Option("--check", help="Build beside the live tables and compare row for row; change nothing.")] = False,
    as_json: Json = False,
) -> None:
    """Build the read models anew from the log and swap them in. With --check, exits 1 if they differ from the live ones."""
    here = place()
    rows = [row for name in must_choose(here, services) for row in run(rebuilt(here, name, check))]
    answer(rows, as_json, empty="no read models")
    if any(row.get("differences") for row in rows):
        raise typer.Exit(WRONG)


async def rebuilt(here: Place, name: str, check: bool) -> list[dict[str, Any]]:
    """Rebuild, or compare, every read model of a service."""
    service = load(name)
    login = urlsplit(here.database(name)).username
    connection = await reached(here.owner_database(name), name)
    rows: list[dict[str, Any]] = []
    try:
        for projection in service.shows:
            row: dict[str, Any] = {"service": name, "read_model": projection.name}
            if check:
                row["differences"] = [shown(difference) for difference in await compare(connection, service, projection)]
            else:
                async with connection.transaction():  # with the rights of the service's login, or not at all
                    row["position"] = await rebuild(connection, service, projection)
                    await connection.execute(GRANT.format(login=login))
            rows.append(row)
    finally:
        await connection.close()
    return rows


def shown(difference: Difference) -> str:
    """A difference on one line."""
    return f"only in the {difference.side} {difference.table}: {difference.row}"


@command
def tell_again(
    services: ServiceNames = None,
    after: Annotated[int, typer.Option("--after", min=0, help="Behind this position; 0: everything.")] = 0,
    as_json: Json = False,
) -> None:
    """Have the relays tell every published event once more, after a topic was lost. Listeners skip what they hold."""
    here = place()
    rows = [{"service": name, "events": run(told(here, name, after))} for name in must_choose(here, services)]
    answer(rows, as_json)


async def told(here: Place, name: str, after: int) -> int:
    """Set the relay of a service back."""
    pool = await pooled(here.database(name), name)
    try:
        return await republish(pool, after)
    finally:
        await pool.close()


def must_choose(here: Place, services: list[str] | None) -> list[str]:
    """The services a command is about; at least one."""
    names = here.chosen(services)
    if not names:
        raise Trouble("no stack runs here; start one with `ltc up`, or set LTC_SERVICE and the database URLs", AWAY)
    return names


async def reached(url: str, name: str) -> asyncpg.Connection:
    """A connection, or what to do."""
    try:
        return await asyncpg.connect(url, timeout=5)
    except (OSError, TimeoutError, asyncpg.PostgresError) as error:
        raise Trouble(f"the database of {name} cannot be reached: {error}", AWAY) from None


async def pooled(url: str, name: str) -> asyncpg.Pool:
    """Connections, or what to do."""
    try:
        return await asyncpg.create_pool(url, min_size=1, max_size=2, timeout=5)
    except (OSError, TimeoutError, asyncpg.PostgresError) as error:
        raise Trouble(f"the database of {name} cannot be reached: {error}", AWAY) from None
