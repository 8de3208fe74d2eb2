"""The disk of the database is full: 503, nothing half done, and as soon as there is space the service goes on by itself."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest
from billing_svc.service import service
from ltc_runtime.http.issuer import Issuer
from ltc_stack.postgres import Postgres

from ..databases import Database, Databases
from .disk import Disk
from .test_lost_answers import pay, payments, same, served

pytestmark = pytest.mark.faults


@pytest.fixture
def disk(postgres: Postgres, servers: Path) -> Iterator[Disk]:
    """A small one that PostgreSQL may use."""
    directory = servers / "small-disk"
    assert postgres.pid is not None
    if not Disk.possible(directory, postgres.pid):
        pytest.skip("only root may mount a disk")
    with Disk(directory, 64, postgres.pid) as mounted:
        yield mounted


@pytest.fixture
async def database(databases: Databases, disk: Disk) -> AsyncIterator[Database]:
    """An empty billing log on the small disk."""
    made = await databases.make(service)
    name = made.login.rpartition("/")[2]
    server = await asyncpg.connect(databases.superuser)
    try:
        await server.execute(f"CREATE TABLESPACE small LOCATION '{disk.folder('space')}'")
        await server.execute(f'ALTER DATABASE "{name}" SET TABLESPACE small')
        yield made
        await server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
        await server.execute("DROP TABLESPACE small")
    finally:
        await server.close()


async def test_on_a_full_disk_it_is_503_and_nothing_is_half_done_until_there_is_space(
    database: Database, databases: Databases, disk: Disk, tmp_path: Path
) -> None:
    async with served(database.login, Issuer(tmp_path / "issuer")) as client:
        assert (await pay(client, "before")).status_code == 201
        disk.fill()
        paid = 0
        while (full := await pay(client, f"payment {paid}")).status_code == 201:
            paid += 1
            assert paid < 2_000, "the disk never was full"
        assert full.status_code == 503
        assert full.headers["content-type"] == "application/problem+json"
        assert int(full.headers["retry-after"]) >= 1
        assert (await client.get("/livez")).status_code == 200
        assert (await pay(client, f"payment {paid}")).status_code == 503
        disk.free()
        first, again = [await pay(client, f"payment {paid}") for _ in range(2)]
    assert first.status_code == 201
    assert same(first, again)
    assert len(await payments(database)) == paid + 1
