"""The databases of an older commit: today's code migrates them, follows on where each policy stood, and changes nothing of the past."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from ltc_runtime.log import Log, migrate, open_log
from ltc_runtime.log.rebuild import compare
from ltc_runtime.log.verify import verify
from ltc_runtime.parked import listed
from ltc_runtime.policies import PolicyRunner, register_policies
from ltc_runtime.service import Service, load

from tests.databases import Database, Databases

DATA = Path(__file__).parent / "data"
COMMITS = sorted(path.name for path in DATA.iterdir() if path.is_dir())
SERVICES = ("lead-svc", "opportunity-svc", "contract-svc", "order-svc", "billing-svc")


@dataclass(frozen=True)
class Older:
    """The database of one service as an older commit left it, migrated by today's code."""

    service: Service
    database: Database
    checkpoints: dict[str, int]
    rows: list[asyncpg.Record]
    continued: list[str]

    async def open(self) -> Log:
        """Its log, with the policies of today noted in it, as a process does at its start."""
        log = await open_log(self.database.login, self.service)
        await register_policies(log)
        return log


async def query(database: Database, sql: str) -> list[Any]:
    """Rows, read as superuser."""
    connection = await asyncpg.connect(database.superuser)
    try:
        return list(await connection.fetch(sql))
    finally:
        await connection.close()


LOG = "SELECT position, event_id, type, data, hash FROM log ORDER BY position"
CHECKPOINTS = "SELECT name, position FROM checkpoint"


@pytest.fixture(params=[(commit, service) for commit in COMMITS for service in SERVICES], ids="-".join)
async def older(request: pytest.FixtureRequest, databases: Databases) -> Older:
    commit, name = request.param
    service = load(name)
    database = await databases.restore(service, (DATA / commit / f"{name}.sql.gz"))
    rows = await query(database, LOG)
    checkpoints = {row["name"]: row["position"] for row in await query(database, CHECKPOINTS)}
    await migrate(database.owner, service, login=name.replace("-", "_"), partitions=3)
    return Older(service, database, checkpoints, rows, json.loads((DATA / commit / "continued.json").read_text())[name])


async def test_a_policy_goes_on_where_the_older_commit_stood_and_decides_what_that_would_have(older: Older) -> None:
    log = await older.open()
    try:
        reactor = PolicyRunner(log)
        await reactor.load()
        while await reactor.step():
            pass
    finally:
        await log.stop()
    after = await query(older.database, LOG)
    assert after[: len(older.rows)] == older.rows, "the past is as it was"
    assert [f"{row['type']} {row['event_id']}" for row in after[len(older.rows) :]] == older.continued


async def test_every_policy_has_the_checkpoint_of_its_former_name(older: Older) -> None:
    log = await older.open()
    await log.stop()
    checkpoints = {row["name"]: row["position"] for row in await query(older.database, CHECKPOINTS)}
    assert {name: checkpoints.get(name) for name in older.checkpoints} == older.checkpoints
    former = {name.removeprefix("react:") for name in older.checkpoints if name.startswith("react:")}
    assert former <= older.service.policies.keys(), "a renamed policy would start again"


async def test_its_chain_holds_and_its_read_models_are_what_the_log_gives(older: Older) -> None:
    connection: Any = await asyncpg.connect(older.database.owner)
    try:
        verdict = await verify(connection, older.service.name, {})
        assert verdict.problems == []
        for projection in older.service.projections:
            assert await compare(connection, older.service, projection) == []
    finally:
        await connection.close()


async def test_parked_work_waits_as_it_did(older: Older) -> None:
    log = await older.open()
    try:
        parked = [(row.policy, row.state) for row in await listed(log.pool)]
    finally:
        await log.stop()
    assert parked == ([("open_opportunity", "parked")] if older.service.name == "opportunity-svc" else [])
