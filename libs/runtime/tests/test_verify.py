"""A changed history is seen."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ltc_events import Command, Stream
from ltc_runtime.log import Log, LogRow, Meta, Plan
from ltc_runtime.log.rows import stored
from ltc_runtime.log.verify import verify
from machine import Database
from shop import Close, Fill, OpenBasket, shop
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


@dataclass
class Known:
    """A command with all that is known of it."""

    command: Command
    meta: Meta
    fresh: Collection[Stream] = ()
    tails: Collection[Any] = ()

    @property
    def streams(self) -> Collection[Stream]:
        """The streams of the command."""
        return shop.decider_of[type(self.command)].streams(self.command)

    def plan(self, plan: Plan) -> list[LogRow]:
        """Decide it."""
        return plan.decide(self.command, self.meta)


async def test_many_broken_rows_hide_no_later_one(log: Log, shop_database: Database) -> None:
    for _ in range(30):
        await opened(log)
    connection = await asyncpg.connect(shop_database.owner)
    await connection.execute("UPDATE log SET occurred_at = occurred_at + interval '1 hour' WHERE position <= 25")
    await connection.execute("UPDATE log SET data = '{\"x\":1}' WHERE position = 29")
    found = {problem.position for problem in (await verify(connection, "shop-svc", {})).problems}
    assert found == {*range(1, 26), 29}
    await connection.close()


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
INSTANTS = st.one_of(
    st.datetimes(timezones=ZONES).filter(lambda moment: 1 < moment.year < 9999),
    st.sampled_from([datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)]),
)
METAS = st.builds(
    Meta,
    command_id=st.just(uuid4()),
    actor=TEXTS,
    roles=st.lists(TEXTS, max_size=3).map(tuple),
    correlation_id=st.none() | st.uuids(),
    causation_id=st.none() | st.uuids(),
    traceparent=st.none() | TEXTS,
    occurred_at=st.none() | INSTANTS,
    authority=st.none() | TEXTS,
    expected=st.none(),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(meta=METAS, item=TEXTS)
async def test_whatever_is_written_is_read_back_with_the_same_digest(log: Log, meta: Meta, item: str) -> None:
    id = uuid4()
    written: Any = await log.submit(Known(OpenBasket(basket_id=id), meta._replace(command_id=uuid4())))
    written += await log.submit(Known(Fill(basket_id=id, item=item), meta._replace(command_id=uuid4())))
    for row in written:
        read = stored(await log.pool.fetchrow("SELECT * FROM log WHERE event_id = $1", row.event_id))
        assert (read, read.digest()) == (row, row.digest())
