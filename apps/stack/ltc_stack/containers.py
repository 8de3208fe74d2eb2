"""What a site of containers needs beside its services: keys and passwords, servers with a container each, and everything in them."""

import asyncio
import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

import asyncpg
import structlog
from ltc_runtime.http.issuer import Issuer
from ltc_runtime.messaging import acl
from ltc_runtime.messaging.broker import KAFKA_ERRORS
from ltc_runtime.service import installed, load
from ltc_runtime.settings import Settings

from .address import ALL_INTERFACES, Address
from .embedded import YEAR, Stack
from .kafka import BROKER, OPERATOR, Kafka, Logins
from .postgres import SUPERUSER, Postgres
from .provision import names_in, relocated
from .stored import Passwords, write_text

PROVISION_SECONDS = 60.0
UNAVAILABLE = (*KAFKA_ERRORS, asyncpg.PostgresError, asyncpg.InterfaceError)
OPERATOR_FOLDER = "operator"
"""The operator's folder holds every secret; each other folder holds what one party needs."""

log = structlog.get_logger(__name__)


def write_secrets(root: Path, server: str, settings: Settings) -> None:
    """Make what is missing of passwords and keys, and put into each party's folder what it needs and no more.

    They are made once and kept in the operator's folder; done twice, only the services' tokens are new.

    Args:
        root: holds a folder each for the operator, postgres, kafka and every service.
        server: host:port by which the others reach PostgreSQL.
        settings: the prefix of names, the issuer, the audience.
    """
    operator = root / OPERATOR_FOLDER
    passwords = Passwords(operator / "passwords.json")
    issuer = Issuer(operator / "issuer", settings.issuer, settings.audience)
    logins = Logins(passwords, grants(settings))
    superuser = relocated(f"postgresql://{server}", "postgres", SUPERUSER, passwords.of(SUPERUSER))
    parties = {
        "postgres": {"postgres_url": superuser},
        "kafka": {"passwords.json": json.dumps({logins.key(user): logins.password(user) for user in (BROKER, *logins.users)})},
        OPERATOR_FOLDER: {"postgres_url": superuser, "kafka_password": logins.password(OPERATOR)},
    }
    for name in installed():
        database, login, _ = names_in(settings.topic_prefix, name)
        parties[name] = {
            "database": relocated(superuser, database, login, passwords.of(login)),
            "kafka_password": logins.password(name),
            "service_token": issuer.token(f"service:{name}", ("service",), seconds=YEAR),
            "jwks.json": issuer.jwks.read_text(),
        }
    for party, files in parties.items():
        for file, text in files.items():
            write_text(root / party / file, text)


def grants(settings: Settings) -> list[acl.Grant]:
    """The whole access list of Kafka."""
    return acl.grants([load(name) for name in installed()], settings)


async def provision_servers(settings: Settings) -> None:
    """On servers that run, or soon will: databases and logins, tables, topics, access lists. Done twice it changes nothing.

    Args:
        settings: the superuser's way into PostgreSQL and the operator's into Kafka.

    Raises:
        UNAVAILABLE: what a server answers that cannot be reached, or does not let us in, for as long as we wait.
    """
    until = time.monotonic() + PROVISION_SECONDS
    while True:
        try:
            return await provision_servers_now(settings)
        except UNAVAILABLE as error:
            if time.monotonic() > until:
                raise
            log.info("not furnished yet", error=str(error) or type(error).__name__)
            await asyncio.sleep(1)


async def provision_servers_now(settings: Settings) -> None:
    """Once."""
    stack = Stack(settings)
    try:
        await stack.start_servers()
        if settings.kafka_user:
            await acl.apply(grants(settings), settings)
    finally:
        await stack.stop()


def postgres(settings: Settings) -> Postgres:
    """The server that ``LTC_POSTGRES_URL`` names, for everybody who reaches this container."""
    url = urlsplit(settings.postgres_url)
    address = Address(ALL_INTERFACES, url.hostname or "", url.port or 5432)
    return Postgres(settings.data_dir / "postgres", address, unquote(url.password or ""))


class Listener(NamedTuple):
    """Another way to the broker: the port it listens on, and the port on loopback that it advertises to clients that come this way."""

    name: str
    port: int
    advertised: int


def kafka(settings: Settings, passwords: Path | None, listeners: Sequence[Listener] = ()) -> Kafka:
    """The broker that ``LTC_KAFKA_BOOTSTRAP`` names, for everybody who reaches this container.

    Args:
        settings: where it is and keeps its data, and the prefix of names.
        passwords: the file with all passwords; without it the broker does not authenticate.
        listeners: other ways to it.
    """
    name, _, port = settings.kafka_bootstrap.rpartition(":")
    logins = None if passwords is None else Logins(Passwords(passwords), grants(settings))
    advertised = {listener.name: listener.advertised for listener in listeners}
    address = Address(ALL_INTERFACES, name, int(port))
    broker = Kafka(settings.data_dir / "kafka", settings.cache_dir, logins=logins, at=address, listeners=advertised)
    for listener in listeners:
        broker.listen(listener.name, listener.port)
    return broker
