"""`ltc serve`: one process of a service, and the tables it needs."""

import asyncio
import os
import sys
from typing import Annotated
from urllib.parse import urlsplit

import typer
from ltc_runtime.log import migrate as migrate_log
from ltc_runtime.settings import ROLES, Settings

from .installation import ServiceName, load_service
from .output import USAGE_ERROR, CliError, command, out


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(serve)
    app.command()(migrate)


@command
def serve(
    service: ServiceName,
    role: Annotated[
        list[str] | None,
        typer.Option("--role", metavar="ROLE", help="What it does of it: api, hear, react, relay; several times for several."),
    ] = None,
) -> None:
    """Run one process of a service; everything else comes from the environment (.env.example lists it)."""
    name = load_service(service).name
    unknown = set(role or ()) - set(ROLES)
    if unknown:
        raise CliError(f"there is no role {', '.join(sorted(unknown))}; there are {', '.join(ROLES)}", USAGE_ERROR)
    if role:
        os.environ["LTC_ROLES"] = ",".join(role)
    os.execv(sys.executable, [sys.executable, "-m", "ltc_runtime.process", name])


@command
def migrate(service: ServiceName) -> None:
    """Create or update the tables of a service (LTC_OWNER_DATABASE for the login that LTC_DATABASE names)."""
    settings = Settings()
    if not settings.owner_database or not settings.database:
        raise CliError("set LTC_OWNER_DATABASE (the owner's URL) and LTC_DATABASE (the service's own)", USAGE_ERROR)
    login = urlsplit(settings.database).username or ""
    rebuilt = asyncio.run(migrate_log(settings.owner_database, load_service(service), login=login, partitions=settings.topic_partitions))
    out.print(f"up to date; read models built: {', '.join(rebuilt) or 'none'}")
