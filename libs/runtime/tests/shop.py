"""A service small enough to test the machine with: baskets that are opened, filled and closed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias
from uuid import UUID

from ltc_events import Command, Decider, Event, PublishedEvent, Refusal, States, Stream, change, on, projection, put
from ltc_runtime.service import Feature, Service
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

    def reads(self) -> Sequence[Stream]:
        return [basket.of(self.basket_id), basket.of(self.into)]


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
BasketCommand: TypeAlias = OpenBasket | Fill | Close | Pour
BasketEvent: TypeAlias = BasketOpened | Filled | BasketClosed


def decide(states: States, command: BasketCommand) -> list[BasketEvent]:
    state = states.of(basket, command.basket_id)
    match command:
        case OpenBasket(basket_id=basket_id):
            return [BasketOpened(basket_id=basket_id)] if isinstance(state, Nothing) else []
        case Fill(basket_id=basket_id, item=item):
            return [Filled(basket_id=basket_id, item=item, count=must_be_open(state).count + 1)]
        case Close(basket_id=basket_id):
            return [BasketClosed(basket_id=basket_id, count=must_be_open(state).count)]
        case Pour(basket_id=basket_id, into=into):
            target = must_be_open(states.of(basket, into))
            poured = [Filled(basket_id=into, item="poured", count=target.count + n + 1) for n in range(must_be_open(state).count)]
            return [BasketClosed(basket_id=basket_id, count=0), *poured]


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
    kind="basket", id="basket_id", initial=Nothing(), decide_many=decide, evolve=evolve, commands=BasketCommand, events=BasketEvent
)  # fmt: skip


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

shop = Service("shop-svc", Feature(deciders=(basket,), projections=(baskets,)))
