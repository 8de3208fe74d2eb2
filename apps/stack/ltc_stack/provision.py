"""A database per service and two logins for it: the owner of the log, and the service, which may not rewrite what happened."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit, urlunsplit

import asyncpg

from .stored import Passwords


@dataclass(frozen=True)
class Access:
    """How a service's database is reached.

    Args:
        database: its name.
        owner: URL of the login that owns the tables.
        login: URL of the login the service uses.
    """

    database: str
    owner: str = field(repr=False)
    login: str = field(repr=False)


async def provision(superuser_url: str, services: Iterable[str], passwords: Passwords, prefix: str = "") -> dict[str, Access]:
    """Create what is missing, revoke what is too much, and return how each database is reached. A second run changes nothing.

    Args:
        superuser_url: a login that may create databases and roles.
        services: names such as ``lead-svc``.
        passwords: where the passwords of the logins are kept.
        prefix: put before the names of databases and logins, when several stacks share a server.
    """
    server = await asyncpg.connect(superuser_url)
    try:
        for shared in ("postgres", "template1"):
            await server.execute(f"REVOKE ALL ON DATABASE {shared} FROM PUBLIC")
        return {service: await provision_one(server, superuser_url, service, passwords, prefix) for service in services}
    finally:
        await server.close()


def names_in(prefix: str, service: str) -> tuple[str, str, str]:
    """What a service's database, its login and its owner are called."""
    database = prefix + service.replace("-", "_")
    return database, database, f"{database}_owner"


async def provision_one(server: asyncpg.Connection, superuser_url: str, service: str, passwords: Passwords, prefix: str) -> Access:
    """The database and the logins of one service."""
    database, login, owner = names_in(prefix, service)
    for role in (login, owner):
        await ensure_login(server, role, passwords.of(role))
    if not await server.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", database):
        await server.execute(f'CREATE DATABASE "{database}" OWNER "{owner}"')
    await server.execute(f'REVOKE ALL ON DATABASE "{database}" FROM PUBLIC')
    await server.execute(f'GRANT CONNECT ON DATABASE "{database}" TO "{login}"')
    await grant_access(relocated(superuser_url, database), owner, login)
    return Access(
        database,
        owner=relocated(superuser_url, database, owner, passwords.of(owner)),
        login=relocated(superuser_url, database, login, passwords.of(login)),
    )


async def ensure_login(server: asyncpg.Connection, role: str, password: str) -> None:
    """A login with no right but to log in."""
    exists = await server.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", role)
    verb = "ALTER" if exists else "CREATE"
    literal = await server.fetchval("SELECT quote_literal($1::text)", password)
    await server.execute(f'{verb} ROLE "{role}" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOINHERIT PASSWORD {literal}')


async def grant_access(database_url: str, owner: str, login: str) -> None:
    """Inside the database: its owner may create tables, its service may only use them."""
    connection = await asyncpg.connect(database_url)
    try:
        await connection.execute(f'ALTER SCHEMA public OWNER TO "{owner}"')
        await connection.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
        await connection.execute(f'GRANT USAGE ON SCHEMA public TO "{login}"')
    finally:
        await connection.close()


def relocated(url: str, database: str, user: str = "", password: str = "") -> str:
    """The same server, another database and, if given, another login."""
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    who = f"{quote(user)}:{quote(password, safe='')}@" if user else f"{parts.netloc.rpartition('@')[0]}@"
    return urlunsplit((parts.scheme, who.removeprefix("@") + place, f"/{database}", parts.query, ""))
