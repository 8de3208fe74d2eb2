"""PostgreSQL commits a payment and its answer never arrives: over HTTP the same key still gets one answer, for one payment."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from billing_svc.service import service
from ltc_runtime.http.app import create_app
from ltc_runtime.http.issuer import Issuer
from ltc_runtime.log import open_log
from ltc_runtime.process import http_server
from ltc_runtime.settings import Settings
from ltc_runtime.sockets import open_sockets

from ..checker.evidence import Evidence, read_ledger
from ..checker.run import run
from ..databases import Database, Databases, committed
from .proxy import Link, to

pytestmark = pytest.mark.faults

OF_ONE_LOG = ("positions_are_dense", "streams_are_contiguous", "chain_verifies", "partitions_are_linked", "commands_took_effect_once")


@pytest.fixture
async def database(databases: Databases) -> Database:
    """An empty billing log."""
    return await databases.make(service)


@pytest.fixture
def issuer(tmp_path: Path) -> Issuer:
    """Whom the processes believe."""
    return Issuer(tmp_path / "issuer")


@asynccontextmanager
async def served(dsn: str, issuer: Issuer) -> AsyncIterator[httpx.AsyncClient]:
    """One process of billing-svc on a socket, and finance in front of it."""
    settings = Settings(service=service.name, jwks=str(issuer.jwks), port=0, drain_seconds=2)
    log = await open_log(dsn, service)
    server = http_server(create_app(service, log, settings), settings)
    sockets = open_sockets("127.0.0.1", 0)
    serving = asyncio.create_task(server.serve(sockets))
    try:
        async with asyncio.timeout(30):
            while not server.started:
                await asyncio.sleep(0.01)
        port = sockets[0].getsockname()[1]
        headers = {"authorization": f"Bearer {issuer.token('fin', ('finance',))}"}
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=headers, trust_env=False, timeout=60) as client:
            yield client
    finally:
        server.should_exit = True
        await serving
        await log.stop()


async def pay(client: httpx.AsyncClient, key: str = "the one key") -> httpx.Response:
    """Record that money came in."""
    body = {"amount": {"amount": 1000_00, "currency": "EUR"}, "remitter": "Acme Treasury", "reference": "ACME-000001"}
    return await client.post("/receipts", json=body, headers={"idempotency-key": f'"{key}"'})


async def retried(client: httpx.AsyncClient) -> httpx.Response:
    """The same request with the same key, until the answer is no 503."""
    async with asyncio.timeout(60):
        while (answer := await pay(client)).status_code == 503:
            await asyncio.sleep(0.1)
    return answer


async def swallow(wire: Link, client: httpx.AsyncClient, database: Database) -> "asyncio.Task[httpx.Response]":
    """A payment under way: it is on disk, and the process does not know."""
    assert (await pay(client, "before")).status_code == 201
    wire.silence("back")
    lost = asyncio.create_task(pay(client))
    await asyncio.wait_for(wire.held.wait(), 30)
    await committed(database, 2)
    return lost


async def payments(database: Database) -> list[Any]:
    """The payments in the log after the first, which nothing is wrong with otherwise."""
    ledger = await read_ledger(service.name, database.superuser)
    assert run(Evidence({service.name: ledger}), OF_ONE_LOG) == []
    assert {row["type"] for row in ledger.own} == {"ltc.billing.payment-received.v1"}
    return list(ledger.own)[1:]


def same(one: httpx.Response, other: httpx.Response) -> bool:
    """Are these the very same answer, byte for byte, as far as it was stored?"""
    stored = ("location", "etag", "ltc-position", "content-type")
    return (one.status_code, one.content, [one.headers[name] for name in stored]) == (
        other.status_code, other.content, [other.headers[name] for name in stored],
    )  # fmt: skip


async def test_the_process_finds_out_that_it_was_committed_and_answers(database: Database, issuer: Issuer) -> None:
    async with to(database.login) as wire, served(wire.url(database.login), issuer) as client:
        lost = await swallow(wire, client, database)
        wire.cut()
        wire.heal()
        first = await lost
        again = await retried(client)
    assert first.status_code == 201
    assert "idempotency-replayed" not in first.headers
    assert same(first, again)
    assert again.headers["idempotency-replayed"] == "true"
    assert len(await payments(database)) == 1


async def test_while_the_database_stays_away_it_is_503_and_the_retry_gets_the_answer_of_the_one_payment(
    database: Database, issuer: Issuer
) -> None:
    async with to(database.login) as wire, served(wire.url(database.login), issuer) as client:
        lost = await swallow(wire, client, database)
        wire.refuse()
        unknown = await lost
        assert (unknown.status_code, unknown.json()["code"]) == (503, "database-away")
        assert int(unknown.headers["retry-after"]) >= 1
        assert (await pay(client)).status_code == 503
        wire.heal()
        first, again = await retried(client), await retried(client)
    assert (first.status_code, first.headers["idempotency-replayed"]) == (201, "true")
    assert same(first, again)
    (payment,) = await payments(database)
    assert first.json() == {"receipt_id": str(payment["stream_id"])}


async def test_another_process_answers_for_the_one_that_never_learns(database: Database, issuer: Issuer) -> None:
    async with AsyncExitStack() as stack:
        wire = await stack.enter_async_context(to(database.login))
        here = await stack.enter_async_context(served(wire.url(database.login), issuer))
        there = await stack.enter_async_context(served(database.login, issuer))
        lost = await swallow(wire, here, database)
        lost.cancel()  # the client gives up, and asks elsewhere
        first = await retried(there)
        wire.cut()
        wire.heal()
        again = await retried(here)
    assert (first.status_code, first.headers["idempotency-replayed"]) == (201, "true")
    assert same(first, again)
    assert len(await payments(database)) == 1
