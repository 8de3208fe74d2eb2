"""Told to stop, a process finishes what it is at, and nothing else."""

import asyncio
import contextlib
import signal
import time
from collections.abc import AsyncIterator, Iterator

import asyncpg
import httpx
import pytest
from ltc_runtime.settings import Settings
from ltc_runtime.shutdown import Shutdown, Stopped, cancel_all
from ltc_stack.embedded import Stack
from ltc_stack.provision import relocated
from ltc_stack.supervisor import Supervised
from receiver import Receiver

LEAD = {"company": "Acme", "channel": "site"}
UNREADY, DRAIN = 1.5, 3.0


async def test_who_is_told_ends_between_two_rounds() -> None:
    shutdown, rounds = Shutdown(), []

    async def work() -> None:
        while True:
            shutdown.check()
            await asyncio.sleep(0.02)
            rounds.append("whole")

    working = asyncio.create_task(work())
    await asyncio.sleep(0.03)
    shutdown.request()
    with pytest.raises(Stopped):
        await working
    assert rounds == ["whole", "whole"]


async def test_a_pause_ends_when_it_is_told() -> None:
    shutdown = Shutdown()
    await shutdown.pause(0.001)
    asyncio.get_running_loop().call_later(0.02, shutdown.request)
    async with asyncio.timeout(10):
        with pytest.raises(Stopped):
            await shutdown.pause(60)


async def test_who_took_a_cancellation_for_something_else_is_cancelled_again() -> None:
    async def deaf() -> None:
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        await asyncio.Event().wait()

    working = asyncio.create_task(deaf())
    await asyncio.sleep(0)
    async with asyncio.timeout(10):
        await cancel_all([working], again=0.02)
    assert working.cancelled()


async def test_what_holds_nothing_yet_is_given_up() -> None:
    shutdown, ended = Shutdown(), []

    async def connecting() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("cleanly")

    asyncio.get_running_loop().call_later(0.02, shutdown.request)
    with pytest.raises(Stopped):
        await shutdown.interruptible(connecting())
    assert ended == ["cleanly"]


async def test_what_is_done_first_is_what_it_was() -> None:
    async def fails() -> None:
        raise OSError("away")

    assert await Shutdown().interruptible(asyncio.sleep(0, "here")) == "here"
    with pytest.raises(OSError, match="away"):
        await Shutdown().interruptible(fails())


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    """A collector of traces."""
    opened = Receiver()
    yield opened
    opened.close()


@pytest.fixture(scope="module")
async def stack(tmp_path_factory: pytest.TempPathFactory, receiver: Receiver) -> AsyncIterator[Stack]:
    """A service that a load balancer stands before, and whose spans would wait for a minute."""
    settings = Settings(data_dir=tmp_path_factory.mktemp("stopping"), unready_seconds=UNREADY, drain_seconds=DRAIN, after_seconds=60.0)
    traced = {"OTEL_EXPORTER_OTLP_ENDPOINT": receiver.url, "OTEL_BSP_SCHEDULE_DELAY": "60000"}
    async with Stack(settings, services=["lead-svc"], environment=traced) as running:
        yield running


@pytest.fixture
async def lead(stack: Stack) -> Supervised:
    """The process; started again if a test stopped it."""
    process = stack.services["lead-svc"]
    if process.pid is None:
        process.launch()
    await process.ready()
    return process


@pytest.fixture
async def client(stack: Stack, lead: Supervised) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody in sales, who keeps the connection."""
    headers = {"Authorization": f"Bearer {stack.token('ann', ['sales'])}"}
    async with httpx.AsyncClient(base_url=lead.url, headers=headers, timeout=60) as opened:
        yield opened


async def not_ready(client: httpx.AsyncClient) -> httpx.Response:
    """The first answer of the probe that says no."""
    async with asyncio.timeout(30):
        while (answer := await client.get("/readyz")).status_code == 200:
            await asyncio.sleep(0.02)
    return answer


async def test_it_is_not_ready_first_and_answers_on_with_connection_close(lead: Supervised, client: httpx.AsyncClient) -> None:
    assert "connection" not in (await client.get("/leads")).headers
    shutdown = asyncio.create_task(lead.stop())
    unready = await not_ready(client)
    assert (unready.status_code, unready.json()["draining"], unready.json()["database"]) == (503, True, "ok")
    assert unready.headers["connection"] == "close"
    written = await client.post("/leads", json=LEAD)
    assert (written.status_code, written.headers["connection"]) == (201, "close")
    await shutdown
    assert lead.status == 0


async def test_a_request_under_way_is_finished(stack: Stack, lead: Supervised, client: httpx.AsyncClient) -> None:
    connection = await asyncpg.connect(relocated(stack.postgres_url, stack.databases["lead-svc"].database))
    transaction = connection.transaction()
    await transaction.start()
    await connection.execute("SELECT FROM head FOR UPDATE")  # nothing can be written meanwhile
    writing = asyncio.create_task(client.post("/leads", json=LEAD))
    await asyncio.sleep(0.3)
    shutdown = asyncio.create_task(lead.stop())
    await asyncio.sleep(UNREADY + 0.7)  # by now it listens no more
    with pytest.raises(httpx.ConnectError):
        async with httpx.AsyncClient() as another:
            await another.get(f"{lead.url}/livez")
    assert not writing.done()
    await transaction.rollback()
    answer = await writing
    assert answer.status_code == 201, answer.text
    await shutdown
    assert lead.status == 0
    assert await connection.fetchval("SELECT count(*) FROM log WHERE stream_id = $1", answer.json()["lead_id"]) > 0
    await connection.close()


async def test_a_request_that_takes_too_long_does_not_keep_it(lead: Supervised, client: httpx.AsyncClient) -> None:
    waiting = asyncio.create_task(client.get("/leads", headers={"LTC-After": "lead-svc@999999999"}))
    await asyncio.sleep(0.3)
    assert not waiting.done()
    began = time.monotonic()
    await lead.stop()
    assert time.monotonic() - began < UNREADY + DRAIN + 4, "not the 60 seconds that the request would wait"
    assert lead.status == 0
    answer = (await asyncio.gather(waiting, return_exceptions=True))[0]
    assert isinstance(answer, httpx.HTTPError) or (isinstance(answer, httpx.Response) and answer.status_code >= 500)


async def test_its_last_spans_are_sent(lead: Supervised, client: httpx.AsyncClient, receiver: Receiver) -> None:
    trace = "c" * 32
    written = await client.post("/leads", json=LEAD, headers={"traceparent": f"00-{trace}-{'d' * 16}-01"})
    assert written.status_code == 201
    assert trace not in {span.trace_id.hex() for span in receiver.spans()}
    await lead.stop()
    assert lead.status == 0
    assert "POST /leads" in {span.name for span in receiver.spans() if span.trace_id.hex() == trace}


async def test_it_stops_at_once_while_its_database_is_away(stack: Stack, lead: Supervised) -> None:
    assert stack.postgres is not None
    await stack.postgres.stop("immediate")
    try:
        await lead.kill()
        async with asyncio.timeout(30):
            while lead.pid is None or "does not answer" not in lead.log.read_text().rpartition("process ended")[2]:
                await asyncio.sleep(0.1)
        began = time.monotonic()
        lead.should_run = False
        lead.send(signal.SIGTERM)
        async with asyncio.timeout(30):
            while lead.pid is not None:
                await asyncio.sleep(0.02)
        assert lead.status == 0
        assert time.monotonic() - began < DRAIN
    finally:
        await stack.postgres.start()
