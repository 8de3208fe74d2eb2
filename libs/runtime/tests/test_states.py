"""What a process keeps of its streams: bounded by size, true when another process appends, and cheap to bring up to date."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from ltc_events import Stream
from ltc_runtime.log import Log, open_log
from ltc_runtime.log.states import MOST_BYTES, STREAM_BYTES, States, StreamState, grown
from ltc_runtime.service import Feature, Service
from machine import Database
from shop import Close, Fill, Nothing, Open, OpenBasket, basket, shop
from test_log import Do


def held(size: int = STREAM_BYTES) -> dict[Stream, StreamState]:
    return {basket.of(uuid4()): StreamState(Nothing(), 1, None, size)}


def test_what_was_used_longest_ago_gives_way_to_what_is_new_by_size_and_not_by_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ltc_runtime.log.states.CAPACITY", 10 * STREAM_BYTES)
    states = States(shop)
    small = [held() for _ in range(10)]
    for one in small:
        states.absorb(one, {}, {})
    first, second = next(iter(small[0])), next(iter(small[1]))
    assert states.get(first) is not None
    states.absorb(held(), {}, {})
    assert states.get(first) is not None
    assert states.get(second) is None
    large = held(9 * STREAM_BYTES)
    states.absorb(large, {}, {})
    assert states.get(next(iter(large))) is not None
    assert sum(states.get(next(iter(one))) is not None for one in small) == 1


def test_a_stream_held_anew_counts_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ltc_runtime.log.states.CAPACITY", 3 * STREAM_BYTES)
    states, one, other = States(shop), held(), held()
    states.absorb(other, {}, {})
    for _ in range(10):
        states.absorb(one, {}, {})
    assert states.get(next(iter(other))) is not None


def test_a_long_stream_counts_as_much_as_it_costs_and_no_more() -> None:
    stream = StreamState(Nothing(), 1, None)
    assert grown(stream, 500) == STREAM_BYTES + 10 * 500
    assert grown(stream, 10 * MOST_BYTES) == MOST_BYTES


async def test_of_a_stream_that_another_process_appended_to_only_what_is_new_is_read(log: Log, other_log: Log) -> None:
    id = uuid4()
    await log.submit(Do(OpenBasket(basket_id=id)))
    for _ in range(3):
        await log.submit(Do(Fill(basket_id=id, item="ours")))
    await other_log.submit(Do(Fill(basket_id=id, item="theirs")))
    states, read = log.group.states, Counting(log.pool)
    await states.refresh(read, 4, 5)
    assert states.get(basket.of(id)) is None
    await states.load(read, [basket.of(id)], [])
    assert read.rows == [1, 1]
    now = states.get(basket.of(id))
    assert now is not None
    assert (now.state, now.version) == (Open(4), 5)
    await log.submit(Do(Close(basket_id=id)))


async def test_of_a_stream_whose_last_event_says_it_all_only_that_one_is_read(log: Log, shop_database: Database) -> None:
    id = uuid4()
    await log.submit(Do(OpenBasket(basket_id=id)))
    for _ in range(5):
        await log.submit(Do(Fill(basket_id=id, item="a")))
    by_last = replace(basket, by_last=True)
    reader = await open_log(shop_database.login, Service("shop-svc", Feature(deciders=(by_last,))))
    try:
        states, read = reader.group.states, Counting(reader.pool)
        await states.load(read, [basket.of(id), basket.of(uuid4())], [])
        assert read.rows == [1]
        now = states.get(basket.of(id))
        assert now is not None
        assert (now.state, now.version) == (Open(5), 6)
    finally:
        await reader.stop()


class Counting:
    """A connection that counts the rows of each answer."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self.rows: list[int] = []

    async def fetch(self, sql: str, *arguments: Any) -> list[Any]:
        rows: list[Any] = await self.connection.fetch(sql, *arguments)
        self.rows.append(len(rows))
        return rows
