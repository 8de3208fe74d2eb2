"""`ltc site`: what the containers of an installation run, beside the services."""

import asyncio
import os
import re
from pathlib import Path
from typing import Annotated

import typer
from ltc_runtime.settings import Settings
from ltc_stack import containers

from .output import UNAVAILABLE, USAGE_ERROR, CliError, command, out

app = typer.Typer(help="Run what the containers of deploy/compose.yaml run beside the services.", no_args_is_help=True)


def add_to(parent: typer.Typer) -> None:
    """Add the commands."""
    parent.add_typer(app, name="site")


@app.command()
@command
def secrets(
    root: Annotated[Path, typer.Argument(help="Holds a folder each for operator, postgres, kafka and every service.")],
    postgres: Annotated[str, typer.Option("--postgres", help="host:port by which PostgreSQL is reached.")] = "postgres:5432",
) -> None:
    """Make passwords and keys once, and hand each party its own. For trials: elsewhere they come from where you keep secrets."""
    containers.write_secrets(root, postgres, Settings())
    out.print("handed out")


@app.command()
@command
def furnish() -> None:
    """Databases, logins, tables, topics and access lists, on the servers that LTC_POSTGRES_URL and LTC_KAFKA_* name."""
    settings = Settings()
    if not settings.postgres_url or not settings.kafka_bootstrap:
        raise CliError("set LTC_POSTGRES_URL (a superuser's) and LTC_KAFKA_BOOTSTRAP", USAGE_ERROR)
    try:
        asyncio.run(containers.provision_servers(settings))
    except containers.UNAVAILABLE as error:
        raise CliError(f"PostgreSQL or Kafka cannot be reached or does not let us: {error}", UNAVAILABLE) from None
    out.print("everything is there")


@app.command()
@command
def postgres() -> None:
    """Become the PostgreSQL server that LTC_POSTGRES_URL names."""
    settings = Settings()
    if not settings.postgres_url:
        raise CliError("set LTC_POSTGRES_URL, by which its clients will come", USAGE_ERROR)
    become(asyncio.run(containers.postgres(settings).prepare()))


@app.command()
@command
def kafka(
    passwords: Annotated[
        Path | None, typer.Option("--passwords", help="File with all passwords; without it the broker does not authenticate.")
    ] = None,
    listener: Annotated[
        list[str] | None,
        typer.Option("--listener", help="NAME=PORT:ADVERTISED: listens on PORT too; clients there are sent to 127.0.0.1:ADVERTISED."),
    ] = None,
    door: Annotated[list[str] | None, typer.Option("--door", hidden=True)] = None,
) -> None:
    """Become the Kafka broker that LTC_KAFKA_BOOTSTRAP names."""
    settings = Settings()
    if not settings.kafka_bootstrap:
        raise CliError("set LTC_KAFKA_BOOTSTRAP, by which its clients will come", USAGE_ERROR)
    become(asyncio.run(containers.kafka(settings, passwords, [listener_of(text) for text in [*(listener or ()), *(door or ())]]).prepare()))


def listener_of(text: str) -> containers.Listener:
    """The listener that an option describes."""
    found = re.fullmatch(r"([a-z]+)=(\d{1,5}):(\d{1,5})", text)
    if found is None:
        raise CliError(f"--listener is NAME=PORT:ADVERTISED, such as outside=9093:19093, not {text}", USAGE_ERROR)
    return containers.Listener(found[1], int(found[2]), int(found[3]))


def become(program: list[str]) -> None:
    """Go on as another program: it gets the container's signals itself."""
    os.execv(program[0], program)
