"""Reactions: once per fact, in order, parked where they are refused, and timers by the business clock."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from ltc_events import At, Command, Fact, derive_id
from ltc_events.policy import AnyPolicy, NamedPolicy
from ltc_runtime import parked, timers
from ltc_runtime.clock import Clock, set_offset
from ltc_runtime.log import Log, open_log
from ltc_runtime.policies import COMMAND_BYTES, PolicyBatch, PolicyRunner
from ltc_runtime.service import Feature, Service
from machine import Database
from shop import BasketClosed, BasketOpened, Close, Fill, Filled, OpenBasket, shop
from test_log import Do, fetch

DUE = datetime(2040, 1, 1, tzinfo=UTC)


def successor(event: BasketClosed) -> list[Command]:
    """Whoever closes a basket gets a new one."""
    return [OpenBasket(basket_id=derive_id(event.basket_id, "next"))]


def put_into_other(event: Filled) -> list[Command]:
    """An item called after another basket is filled there too."""
    return [Fill(basket_id=UUID(event.item), item="copy")] if len(event.item) == 36 else []


def close_in_time(event: BasketOpened) -> list[At]:
    return [At(DUE, Close(basket_id=event.basket_id))]


def with_policies(*policies: AnyPolicy) -> Service:
    return Service("shop-svc", Feature(deciders=shop.deciders, policies=policies, projections=shop.projections))


reacting = with_policies(
    NamedPolicy("successor", BasketClosed, successor),
    NamedPolicy("put_into_other", Filled, put_into_other),
    NamedPolicy("close_in_time", BasketOpened, close_in_time),
)


@pytest_asyncio.fixture
async def live(shop_database: Database, tmp_path: Path) -> AsyncIterator[Log]:
    opened = await open_log(shop_database.login, reacting, Clock(tmp_path / "clock.json"))
    yield opened
    await opened.stop()


async def drained(log: Log) -> PolicyRunner:
    reactor = PolicyRunner(log)
    await reactor.load()
    while await reactor.step():
        pass
    return reactor


async def opened(log: Log) -> UUID:
    id = uuid4()
    await log.submit(Do(OpenBasket(basket_id=id)))
    return id


async def test_a_fact_is_reacted_to_once_with_its_cause(live: Log, shop_database: Database) -> None:
    await drained(live)
    id = await opened(live)
    await live.submit(Do(Close(basket_id=id)))
    await drained(live)
    await drained(live)
    rows = await fetch(shop_database, "SELECT * FROM log WHERE stream_id = $1", derive_id(id, "next"))
    closed = (await fetch(shop_database, "SELECT * FROM log WHERE stream_id = $1 AND version = 2", id))[0]
    assert [(row["type"], row["actor"], row["causation_id"]) for row in rows] == [
        ("ltc.shop.basket-opened.v1", "service:shop-svc", closed["event_id"])
    ]
    assert rows[0]["correlation_id"] == closed["correlation_id"]
    assert rows[0]["occurred_at"] == closed["occurred_at"]


def dated(event: BasketClosed, fact: Fact) -> list[Command]:
    """The next basket is named after when this one was closed."""
    return [OpenBasket(basket_id=derive_id(event.basket_id, fact.occurred_at.isoformat()))]


async def test_a_policy_may_ask_when_it_happened(shop_database: Database, tmp_path: Path) -> None:
    log = await open_log(shop_database.login, with_policies(NamedPolicy("dated", BasketClosed, dated)), Clock(tmp_path / "clock.json"))
    await drained(log)
    id = await opened(log)
    await log.submit(Do(Close(basket_id=id)))
    await drained(log)
    closed = (await fetch(shop_database, "SELECT occurred_at FROM log WHERE stream_id = $1 AND version = 2", id))[0]["occurred_at"]
    assert await fetch(shop_database, "SELECT FROM log WHERE stream_id = $1", derive_id(id, closed.isoformat()))
    await log.stop()


async def test_a_refused_reaction_is_parked_and_only_its_stream_waits(live: Log, shop_database: Database) -> None:
    await drained(live)
    one, other, missing = await opened(live), await opened(live), uuid4()
    await live.submit(Do(Fill(basket_id=one, item=str(missing))))
    await live.submit(Do(Fill(basket_id=one, item=str(other))))
    await live.submit(Do(Fill(basket_id=other, item=str(one))))
    await drained(live)
    rows = await parked.listed(live.pool)
    assert [(row.policy, row.stream_id, row.state, row.error) for row in rows] == [
        ("put_into_other", one, "parked", "no-basket: There is no such basket."),
        ("put_into_other", one, "waiting", "waits behind a parked reaction"),
    ]
    copies = await fetch(shop_database, "SELECT stream_id FROM log WHERE data::text LIKE '%copy%'")
    assert [row["stream_id"] for row in copies] == [one]


async def test_a_retry_goes_on_in_order_once_the_cause_is_mended(live: Log, shop_database: Database) -> None:
    await drained(live)
    one, other, missing = await opened(live), await opened(live), uuid4()
    await live.submit(Do(Fill(basket_id=one, item=str(missing))))
    await live.submit(Do(Fill(basket_id=one, item=str(other))))
    await drained(live)
    first = (await parked.listed(live.pool))[0]
    with pytest.raises(Exception, match="no such basket"):
        await parked.retry(live, first.id, "anna")
    await live.submit(Do(OpenBasket(basket_id=missing)))
    (again, _) = await parked.listed(live.pool)
    assert (again.state, again.attempts, again.note) == ("parked", 2, "refused again")
    assert await parked.retry(live, first.id, "anna") == 2
    assert await parked.listed(live.pool) == []
    copies = await fetch(shop_database, "SELECT stream_id FROM log WHERE data::text LIKE '%copy%' ORDER BY position")
    assert [row["stream_id"] for row in copies] == [missing, other]
    assert {(row.state, row.note) for row in await parked.listed(live.pool, everything=True)} == {("done", "retried")}


async def test_a_skipped_reaction_lets_the_others_pass(live: Log, shop_database: Database) -> None:
    await drained(live)
    one, other = await opened(live), await opened(live)
    await live.submit(Do(Fill(basket_id=one, item=str(uuid4()))))
    await live.submit(Do(Fill(basket_id=one, item=str(other))))
    await drained(live)
    await parked.skip(live, (await parked.listed(live.pool))[0].id, "a typing error", "anna")
    assert await parked.listed(live.pool) == []
    assert len(await fetch(shop_database, "SELECT 1 FROM log WHERE data::text LIKE '%copy%'")) == 1
    with pytest.raises(parked.UnknownParked):
        await parked.skip(live, uuid4(), "no reason", "anna")


async def test_what_the_database_refuses_is_parked_and_the_batch_goes_on(live: Log, shop_database: Database) -> None:
    await drained(live)
    full, one = await opened(live), await opened(live)
    for n in range(9):
        await live.submit(Do(Fill(basket_id=full, item=str(n))))
    await live.submit(Do(Fill(basket_id=one, item=str(full))))
    await live.submit(Do(Close(basket_id=one)))
    reactor = PolicyRunner(live)
    await reactor.load()
    with pytest.raises(Exception, match="no_more_than_nine"):
        await reactor.step()
    while reactor.position < live.head:
        await reactor.step_over()
    assert [row.stream_id for row in await parked.listed(live.pool)] == [one]
    assert len(await fetch(shop_database, "SELECT 1 FROM log WHERE stream_id = $1", derive_id(one, "next"))) == 1


async def test_a_policy_added_later_does_not_fire_on_history_unless_told_to(log: Log, shop_database: Database) -> None:
    id = await opened(log)
    await log.submit(Do(Close(basket_id=id)))
    late = await open_log(shop_database.login, reacting)
    await drained(late)
    assert await fetch(shop_database, "SELECT 1 FROM log WHERE stream_id = $1", derive_id(id, "next")) == []
    await late.stop()
    connection = await open_log(shop_database.login, with_policies(NamedPolicy("renamed", BasketClosed, renamed, from_start=True)))
    await drained(connection)
    await connection.stop()
    assert len(await fetch(shop_database, "SELECT 1 FROM log WHERE stream_id = $1", derive_id(id, "next"))) == 1


def renamed(event: BasketClosed) -> list[Command]:
    return successor(event)


async def test_two_reactors_forced_active_react_once(live: Log, shop_database: Database) -> None:
    await drained(live)
    other = await open_log(shop_database.login, reacting)
    ids = [await opened(live) for _ in range(20)]
    for id in ids:
        await live.submit(Do(Close(basket_id=id)))

    async def follow(log: Log) -> None:
        for _ in range(50):
            try:
                await drained(log)
            except Exception:
                await asyncio.sleep(0.01)

    await asyncio.gather(follow(live), follow(other))
    await other.stop()
    rows = await fetch(shop_database, "SELECT count(*) n FROM log WHERE causation_id IS NOT NULL AND type LIKE '%opened%'")
    assert rows[0]["n"] == 20


async def test_a_timer_fires_when_the_business_clock_says_so_and_once(live: Log, shop_database: Database, tmp_path: Path) -> None:
    await drained(live)
    id, gone = await opened(live), await opened(live)
    await live.submit(Do(Close(basket_id=gone)))
    await drained(live)
    assert await timers.fire_due(live) == 0
    set_offset(tmp_path / "clock.json", timedelta(days=365 * 20))
    await asyncio.sleep(Clock.LOOK_SECONDS * 1.5)
    assert await timers.fire_due(live) == 3
    assert await timers.fire_due(live) == 0
    rows = await fetch(shop_database, "SELECT * FROM log WHERE stream_id = $1 AND type = 'ltc.shop.basket-closed.v1'", id)
    assert len(rows) == 1
    assert rows[0]["occurred_at"] > DUE


async def test_facts_that_give_many_commands_are_reacted_to_few_at_a_time_and_each_once(
    live: Log, shop_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ltc_runtime.policies.BATCH_BYTES", 10 * COMMAND_BYTES)
    reactor = PolicyRunner(live)
    await reactor.load()
    baskets = [await opened(live) for _ in range(120)]
    for id in baskets:
        await live.submit(Do(Close(basket_id=id)))
    batches, submit = [], live.submit

    async def counting(work: Any) -> Any:
        if isinstance(work, PolicyBatch):
            batches.append(sum(len(reaction.commands) for reaction in work.reactions))
        return await submit(work)

    monkeypatch.setattr(live, "submit", counting)
    while await reactor.step():
        pass
    assert max(batches[1:]) <= 10
    successors = [derive_id(id, "next") for id in baskets]
    told = await fetch(shop_database, "SELECT stream_id FROM log WHERE version = 1 AND stream_id = ANY($1)", successors)
    assert len(told) == len(baskets)
