"""A service small enough to test the machine with: baskets that are opened, filled and closed."""

from dataclasses import dataclass
from typing import TypeAlias
from uuid import UUID

from ltc_events import Command, Decider, Event, JointDecider, PublishedEvent, Refusal, States, Stream, change, on, projection, put
from ltc_runtime.service import Service
from sqlalchemy import BigInteger, CheckConstraint, Column, MetaData, Table, Text
from sqlalchemy.dialects.postgresql import UUID as PgUUID


class OpenBasket(Command):
    basket_id: UUID


class Fill(Command):
    basket_id: UUID
    item: str


class Close(Command):
    basket_id: UUID


class Pour(Command):
    """Everything of one basket into another."""

    basket_id: UUID
    into: UUID


class BasketOpened(PublishedEvent, type="ltc.shop.basket-opened.v1"):
    basket_id: UUID


class Filled(Event, type="ltc.shop.filled.v1"):
    basket_id: UUID
    item: str
    count: int


class BasketClosed(PublishedEvent, type="ltc.shop.basket-closed.v1"):
    basket_id: UUID
    count: int


class NoBasket(Refusal):
    """There is no such basket."""


class BasketIsClosed(Refusal):
    """The basket is closed."""


@dataclass(frozen=True)
class Nothing:
    pass


@dataclass(frozen=True)
class Open:
    count: int


@dataclass(frozen=True)
class Done:
    count: int


Basket: TypeAlias = Nothing | Open | Done
BasketCommand: TypeAlias = OpenBasket | Fill | Close
BasketEvent: TypeAlias = BasketOpened | Filled | BasketClosed


def decide(basket: Basket, command: BasketCommand) -> list[BasketEvent]:
    match command:
        case OpenBasket(basket_id=basket_id):
            return [BasketOpened(basket_id=basket_id)] if isinstance(basket, Nothing) else []
        case Fill(basket_id=basket_id, item=item):
            return [Filled(basket_id=basket_id, item=item, count=must_be_open(basket).count + 1)]
        case Close(basket_id=basket_id):
            return [BasketClosed(basket_id=basket_id, count=must_be_open(basket).count)]


def must_be_open(basket: Basket) -> Open:
    match basket:
        case Nothing():
            raise NoBasket
        case Open():
            return basket
        case Done():
            raise BasketIsClosed


def evolve(basket: Basket, event: BasketEvent) -> Basket:
    match event:
        case BasketOpened():
            return Open(0)
        case Filled(count=count):
            return Open(count)
        case BasketClosed(count=count):
            return Done(count)


basket: Decider[Basket, BasketCommand, BasketEvent] = Decider(
    kind="basket", id="basket_id", initial=Nothing(), decide=decide, evolve=evolve, commands=BasketCommand, events=BasketEvent
)  # fmt: skip


def pour(states: States, command: Pour) -> list[Event]:
    source, target = must_be_open(states.of(basket, command.basket_id)), must_be_open(states.of(basket, command.into))
    poured = [Filled(basket_id=command.into, item="poured", count=target.count + n + 1) for n in range(source.count)]
    return [BasketClosed(basket_id=command.basket_id, count=0), *poured]


def poured_streams(command: Pour) -> list[Stream]:
    return [basket.of(command.basket_id), basket.of(command.into)]


pouring = JointDecider(commands=Pour, streams=poured_streams, decide=pour, over=(basket,))

basket_list = Table(
    "basket_list",
    MetaData(schema="read"),
    Column("basket_id", PgUUID, primary_key=True),
    Column("status", Text, nullable=False),
    Column("count", BigInteger, CheckConstraint("count < 10", name="no_more_than_nine"), nullable=False),
    Column("last", Text),
)


def count_of(event: Filled) -> dict[str, object]:
    if event.item == "a stone":
        raise ValueError("a stone cannot be shown")
    return {"basket_id": event.basket_id, "count": event.count, "last": event.item}


baskets = projection(
    "baskets",
    on(BasketOpened, put(basket_list, lambda e: {"basket_id": e.basket_id, "status": "open", "count": 0, "last": None})),
    on(Filled, change(basket_list, count_of)),
    on(BasketClosed, change(basket_list, lambda e: {"basket_id": e.basket_id, "status": "closed", "count": e.count})),
)

shop = Service(name="shop-svc", api=(), decides=(basket, pouring), shows=(baskets,))
