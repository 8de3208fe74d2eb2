"""What a process appended last is followed without reading it back, and only where nothing is missing."""

from dataclasses import replace
from uuid import uuid4

import pytest
from ltc_runtime.log import Log
from ltc_runtime.log.recent import CAPACITY, Recent
from ltc_runtime.log.rows import COLUMNS
from machine import Database
from shop import Fill, Filled, OpenBasket
from test_log import Do, fetch


async def test_what_was_appended_is_at_hand_as_it_stands_in_the_log(log: Log, shop_database: Database) -> None:
    id = uuid4()
    await log.submit(Do(OpenBasket(basket_id=id)))
    await log.submit(Do(Fill(basket_id=id, item="a")))
    rows = log.recent(0, 2)
    assert rows is not None
    stored = await fetch(shop_database, "SELECT * FROM log ORDER BY position")
    for row, record in zip(rows, stored, strict=True):
        for name in set(COLUMNS) - {"data", "roles", "tags"}:
            assert getattr(row, name) == record[name], name
        assert row.data.decode() == record["data"]
    assert rows[1].event == Filled.model_validate_json(rows[1].data)


async def test_where_another_process_appended_between_it_is_to_be_read(log: Log, other_log: Log) -> None:
    first, second = uuid4(), uuid4()
    await log.submit(Do(OpenBasket(basket_id=first)))
    await other_log.submit(Do(OpenBasket(basket_id=second)))
    assert log.recent(0, 2) is None
    await log.submit(Do(Fill(basket_id=first, item="a")))
    assert log.recent(0, 3) is None
    assert [row.position for row in log.recent(2, 3) or ()] == [3]


async def test_a_part_of_it_is_exactly_that_part_and_what_is_too_long_ago_is_gone(log: Log) -> None:
    id = uuid4()
    (row,) = await log.submit(Do(OpenBasket(basket_id=id)))
    recent = Recent()
    for position in range(1, 2 * CAPACITY + 2):
        row.position = position
        recent.add([type(row)(**{name: getattr(row, name) for name in row.__dataclass_fields__})])
    assert recent.between(0, 10) is None
    last = 2 * CAPACITY
    assert [one.position for one in recent.between(last - 3, last) or ()] == [last - 2, last - 1, last]
    assert recent.between(2 * CAPACITY, 2 * CAPACITY + 5) is None


async def test_few_but_large_rows_are_kept_for_as_long_as_their_bytes_allow(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    (row,) = await log.submit(Do(OpenBasket(basket_id=uuid4())))
    monkeypatch.setattr("ltc_runtime.log.recent.BYTES", 5 * len(row.data))
    recent = Recent()
    for position in range(1, 12):
        recent.add([replace(row, position=position)])
    assert recent.between(6, 11) is not None
    assert recent.between(5, 11) is None
