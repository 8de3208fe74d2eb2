"""A changed history is seen."""

import asyncpg
import pytest
from ltc_runtime.log import Log
from ltc_runtime.log.verify import verify
from machine import Database
from shop import Close, Fill
from test_log import Do, opened


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ("UPDATE log SET actor = 'somebody else' WHERE position = 3", "hash"),
        ("UPDATE log SET data = '{\"x\":1}' WHERE position = 2", "hash"),
        ("UPDATE log SET recorded_at = recorded_at + interval '1 second' WHERE position = 1", "hash"),
        ("DELETE FROM log WHERE position = 3", "missing"),
        ("DELETE FROM log WHERE position = 6", "head"),
        ("UPDATE log SET prev = 1 WHERE position = 6", "before it"),
        ("UPDATE head SET hash = sha256('x')", "head"),
    ],
)
async def test_an_altered_log_does_not_verify(log: Log, shop_database: Database, change: str, what: str) -> None:
    one, two = await opened(log), await opened(log)
    for item in ("a", "b"):
        await log.submit(Do(Fill(basket_id=one, item=item)))
    await log.submit(Do(Close(basket_id=one)))
    await log.submit(Do(Close(basket_id=two)))
    connection = await asyncpg.connect(shop_database.owner)
    clean = await verify(connection, "shop-svc", {})
    assert (clean.rows, clean.problems) == (6, [])
    await connection.execute(change)
    assert any(what in problem.what for problem in (await verify(connection, "shop-svc", {})).problems)
    await connection.close()
