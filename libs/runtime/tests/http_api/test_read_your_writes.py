"""Reading one's own write elsewhere waits until it was heard, and reacted to."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest_asyncio
from desk import Client, ForgetGuest, GuestForgotten, code_of, desk
from ltc_events import Command, Event, PublishedEvent, Stream
from ltc_events.policy import NamedPolicy
from ltc_runtime.http.app import create_app
from ltc_runtime.http.issuer import Issuer
from ltc_runtime.log import ConsumedRow, Log, Meta, open_log
from ltc_runtime.log.plan import Plan
from ltc_runtime.service import Feature, Service
from ltc_runtime.settings import Settings
from machine import Database


class DoorOpened(PublishedEvent, type="ltc.door.opened.v1"):
    admission: int


def greet(event: DoorOpened) -> list[Command]:
    return []


class BellRung(PublishedEvent, type="ltc.door.bell-rung.v1"):
    admission: int


def mourn(event: GuestForgotten) -> list[Command]:
    return []


policies = (NamedPolicy("greet", DoorOpened, greet), NamedPolicy("mourn", GuestForgotten, mourn))
listening = Service("desk-svc", Feature(api=desk.apis, deciders=desk.deciders, policies=policies, projections=desk.projections))
DOOR = uuid4()


class Hear:
    """One fact of door-svc, as hearing appends it."""

    streams: tuple[()] = ()
    fresh: tuple[()] = ()
    tails = ((DOOR, 0),)

    def __init__(self, position: int, kind: type[Event] = DoorOpened) -> None:
        self.position = position
        self.kind = kind
        self.event_id, self.deal = uuid4(), uuid4()

    def plan(self, plan: Plan) -> int:
        told = ConsumedRow(
            self.event_id, "door-svc", DOOR, self.position, 0, b"x" * 32, 0, "door", uuid4(), 1, self.kind.event_type, "bob",
            self.deal, None, None,
            datetime.now(UTC), b'{"door":1}',
        )  # fmt: skip
        plan.consume([told])
        return plan.head


@dataclass
class Consequence:
    """What a reaction to a fact decided."""

    cause: Hear
    guest_id: UUID = field(default_factory=uuid4)
    fresh: tuple[()] = ()
    tails: tuple[()] = ()

    @property
    def streams(self) -> tuple[Stream]:
        return (Stream("guest", self.guest_id),)

    def plan(self, plan: Plan) -> None:
        meta = Meta(uuid4(), "service:desk-svc", correlation_id=self.cause.deal, causation_id=self.cause.event_id)
        plan.decide(ForgetGuest(guest_id=self.guest_id), meta)


class Advance:
    """All policies have passed a position."""

    streams: tuple[()] = ()
    fresh: tuple[()] = ()
    tails: tuple[()] = ()

    def __init__(self, old: int, new: int) -> None:
        self.old, self.new = old, new

    def plan(self, plan: Plan) -> None:
        for policy in ("greet", "mourn"):
            plan.advance(f"react:{policy}", self.old, self.new)


@pytest_asyncio.fixture
async def log(desk_database: Database) -> AsyncIterator[Log]:
    opened = await open_log(desk_database.login, listening)
    await opened.pool.execute(
        "INSERT INTO checkpoint (name, position, updated_at) SELECT 'react:' || name, 0, now()"
        " FROM unnest(ARRAY['greet', 'mourn', 'old']) name"
    )
    yield opened
    await opened.stop()


@pytest_asyncio.fixture
async def listener(log: Log, settings: Settings, issuer: Issuer) -> AsyncIterator[Client]:
    async with Client(create_app(listening, log, settings), issuer) as opened:
        yield opened


def after(client: Client, position: str) -> dict[str, str]:
    return {**client.as_("sales"), "ltc-after": position}


async def test_a_fact_that_is_not_heard_in_time_is_not_waited_for_longer(listener: Client) -> None:
    answer = await listener.get("/guests", headers=after(listener, "door-svc@7"))
    assert (answer.status_code, code_of(answer), answer.headers["retry-after"]) == (503, "not-caught-up", "1")


async def test_a_reader_waits_until_the_fact_is_heard_and_reacted_to(listener: Client, log: Log) -> None:
    reading = asyncio.create_task(listener.get("/guests", headers=after(listener, "door-svc@7")))
    await asyncio.sleep(0.03)
    await log.submit(Hear(7))
    await asyncio.sleep(0.03)
    assert not reading.done()
    await log.submit(Advance(0, 1))
    assert (await reading).status_code == 200


async def test_a_reader_waits_until_what_the_reaction_decided_was_reacted_to_as_well(listener: Client, log: Log) -> None:
    heard = Hear(7)
    await log.submit(heard)
    await log.submit(Consequence(heard))
    await log.submit(Advance(0, 1))
    reading = asyncio.create_task(listener.get("/guests", headers=after(listener, "door-svc@7")))
    await asyncio.sleep(0.05)
    assert not reading.done()
    await log.submit(Advance(1, 2))
    assert (await reading).status_code == 200


async def test_what_no_policy_follows_is_not_waited_for(listener: Client, log: Log) -> None:
    await log.submit(Hear(7, BellRung))
    assert (await listener.get("/guests", headers=after(listener, "door-svc@7"))).status_code == 200


async def test_what_was_heard_long_ago_is_not_waited_for(listener: Client, log: Log) -> None:
    await log.submit(Hear(7))
    await log.submit(Advance(0, 1))
    assert (await listener.get("/guests", headers=after(listener, "door-svc@7"))).status_code == 200


async def test_the_whole_position_header_may_be_given_back(listener: Client, log: Log) -> None:
    await log.submit(Hear(7))
    await log.submit(Advance(0, 1))
    assert (await listener.get("/guests", headers=after(listener, "door-svc@9; told=7"))).status_code == 200
    assert (await listener.get("/guests", headers=after(listener, "door-svc@7, desk-svc@1"))).status_code == 200
