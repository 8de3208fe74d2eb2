"""Document numbers: unique whoever gives them, of a block per process, gaps allowed."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from ltc_events import Command, Decider, Event, Refusal
from ltc_events.filled import NewNumber
from ltc_events.projection import projection
from ltc_events.read_model import Indexed, Key, ReadModel, on, put
from ltc_kit.number_series import BLOCK, NumberSeries
from ltc_runtime.clock import Clock, set_offset
from ltc_runtime.log import AlreadyThere, Log, Meta, Plan, open_log
from ltc_runtime.service import Feature, Service
from ltc_stack.postgres import Postgres
from machine import Database, database, template


class DraftOffer(Command):
    offer_id: UUID
    offer_no: NewNumber = None
    to: str = "a customer"


class OfferDrafted(Event, type="ltc.offer.offer-drafted.v1"):
    offer_id: UUID
    offer_no: str | None = None
    to: str


class NobodyThere(Refusal):
    """An offer is made to a customer."""


class OfferRow(ReadModel, table="offer_list"):
    offer_id: Key[UUID]
    offer_no: Indexed[str | None]
    to: str


def decide(drafted: bool, command: DraftOffer) -> list[OfferDrafted]:
    if command.to == "":
        raise NobodyThere
    return [] if drafted else [OfferDrafted(**dict(command))]


offers: Decider[bool, DraftOffer, OfferDrafted] = Decider(
    kind="offer", id="offer_id", initial=False, decide=decide, evolve=lambda drafted, event: True, commands=DraftOffer, events=OfferDrafted
)  # fmt: skip
offer_svc = Service(
    "offer-svc",
    Feature(deciders=(offers,), projections=(projection("offers", on(OfferDrafted, put(OfferRow))),), numbers=NumberSeries("Q")),
)
YEAR = datetime.now(UTC).year


class Work:
    """Some commands, decided together: all or none."""

    def __init__(self, *commands: DraftOffer, id: UUID | None = None) -> None:
        self.commands = commands
        self.ids = [id or uuid4() for _ in commands]
        self.fresh: Sequence[Any] = ()
        self.tails: Sequence[Any] = ()
        self.streams = [offers.of(command.offer_id) for command in commands]

    def plan(self, plan: Plan) -> list[str | None]:
        rows = [row for command, id in zip(self.commands, self.ids, strict=True) for row in plan.decide(command, Meta(id, "tester"))]
        return [row.event.offer_no for row in rows if isinstance(row.event, OfferDrafted)]


def offer(**said: Any) -> DraftOffer:
    return DraftOffer(offer_id=uuid4(), **said)


async def given(log: Log, *commands: DraftOffer) -> str | None:
    (number,) = await log.submit(Work(*commands or (offer(),)))
    return number


def numbers(first: int, last: int, year: int = YEAR) -> list[str]:
    return [f"Q-{year}-{number:05}" for number in range(first, last + 1)]


@pytest.fixture(scope="module")
async def offer_template(postgres: Postgres) -> str:
    return await template(postgres, offer_svc)


@pytest.fixture
async def offer_database(postgres: Postgres, offer_template: str) -> Database:
    return await database(postgres, offer_template)


@pytest.fixture
async def log(offer_database: Database, tmp_path: Path) -> AsyncIterator[Log]:
    opened = await open_log(offer_database.login, offer_svc, Clock(tmp_path / "clock"))
    yield opened
    await opened.stop()


@pytest.fixture
async def other_log(offer_database: Database) -> AsyncIterator[Log]:
    """A second process's view of the same log."""
    opened = await open_log(offer_database.login, offer_svc)
    yield opened
    await opened.stop()


async def test_each_document_gets_the_next_number_and_a_block_is_taken_once(log: Log) -> None:
    each = [await given(log) for _ in range(3)]
    together = await asyncio.gather(*(given(log) for _ in range(BLOCK)))
    assert each + together == numbers(1, BLOCK + 3)
    shown = await log.pool.fetch("SELECT offer_no FROM read.offer_list")
    assert sorted(row["offer_no"] for row in shown) == numbers(1, BLOCK + 3)
    types = Counter(row["type"] for row in await log.pool.fetch("SELECT type FROM log"))
    assert types == {"ltc.offer.offer-drafted.v1": BLOCK + 3, "ltc.kit.numbers-taken.v1": 2}


async def test_a_block_is_a_fact_of_the_deal_that_needed_it(log: Log) -> None:
    await given(log)
    block, drafted = await log.pool.fetch("SELECT position, type, actor, correlation_id, version FROM log ORDER BY position")
    assert (block["type"], block["actor"], block["version"]) == ("ltc.kit.numbers-taken.v1", "tester", 1)
    assert block["correlation_id"] == drafted["correlation_id"]


async def test_two_processes_never_give_the_same_number(log: Log, other_log: Log) -> None:
    given_by = await asyncio.gather(*(given(each) for _ in range(2 * BLOCK) for each in (log, other_log)))
    assert len(set(given_by)) == 4 * BLOCK
    rows = await log.pool.fetch("SELECT data->>'first' AS first, data->>'last' AS last FROM log WHERE type = 'ltc.kit.numbers-taken.v1'")
    blocks = sorted((int(row["first"]), int(row["last"])) for row in rows)
    assert blocks == [(1 + BLOCK * n, BLOCK * (n + 1)) for n in range(len(blocks))]
    assert set(given_by) <= set(numbers(1, blocks[-1][1]))


async def test_what_is_refused_or_was_done_before_takes_no_number(log: Log) -> None:
    first = offer()
    assert await given(log, first) == numbers(1, 1)[0]
    with pytest.raises(NobodyThere):
        await given(log, offer(to=""))
    assert await log.submit(Work(first)) == []
    assert await given(log) == numbers(2, 2)[0]


async def test_a_block_that_a_failing_command_took_is_not_taken(log: Log) -> None:
    done = await asyncio.gather(log.submit(Work(offer(), offer(to=""))), given(log), return_exceptions=True)
    assert isinstance(done[0], NobodyThere)
    assert done[1] == numbers(1, 1)[0]
    assert await log.pool.fetchval("SELECT count(*) FROM log") == 2


async def test_a_batch_that_the_database_refuses_gives_no_number_twice(log: Log) -> None:
    once = uuid4()
    assert await log.submit(Work(offer(), id=once)) == numbers(1, 1)
    again = Work(offer(), id=once)
    done = await asyncio.gather(given(log), log.submit(again), given(log), return_exceptions=True)
    assert isinstance(done[1], AlreadyThere)
    kept = [row["offer_no"] for row in await log.pool.fetch("SELECT offer_no FROM read.offer_list")]
    assert sorted(kept) == sorted({*numbers(1, 1), str(done[0]), str(done[2])})


async def test_a_process_that_starts_again_leaves_a_gap(log: Log, other_log: Log) -> None:
    assert [await given(log), await given(other_log), await given(log)] == [*numbers(1, 1), *numbers(BLOCK + 1, BLOCK + 1), *numbers(2, 2)]


async def test_numbers_held_by_a_connection_that_broke_are_not_given_again(log: Log) -> None:
    await given(log)
    connection = log.group._connection
    assert connection is not None
    backend = await connection.fetchval("SELECT pg_backend_pid()")
    admin = await asyncpg.connect(log.dsn)
    await admin.execute("SELECT pg_terminate_backend($1)", backend)
    await admin.close()
    assert await given(log) == numbers(BLOCK + 1, BLOCK + 1)[0]


async def test_a_year_begins_with_one(log: Log, tmp_path: Path) -> None:
    assert await given(log) == numbers(1, 1)[0]
    next_year = datetime(YEAR + 1, 1, 1, 12, tzinfo=UTC)
    set_offset(tmp_path / "clock", next_year - datetime.now(UTC))
    log.clock._looked = float("-inf")  # see it at once
    assert [await given(log), await given(log)] == numbers(1, 2, YEAR + 1)


async def test_a_number_that_is_given_stays(log: Log) -> None:
    assert await given(log, offer(offer_no="Q-1999-00004")) == "Q-1999-00004"
    assert await given(log) == numbers(1, 1)[0]


def test_a_feature_with_numbered_commands_names_their_series() -> None:
    with pytest.raises(TypeError, match=r"DraftOffer\.offer_no gets a number"):
        _ = Service("offer-svc", Feature(deciders=(offers,))).numbered
