"""The log under adversarial cases: stale caches, bad neighbours in a batch, requests given up, answers lost."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import asyncpg
import pytest
from ltc_events import derive_id
from ltc_runtime.log import AlreadyThere, Log, Unavailable, open_log

from ..checker.evidence import Evidence, Ledger, read_ledger
from ..checker.run import run
from ..databases import Database, Databases, committed
from ..tally import TooMuch, adding, tally_svc
from .proxy import to

OpenLog = Callable[[], Awaitable[Log]]


@pytest.fixture
async def database(databases: Databases) -> Database:
    """A log of its own."""
    return await databases.make(tally_svc)


@pytest.fixture
async def replica(database: Database) -> AsyncIterator[OpenLog]:
    """Opens the same log as one more process of the service would."""
    opened: list[Log] = []

    async def another() -> Log:
        opened.append(await open_log(database.login, tally_svc))
        return opened[-1]

    yield another
    for log in opened:
        await log.stop()


async def sound(database: Database) -> Ledger:
    """The log as it is, after the checker found nothing wrong with it."""
    ledger = await read_ledger("tally-svc", database.superuser)
    of_one_log = ("positions_are_dense", "streams_are_contiguous", "chain_verifies", "partitions_are_linked", "commands_took_effect_once")
    assert run(Evidence({"tally-svc": ledger}), of_one_log) == []
    return ledger


def shown(ledger: Ledger) -> dict[object, int]:
    """The totals that people read."""
    return {row["tally_id"]: row["total"] for row in ledger.models["totals"]}


async def test_a_refusal_on_a_stale_cache_is_decided_again_before_it_is_answered(replica: OpenLog, database: Database) -> None:
    here, there = await replica(), await replica()
    await here.submit(adding("fill", 10, limit=10))
    with pytest.raises(TooMuch):
        await here.submit(adding("over", 1, limit=10))
    await there.submit(adding("drain", -10))
    await here.submit(adding("again", 5, limit=10))  # its cache still says that the tally is full
    assert shown(await sound(database)) == {derive_id("tally", "one"): 5}


async def test_nothing_to_do_on_a_stale_cache_is_also_confirmed(replica: OpenLog) -> None:
    here, there = await replica(), await replica()
    before = await here.submit(adding("first"))
    position = await there.submit(adding("second"))
    assert await here.submit(adding("nothing", 0)) == position > before


async def test_two_replicas_never_exceed_a_limit_together(replica: OpenLog, database: Database) -> None:
    logs = [await replica(), await replica()]
    outcomes = await asyncio.gather(*(logs[number % 2].submit(adding(number, 1, limit=20)) for number in range(60)), return_exceptions=True)
    assert sum(isinstance(outcome, int) for outcome in outcomes) == 20
    assert sum(isinstance(outcome, TooMuch) for outcome in outcomes) == 40
    assert shown(await sound(database)) == {derive_id("tally", "one"): 20}


async def test_two_commands_on_one_stream_in_one_batch_are_decided_one_on_the_other(replica: OpenLog, database: Database) -> None:
    log = await replica()
    positions = await asyncio.gather(*(log.submit(adding(number, 1)) for number in range(5)))
    assert positions == [1, 2, 3, 4, 5]
    assert [row["version"] for row in (await sound(database)).own] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("bad", [{"note": "unshowable"}, {"note": "nul \x00"}], ids=["a projection that fails", "a value no column takes"])
async def test_what_breaks_inside_a_batch_fails_only_its_own_command(bad: dict[str, str], replica: OpenLog, database: Database) -> None:
    log = await replica()
    outcomes = await asyncio.gather(
        *(log.submit(adding(number, 1, to=f"t{number}", **(bad if number == 3 else {}))) for number in range(7)), return_exceptions=True
    )
    assert [number for number, outcome in enumerate(outcomes) if isinstance(outcome, Exception)] == [3]
    assert len((await sound(database)).own) == 6


async def test_a_mistake_of_our_own_while_writing_fails_what_was_asked_and_not_the_service(
    replica: OpenLog, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = await replica()

    def mistaken(*_: object) -> None:
        raise TypeError("not what was meant")

    with monkeypatch.context() as broken:
        broken.setattr("ltc_runtime.log.group.statement", mistaken)
        async with asyncio.timeout(5):
            outcomes = await asyncio.gather(*(log.submit(adding(number)) for number in range(3)), return_exceptions=True)
    assert all(isinstance(outcome, TypeError) for outcome in outcomes)
    assert await log.submit(adding("after")) == 1
    await sound(database)


async def test_the_same_command_in_two_replicas_at_once_takes_effect_once(replica: OpenLog, database: Database) -> None:
    logs = [await replica(), await replica()]
    for number in range(10):
        await asyncio.gather(*(log.submit(adding(number)) for log in logs), return_exceptions=True)
    assert shown(await sound(database)) == {derive_id("tally", "one"): 10}


async def test_a_request_given_up_while_its_batch_commits_leaves_the_others_alone(replica: OpenLog, database: Database) -> None:
    log = await replica()
    tasks = [asyncio.create_task(log.submit(adding(number, to=f"t{number}"))) for number in range(20)]
    await asyncio.sleep(0)
    for task in tasks[::2]:
        await asyncio.sleep(0.0002)
        task.cancel()
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(isinstance(outcome, int | asyncio.CancelledError) for outcome in outcomes)
    acknowledged = {number for number, outcome in enumerate(outcomes) if isinstance(outcome, int)}
    there = {row["stream_id"] for row in (await sound(database)).own}
    assert {derive_id("tally", f"t{number}") for number in acknowledged} <= there
    assert set(range(1, 20, 2)) <= acknowledged
    assert isinstance(await log.submit(adding("after")), int)


async def test_a_commit_whose_answer_is_lost_took_effect_once_when_retried_with_the_same_key(database: Database) -> None:
    async with to(database.login) as wire:
        log = await open_log(wire.url(database.login), tally_svc)
        try:
            await log.submit(adding("before"))
            wire.silence("back")
            lost = asyncio.create_task(log.submit(adding("lost", 7)))
            await asyncio.wait_for(wire.held.wait(), 30)
            await committed(database, 2)
            wire.cut()
            wire.heal()
            first = await asyncio.gather(lost, return_exceptions=True)
            assert isinstance(first[0], int | Unavailable)
            with_key = await retried(log)
            assert isinstance(with_key, int | AlreadyThere)
        finally:
            await log.stop()
    assert shown(await sound(database)) == {derive_id("tally", "one"): 8}


async def retried(log: Log) -> object:
    """The retry of the lost command, as often as the database is away."""
    for _ in range(50):
        try:
            return await log.submit(adding("lost", 7))
        except Unavailable:
            await asyncio.sleep(0.1)
        except AlreadyThere as there:
            return there
    raise AssertionError("the database never came back")


async def test_the_service_login_can_neither_change_nor_cut_the_log(database: Database, replica: OpenLog) -> None:
    await (await replica()).submit(adding("one"))
    connection = await asyncpg.connect(database.login)
    try:
        for sql in ("UPDATE log SET actor = 'eve'", "DELETE FROM log", "TRUNCATE log", "UPDATE head SET position = 0", "DROP TABLE log"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(sql)
    finally:
        await connection.close()
