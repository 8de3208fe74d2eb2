"""The embedded PostgreSQL survives what may happen to it, and no login reaches another's database."""

import os
from pathlib import Path

import asyncpg
import pytest
from ltc_stack.postgres import Postgres
from ltc_stack.provision import Access, provision
from ltc_stack.stored import Passwords


@pytest.fixture(scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> Postgres:
    """A server of its own: these tests crash it."""
    return Postgres(tmp_path_factory.mktemp("pg"))


async def ask(url: str, sql: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


@pytest.mark.parametrize("crash", ["kill", "immediate", "fast"])
async def test_what_was_committed_survives(server: Postgres, crash: str) -> None:
    async with server:
        await ask(server.url, "CREATE TABLE IF NOT EXISTS kept (i int)")
        before = await ask(server.url, "INSERT INTO kept VALUES (1) RETURNING (SELECT count(*) FROM kept)")
        port = server.port
        if crash == "kill":
            await server.kill()
        else:
            await server.stop("immediate" if crash == "immediate" else "fast")
        assert server.pid is None
        await server.start()
        assert await ask(server.url, "SELECT count(*) FROM kept") == int(str(before)) + 1
        assert server.port == port


async def test_it_is_durable_and_on_loopback_only(server: Postgres) -> None:
    async with server:
        assert await ask(server.url, "SHOW fsync") == "on"
        assert await ask(server.url, "SHOW synchronous_commit") == "on"
        assert await ask(server.url, "SHOW listen_addresses") == "127.0.0.1"


async def test_a_wrong_password_is_refused(server: Postgres) -> None:
    async with server:
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(f"postgresql://postgres:guess@127.0.0.1:{server.port}/postgres")


async def test_data_of_a_running_server_is_not_deleted(server: Postgres) -> None:
    async with server:
        with pytest.raises(RuntimeError, match="stop PostgreSQL"):
            server.wipe()


@pytest.fixture(scope="module")
async def two(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Access]:
    passwords = Passwords(tmp_path_factory.mktemp("passwords") / "passwords.json")
    await provision(postgres.url, ["lead-svc", "order-svc"], passwords, "p1_")
    return await provision(postgres.url, ["lead-svc", "order-svc"], passwords, "p1_")  # twice, on purpose


@pytest.mark.parametrize("who", ["login", "owner"])
async def test_no_login_reaches_another_database(two: dict[str, Access], who: str) -> None:
    own, foreign = two["lead-svc"], two["order-svc"]
    url = getattr(own, who)
    assert await ask(url, "SELECT current_database()") == "p1_lead_svc"
    for database in (foreign.database, "postgres", "template1"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied"):
            await asyncpg.connect(url.rpartition("/")[0] + f"/{database}")


async def test_a_service_creates_no_tables_and_its_owner_does(two: dict[str, Access]) -> None:
    access = two["lead-svc"]
    await ask(access.owner, "CREATE TABLE IF NOT EXISTS t (i int)")
    for sql in ("CREATE TABLE u (i int)", "SELECT * FROM t", "CREATE SCHEMA s", "CREATE TEMPORARY TABLE v (i int)", "CREATE ROLE r"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await ask(access.login, sql)


def test_passwords_are_readable_for_nobody_else(tmp_path: Path) -> None:
    passwords = Passwords(tmp_path / "passwords.json")
    first = passwords.of("a")
    assert passwords.of("a") == first != passwords.of("b")
    assert (tmp_path / "passwords.json").stat().st_mode & 0o777 == 0o600
    assert os.listdir(tmp_path) == ["passwords.json"]
