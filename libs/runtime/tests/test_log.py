"""The log: what is appended is there once, dense, chained, and decided on what was true."""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from ltc_events import Command, Stream
from ltc_runtime.log import AlreadyThere, Log, LogRow, Meta, Plan, Stale, Unavailable, open_log
from ltc_runtime.log.rebuild import compare
from ltc_runtime.log.tables import answer
from ltc_runtime.service import Feature, Service
from machine import Database
from shop import BasketIsClosed, Close, Fill, NoBasket, OpenBasket, Pour, basket, baskets, shop


@dataclass
class Do:
    """The plainest work: one command."""

    command: Command
    command_id: UUID = field(default_factory=uuid4)
    expected: tuple[Stream, int] | None = None
    key: str | None = None
    fresh: Collection[Stream] = ()
    tails: Collection[Any] = ()

    @property
    def streams(self) -> Collection[Stream]:
        return shop.decider_of[type(self.command)].streams(self.command)

    def plan(self, plan: Plan) -> list[LogRow]:
        rows = plan.decide(self.command, Meta(self.command_id, "tester", ("sales",), expected=self.expected))
        if self.key:
            row = {"subject": "s", "operation": "o", "key": self.key, "fingerprint": b"", "status": 200, "headers": {}, "body": b""}
            plan.insert(answer, {**row, "command_id": self.command_id, "at": plan.now})
        return rows


async def fetch(database: Database, sql: str, *arguments: Any) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(database.owner)
    try:
        return await connection.fetch(sql, *arguments)
    finally:
        await connection.close()


async def opened(log: Log) -> UUID:
    id = uuid4()
    await log.submit(Do(OpenBasket(basket_id=id)))
    return id


async def test_positions_are_dense_and_versions_contiguous_under_concurrency(log: Log, shop_database: Database) -> None:
    ids = [await opened(log) for _ in range(5)]
    await asyncio.gather(*(log.submit(Do(Fill(basket_id=ids[n % 5], item=f"i{n}"))) for n in range(45)))
    positions = [row["position"] for row in await fetch(shop_database, "SELECT position FROM log ORDER BY position")]
    assert positions == list(range(1, 51))
    versions = await fetch(shop_database, "SELECT min(version), max(version), count(*) FROM log GROUP BY stream_id")
    assert {tuple(row) for row in versions} == {(1, 10, 10)}


async def test_a_refusal_appends_nothing_and_leaves_its_neighbours(log: Log, shop_database: Database) -> None:
    id = await opened(log)
    done = await asyncio.gather(
        log.submit(Do(Fill(basket_id=id, item="a"))),
        log.submit(Do(Fill(basket_id=uuid4(), item="b"))),
        log.submit(Do(Close(basket_id=id))),
        log.submit(Do(Fill(basket_id=id, item="c"))),
        return_exceptions=True,
    )
    assert [type(outcome) for outcome in done] == [list, NoBasket, list, BasketIsClosed]
    assert [row["type"] for row in await fetch(shop_database, "SELECT type FROM log ORDER BY position")] == [
        "ltc.shop.basket-opened.v1", "ltc.shop.filled.v1", "ltc.shop.basket-closed.v1",
    ]  # fmt: skip


async def test_a_projection_that_raises_fails_only_its_own_command(log: Log) -> None:
    id = await opened(log)
    done = await asyncio.gather(
        log.submit(Do(Fill(basket_id=id, item="a"))),
        log.submit(Do(Fill(basket_id=id, item="a stone"))),
        log.submit(Do(Fill(basket_id=id, item="b"))),
        return_exceptions=True,
    )
    assert [type(outcome) for outcome in done] == [list, ValueError, list]
    assert [outcome[0].version for outcome in done if isinstance(outcome, list)] == [2, 3]


async def test_a_value_the_database_refuses_fails_only_its_own_command(log: Log, shop_database: Database) -> None:
    full, other = await opened(log), await opened(log)
    for n in range(9):
        await log.submit(Do(Fill(basket_id=full, item=str(n))))
    done = await asyncio.gather(
        log.submit(Do(Fill(basket_id=other, item="x"))),
        log.submit(Do(Fill(basket_id=full, item="one too many"))),
        log.submit(Do(Fill(basket_id=other, item="y"))),
        return_exceptions=True,
    )
    assert [type(outcome) for outcome in done] == [list, asyncpg.CheckViolationError, list]
    assert (await fetch(shop_database, "SELECT max(version) v FROM log WHERE stream_id = $1", other))[0]["v"] == 3


async def test_a_command_given_twice_takes_effect_once(log: Log, shop_database: Database) -> None:
    id = await opened(log)
    fill = Do(Fill(basket_id=id, item="a"), key="k")
    done = await asyncio.gather(log.submit(fill), log.submit(fill), return_exceptions=True)
    assert [type(outcome) for outcome in done] == [list, AlreadyThere]
    with pytest.raises(AlreadyThere):
        await log.submit(fill)
    assert (await fetch(shop_database, "SELECT count(*) n FROM log"))[0]["n"] == 2


async def test_a_stream_wrongly_taken_to_be_fresh_is_read_after_all(log: Log, other_log: Log) -> None:
    id = await opened(other_log)
    await log.submit(Do(OpenBasket(basket_id=uuid4())))
    assert await log.submit(Do(OpenBasket(basket_id=id), fresh=[basket.of(id)])) == []


async def test_a_stale_version_is_refused_and_a_current_one_is_not(log: Log) -> None:
    id = await opened(log)
    with pytest.raises(Stale):
        await log.submit(Do(Fill(basket_id=id, item="a"), expected=(basket.of(id), 2)))
    assert len(await log.submit(Do(Fill(basket_id=id, item="a"), expected=(basket.of(id), 1)))) == 1


async def test_what_another_process_decided_is_seen_by_every_outcome(log: Log, other_log: Log) -> None:
    id = await opened(log)
    await log.submit(Do(Fill(basket_id=id, item="a")))
    await other_log.submit(Do(Close(basket_id=id)))
    with pytest.raises(BasketIsClosed):
        await log.submit(Do(Fill(basket_id=id, item="b")))


async def test_a_refusal_on_a_stale_cache_is_decided_again(log: Log, other_log: Log) -> None:
    id = uuid4()
    with pytest.raises(NoBasket):
        await log.submit(Do(Fill(basket_id=id, item="a")))
    await other_log.submit(Do(OpenBasket(basket_id=id)))
    assert len(await log.submit(Do(Fill(basket_id=id, item="a")))) == 1


async def test_two_processes_under_load_lose_and_double_nothing(log: Log, other_log: Log, shop_database: Database) -> None:
    ids = [await opened(log) for _ in range(20)]
    logs = [log, other_log]
    await asyncio.gather(*(logs[n % 2].submit(Do(Fill(basket_id=ids[n % 20], item=str(n)))) for n in range(180)))
    rows = await fetch(shop_database, "SELECT min(version), max(version), count(*) FROM log GROUP BY stream_id")
    assert {tuple(row) for row in rows} == {(1, 10, 10)}
    counts = await fetch(shop_database, "SELECT DISTINCT count FROM read.basket_list")
    assert [row["count"] for row in counts] == [9]
    connection = await asyncpg.connect(shop_database.owner)
    assert await compare(connection, shop, baskets) == []
    await connection.close()


async def test_a_joint_decision_writes_all_streams_or_none(log: Log, shop_database: Database) -> None:
    one, two = await opened(log), await opened(log)
    await log.submit(Do(Fill(basket_id=one, item="a")))
    rows = await log.submit(Do(Pour(basket_id=one, into=two)))
    assert [(row.stream_id, row.version) for row in rows] == [(one, 3), (two, 2)]
    with pytest.raises(BasketIsClosed):
        await log.submit(Do(Pour(basket_id=one, into=two)))
    assert (await fetch(shop_database, "SELECT count(*) n FROM log"))[0]["n"] == 5


async def test_a_cancelled_request_neither_breaks_the_batch_nor_undoes_its_commit(log: Log, shop_database: Database) -> None:
    id = await opened(log)
    tasks = [asyncio.create_task(log.submit(Do(Fill(basket_id=id, item=str(n))))) for n in range(6)]
    await asyncio.sleep(0)
    tasks[2].cancel()
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert isinstance(outcomes[2], asyncio.CancelledError)
    assert [type(outcome) for n, outcome in enumerate(outcomes) if n != 2] == [list] * 5
    assert len(await log.submit(Do(Fill(basket_id=id, item="after")))) == 1


async def test_a_commit_whose_answer_is_lost_is_found_not_repeated(
    log: Log, shop_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = await opened(log)
    fetchrow = asyncpg.Connection.fetchrow
    lost: list[str] = []

    async def losing(self: asyncpg.Connection, sql: str, *arguments: Any, **options: Any) -> Any:
        result = await fetchrow(self, sql, *arguments, **options)
        if "append(" in sql and not lost:
            lost.append(sql)
            raise ConnectionResetError("the answer was lost")
        return result

    monkeypatch.setattr(asyncpg.Connection, "fetchrow", losing)
    rows = await log.submit(Do(Fill(basket_id=id, item="once")))
    assert lost
    assert [row.version for row in rows] == [2]
    assert (await fetch(shop_database, "SELECT count(*) n FROM log WHERE stream_id = $1", id))[0]["n"] == 2
    assert len(await log.submit(Do(Fill(basket_id=id, item="again")))) == 1


async def test_a_statement_cut_off_before_its_commit_is_repeated(log: Log, shop_database: Database) -> None:
    id = await opened(log)
    await fetch(shop_database, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE '%append'")
    rows = await log.submit(Do(Fill(basket_id=id, item="once")))
    assert [row.version for row in rows] == [2]


async def test_a_connection_cut_again_while_it_looks_is_unavailable_and_what_was_committed_stays_once(
    log: Log, shop_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = await opened(log)
    command = Do(Fill(basket_id=id, item="once"))
    fetchrow, fetchval = asyncpg.Connection.fetchrow, asyncpg.Connection.fetchval
    cuts: list[str] = []

    async def losing(self: asyncpg.Connection, sql: str, *arguments: Any, **options: Any) -> Any:
        result = await fetchrow(self, sql, *arguments, **options)
        if "append(" in sql and not cuts:
            cuts.append(sql)
            raise ConnectionResetError("the answer was lost")
        return result

    async def cut(self: asyncpg.Connection, sql: str, *arguments: Any, **options: Any) -> Any:
        if "lock_head" in sql and len(cuts) == 1:
            cuts.append(sql)
            self.terminate()
        return await fetchval(self, sql, *arguments, **options)

    monkeypatch.setattr(asyncpg.Connection, "fetchrow", losing)
    monkeypatch.setattr(asyncpg.Connection, "fetchval", cut)
    with pytest.raises(Unavailable):
        await log.submit(command)
    assert len(cuts) == 2
    with pytest.raises(AlreadyThere):
        await log.submit(command)
    assert (await fetch(shop_database, "SELECT count(*) n FROM log WHERE stream_id = $1", id))[0]["n"] == 2


async def test_the_service_login_cannot_change_history(shop_database: Database, log: Log) -> None:
    await opened(log)
    connection = await asyncpg.connect(shop_database.login)
    for sql in ("UPDATE log SET actor = 'x'", "DELETE FROM log", "TRUNCATE log", "UPDATE head SET position = 0", "DROP TABLE log"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(sql)
    await connection.close()


async def test_a_database_that_is_away_is_unavailable_and_comes_back(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    id = await opened(log)
    dsn = log.group.dsn
    await log.group._disconnect()
    log.group.dsn = "postgresql://nobody@127.0.0.1:1/nothing"
    with pytest.raises(Unavailable):
        await log.submit(Do(Fill(basket_id=id, item="a")))
    log.group.dsn = dsn
    assert len(await log.submit(Do(Fill(basket_id=id, item="a")))) == 1


async def test_a_rebuilt_read_model_is_the_same_row_for_row(log: Log, shop_database: Database) -> None:
    ids = [await opened(log) for _ in range(3)]
    for id in ids[:2]:
        await log.submit(Do(Fill(basket_id=id, item="a")))
    await log.submit(Do(Close(basket_id=ids[0])))
    connection = await asyncpg.connect(shop_database.owner)
    assert await compare(connection, shop, baskets) == []
    await connection.execute("UPDATE read.basket_list SET count = 7 WHERE basket_id = $1", ids[2])
    differences = await compare(connection, shop, baskets)
    assert {difference.side for difference in differences} == {"live", "rebuilt"}
    await connection.close()


async def test_a_stream_keeps_its_deal_and_a_shared_one_takes_that_of_each_command(log: Log, shop_database: Database) -> None:
    own, shared = uuid4(), uuid4()
    first, second = Do(OpenBasket(basket_id=own)), Do(Fill(basket_id=own, item="a"))
    await log.submit(first)
    assert [row.correlation_id for row in await log.submit(second)] == [first.command_id]
    everybodys = Service("shop-svc", Feature(deciders=(replace(basket, shared=True),), projections=shop.projections))
    other = await open_log(shop_database.login, everybodys)
    third, fourth = Do(OpenBasket(basket_id=shared)), Do(Fill(basket_id=shared, item="b"))
    await other.submit(third)
    assert [row.correlation_id for row in await other.submit(fourth)] == [fourth.command_id]
    await other.stop()
