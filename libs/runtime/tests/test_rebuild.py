"""A read model is built anew beside the one that serves, and swapped in while commands go on."""

import asyncio
import itertools
import signal
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from ltc_events import Command, Projection, on, projection, put
from ltc_runtime.log import Log, fold, migrate, model_build, open_log, swap
from ltc_runtime.log.errors import OtherModels
from ltc_runtime.log.rebuild import RebuildNotPossible, Rebuilt, compare, drop_previous, migration_lock, rebuild, rollback
from ltc_runtime.service import Feature, Service
from machine import LOGIN, Database
from newer_shop import newer_list, newer_shop
from shop import BasketOpened, Close, Fill, Filled, OpenBasket, baskets, shop
from test_log import Do, fetch

LONG = 0.5
"""Seconds no command may have waited: the locked stretch, on a machine that is busy."""


async def filled(log: Log, count: int) -> list[UUID]:
    """Baskets, some filled, some closed."""
    ids = [uuid4() for _ in range(count)]
    await asyncio.gather(*(log.submit(Do(OpenBasket(basket_id=id))) for id in ids))
    await asyncio.gather(*(log.submit(Do(Fill(basket_id=id, item="a"))) for id in ids[::2]))
    await asyncio.gather(*(log.submit(Do(Close(basket_id=id))) for id in ids[::3]))
    return ids


async def built_anew(database: Database, service: Service, *projections: Projection, tell: Any = model_build.no_progress) -> list[Rebuilt]:
    connection = await asyncpg.connect(database.owner)
    try:
        async with migration_lock(connection):
            return await rebuild(connection, service, projections, LOGIN, tell)
    finally:
        await connection.close()


async def rolled_back(database: Database, service: Service, names: Sequence[str] = ()) -> list[Rebuilt]:
    connection = await asyncpg.connect(database.owner)
    try:
        return await rollback(connection, service, names, LOGIN)
    finally:
        await connection.close()


async def must_equal_a_fold(database: Database, service: Service) -> None:
    connection = await asyncpg.connect(database.owner)
    for shown in service.projections:
        assert await compare(connection, service, shown) == []
    await connection.close()


class Writer:
    """Somebody who gives commands all the while."""

    def __init__(self, log: Log) -> None:
        self.log = log
        self.waited: list[float] = []
        self.answers: Counter[str] = Counter()
        self._numbers = itertools.count()

    async def write(self) -> None:
        while True:
            id = uuid4()
            for command in (OpenBasket(basket_id=id), Fill(basket_id=id, item="b"), Close(basket_id=id)):
                if not await self._give(command):
                    break
            await asyncio.sleep(0.002)

    async def _give(self, command: Command) -> bool:
        began = time.monotonic()
        try:
            await self.log.submit(Do(command))
        except OtherModels:
            self.answers["other models"] += 1
        else:
            self.answers["done"] += 1
            return True
        finally:
            self.waited.append(time.monotonic() - began)
        return False


@asynccontextmanager
async def writing(*logs: Log) -> AsyncIterator[list[Writer]]:
    writers = [Writer(log) for log in logs]
    tasks = [asyncio.create_task(writer.write()) for writer in writers for _ in range(2)]
    try:
        yield writers
        done = next((task for task in tasks if task.done()), None)
        if done is not None:
            done.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def test_commands_go_on_while_a_read_model_is_built_anew_and_the_result_is_that_of_a_fold(
    log: Log, other_log: Log, shop_database: Database
) -> None:
    await filled(log, 400)
    async with writing(log, other_log) as writers:
        await asyncio.sleep(0.3)
        before = [len(writer.waited) for writer in writers]
        for _ in range(3):
            (one,) = await built_anew(shop_database, shop, baskets)
            assert one.differences == []
        between = [len(writer.waited) for writer in writers]
        await asyncio.sleep(0.3)
    assert all(more > some for some, more in zip(before, between, strict=True)), "nothing was written meanwhile"
    assert all(writer.answers.keys() == {"done"} for writer in writers)
    assert max(max(writer.waited) for writer in writers) < LONG + one.locked_seconds
    await must_equal_a_fold(shop_database, shop)


async def test_a_read_model_too_large_for_memory_is_written_stretch_by_stretch_to_the_same_rows(
    log: Log, shop_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await filled(log, 60)
    monkeypatch.setattr("ltc_runtime.log.fold.CHUNK", 10)
    monkeypatch.setattr("ltc_runtime.log.fold.HELD", 300)
    monkeypatch.setattr("ltc_runtime.log.fold.STRETCH", 7)
    await must_equal_a_fold(shop_database, shop)
    (one,) = await built_anew(shop_database, shop, baskets)
    assert one.differences == []
    await must_equal_a_fold(shop_database, shop)


async def test_what_happens_between_the_fold_and_the_swap_is_caught_up(
    log: Log, shop_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, third = (await filled(log, 40))[1::6][:3]
    filled_beside, checked = fold.fill, model_build.ModelBuild.check

    async def fill(*arguments: Any) -> None:
        await filled_beside(*arguments)
        await log.submit(Do(Fill(basket_id=first, item="after the copy")))

    async def check(one: model_build.ModelBuild, meant_alike: bool) -> None:
        await log.submit(Do(Fill(basket_id=second, item="before the comparison")))
        await checked(one, meant_alike)
        await log.submit(Do(Close(basket_id=third)))

    monkeypatch.setattr(model_build, "fill", fill)
    monkeypatch.setattr(model_build.ModelBuild, "check", check)
    (one,) = await built_anew(shop_database, shop, baskets)
    assert one.position == log.head
    rows = {row["basket_id"]: row for row in await fetch(shop_database, "SELECT * FROM read.basket_list")}
    assert [rows[first]["last"], rows[second]["last"], rows[third]["status"]] == ["after the copy", "before the comparison", "closed"]
    await must_equal_a_fold(shop_database, shop)


async def test_a_changed_read_model_is_swapped_in_and_the_older_code_may_not_append_any_more(log: Log, shop_database: Database) -> None:
    ids = await filled(log, 60)
    newer = await open_log(shop_database.login, newer_shop)
    with pytest.raises(OtherModels):
        await newer.submit(Do(Fill(basket_id=ids[1], item="too early")))
    async with writing(log) as (writer,):
        await asyncio.sleep(0.2)
        assert await migrate(shop_database.owner, newer_shop, login=LOGIN, partitions=3) == ["baskets"]
        head = (await fetch(shop_database, "SELECT position FROM head"))[0]["position"]
        await asyncio.sleep(0.2)
    assert writer.answers["done"] > 0
    assert writer.answers["other models"] > 0
    assert max(writer.waited) < LONG
    assert (await fetch(shop_database, "SELECT position FROM head"))[0]["position"] == head, "the older code appended"
    await newer.submit(Do(Fill(basket_id=ids[1], item="now")))
    assert [row["newest"] for row in await fetch(shop_database, "SELECT newest FROM read.basket_list WHERE basket_id = $1", ids[1])] == [
        "now"
    ]
    await must_equal_a_fold(shop_database, newer_shop)
    await newer.stop()


async def test_a_read_model_that_is_added_or_taken_away_shuts_out_the_code_that_does_not_know_it(log: Log, shop_database: Database) -> None:
    id = (await filled(log, 4))[1]
    without = Service("shop-svc", Feature(deciders=shop.deciders))
    assert await migrate(shop_database.owner, without, login=LOGIN, partitions=3) == []
    with pytest.raises(OtherModels):
        await log.submit(Do(Fill(basket_id=id, item="b")))
    bare = await open_log(shop_database.login, without)
    await bare.submit(Do(Fill(basket_id=id, item="not shown")))
    await bare.stop()
    assert await migrate(shop_database.owner, shop, login=LOGIN, partitions=3) == ["baskets"]
    await log.submit(Do(Fill(basket_id=id, item="shown")))
    await must_equal_a_fold(shop_database, shop)


@pytest.mark.parametrize("point", ["copied", "exchanged"])
async def test_a_rebuild_killed_at_any_point_leaves_what_served_and_the_next_one_begins_clean(
    log: Log, shop_database: Database, point: str
) -> None:
    ids = await filled(log, 30)
    child = await asyncio.create_subprocess_exec(
        sys.executable, str(Path(__file__).parent / "rebuilder.py"), shop_database.owner, point, stdout=asyncio.subprocess.PIPE
    )
    assert child.stdout is not None
    assert (await asyncio.wait_for(child.stdout.readline(), 60)).strip() == b"here"
    waiting = asyncio.create_task(log.submit(Do(Fill(basket_id=ids[1], item="meanwhile"))))
    if point == "copied":
        await asyncio.wait_for(waiting, 30)  # nobody waits for what is built beside
    child.send_signal(signal.SIGKILL)
    await child.wait()
    await asyncio.wait_for(waiting, 30)
    await must_equal_a_fold(shop_database, shop)
    assert await migrate(shop_database.owner, newer_shop, login=LOGIN, partitions=3) == ["baskets"]
    await must_equal_a_fold(shop_database, newer_shop)
    left = "SELECT nspname FROM pg_namespace WHERE nspname IN ('rebuilt', 'folded_again', 'leaving') UNION SELECT name FROM rebuilding"
    assert await fetch(shop_database, left) == []


async def test_a_builder_that_stands_still_in_the_swap_is_thrown_out_by_the_server(
    log: Log, shop_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    (id, *_) = await filled(log, 2)
    monkeypatch.setattr(swap, "STAND_STILL_MS", 300)
    monkeypatch.setattr(swap, "say_models", lambda *_: asyncio.sleep(60))
    building = asyncio.create_task(built_anew(shop_database, shop, baskets))
    await asyncio.sleep(0.5)
    await asyncio.wait_for(log.submit(Do(OpenBasket(basket_id=uuid4()))), 30)
    building.cancel()
    await asyncio.gather(building, return_exceptions=True)
    await must_equal_a_fold(shop_database, shop)
    assert len(await fetch(shop_database, "SELECT FROM read.basket_list WHERE basket_id = $1", id)) == 1


async def test_whoever_reads_for_long_delays_the_swap_and_not_the_commands(log: Log, shop_database: Database) -> None:
    await filled(log, 10)
    reader = await asyncpg.connect(shop_database.owner)
    reading = reader.transaction()
    await reading.start()
    await reader.fetch("SELECT * FROM read.basket_list")
    async with writing(log) as (writer,):
        building = asyncio.create_task(built_anew(shop_database, shop, baskets))
        await asyncio.sleep(1.5)
        assert not building.done()
        await reading.rollback()
        await asyncio.wait_for(building, 30)
    await reader.close()
    assert writer.answers.keys() == {"done"}
    assert max(writer.waited) < LONG
    await must_equal_a_fold(shop_database, shop)


async def test_rows_that_were_wrong_are_mended_and_named(log: Log, shop_database: Database) -> None:
    ids = await filled(log, 3)
    await fetch(shop_database, "UPDATE read.basket_list SET count = 7 WHERE basket_id = $1", ids[1])
    (one,) = await built_anew(shop_database, shop, baskets)
    assert {difference.side for difference in one.differences} == {"live", "rebuilt"}
    assert all(str(ids[1]) in difference.row for difference in one.differences)
    await must_equal_a_fold(shop_database, shop)


async def test_a_projection_that_does_not_say_the_same_twice_is_not_swapped_in(log: Log, shop_database: Database) -> None:
    await filled(log, 3)
    numbers = itertools.count()
    fickle = projection(
        "baskets",
        on(BasketOpened, put(newer_list, lambda e: {"basket_id": e.basket_id, "open": 1, "items": next(numbers), "newest": None})),
        version=3,
    )
    with pytest.raises(RebuildNotPossible, match="gives different rows"):
        await built_anew(shop_database, Service("shop-svc", Feature(deciders=shop.deciders, projections=(fickle,))))
    await log.submit(Do(OpenBasket(basket_id=uuid4())))
    await must_equal_a_fold(shop_database, shop)


async def test_what_served_before_comes_back_caught_up_with_the_code_that_made_it(log: Log, shop_database: Database) -> None:
    ids = await filled(log, 20)
    await migrate(shop_database.owner, newer_shop, login=LOGIN, partitions=3)
    newer = await open_log(shop_database.login, newer_shop)
    await newer.submit(Do(Fill(basket_id=ids[1], item="in between")))
    with pytest.raises(RebuildNotPossible, match="made by another version"):
        await rolled_back(shop_database, newer_shop)
    (one,) = await rolled_back(shop_database, shop, ["baskets"])
    assert one.position == newer.head
    await log.submit(Do(Fill(basket_id=ids[1], item="after")))
    with pytest.raises(OtherModels):
        await newer.submit(Do(Fill(basket_id=ids[1], item="not any more")))
    await must_equal_a_fold(shop_database, shop)
    (again,) = await rolled_back(shop_database, newer_shop)  # and forth
    await newer.submit(Do(Fill(basket_id=ids[1], item="again")))
    assert again.position == one.position + 1
    await must_equal_a_fold(shop_database, newer_shop)
    await newer.stop()


async def test_a_rollback_that_would_leave_another_version_is_refused(log: Log, shop_database: Database) -> None:
    await filled(log, 2)
    await built_anew(shop_database, shop, baskets)
    more = Service("shop-svc", Feature(projections=(baskets, projection("more", on(Filled, put(newer_list, lambda e: {}))))))
    with pytest.raises(RebuildNotPossible, match="more would be left"):
        await rolled_back(shop_database, more)
    with pytest.raises(RebuildNotPossible, match="nothing is kept of orders"):
        await rolled_back(shop_database, shop, ["orders"])


async def test_what_is_kept_can_be_dropped_and_nothing_comes_back_then(log: Log, shop_database: Database) -> None:
    await filled(log, 2)
    await built_anew(shop_database, shop, baskets)
    connection = await asyncpg.connect(shop_database.owner)
    assert await drop_previous(connection, ["baskets"]) == ["baskets"]
    assert await connection.fetch("SELECT FROM pg_tables WHERE schemaname = 'previous'") == []
    await connection.close()
    with pytest.raises(RebuildNotPossible, match="nothing of shop-svc is kept"):
        await rolled_back(shop_database, shop)


async def test_how_far_it_is_is_told_and_can_be_looked_up(log: Log, shop_database: Database) -> None:
    await filled(log, 20)
    told: list[tuple[str, str, int, int]] = []
    await built_anew(shop_database, shop, baskets, tell=lambda *what: told.append(what))
    assert {status for _, status, _, _ in told} >= {"folding", "comparing"}
    assert told[-1][2:] == (log.head, log.head)


def test_every_numbered_change_of_the_tables_has_a_number_of_its_own() -> None:
    numbers = [file.name.split("_")[0] for file in (files("ltc_runtime.log") / "schema").iterdir()]
    assert len(numbers) == len(set(numbers))
