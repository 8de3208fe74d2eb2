"""A price book: list prices of products in one currency, for a time."""

import re
from collections import Counter
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, TypeAlias
from uuid import UUID

from ltc_events import (
    Code,
    Command,
    Currency,
    Decider,
    Event,
    Money,
    Name,
    Rate,
    Refusal,
    Sha256,
    Unit,
    UserId,
    Value,
    derive_id,
    minor_units,
)
from ltc_kit.difference import difference, must_be_as_read
from ltc_kit.sheet import Cells, Sheet, read_sheet
from pydantic import ConfigDict, Field, StringConstraints

MOST_ITEMS = 5_000
COLUMNS = ("product", "description", "unit", "list_price", "tax_rate")
TAX_RATE = re.compile(r"(0(\.[0-9]{1,6})?|1)$")

BookCode = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._-]*$")]
"""A `Code` without slashes, because it is part of the book's address."""


class PriceItem(Value):
    """One product and its price."""

    model_config = ConfigDict(extra="forbid")

    product: Code
    description: Name
    unit: Unit
    list_price: Money
    """Per unit."""
    tax_rate: Rate


Items = Annotated[tuple[PriceItem, ...], Field(min_length=1, max_length=MOST_ITEMS)]


def price_book_id(code: str) -> UUID:
    """The stream of the price book called ``code``: a code is one book."""
    return derive_id("price-book", code)


class SetPriceBook(Command):
    """Set what everything costs from now on; what the book said before no longer counts."""

    code: BookCode
    currency: Currency
    items: Items
    valid_from: date
    valid_to: date | None = None
    """The last day; open end, if nothing is said."""
    difference_hash: Sha256 | None = None
    """The difference that was read, where the book is changed by a file."""
    set_by: UserId

    @property
    def price_book_id(self) -> UUID:
        """The stream of the price book."""
        return price_book_id(self.code)


class PriceBookSet(Event, type="ltc.opportunity.price-book-set.v1"):
    """This is what everything costs."""

    price_book_id: UUID
    code: Code
    version: int
    currency: Currency
    items: tuple[PriceItem, ...]
    valid_from: date
    valid_to: date | None = None
    difference_hash: Sha256 | None = None
    set_by: UserId


class UnknownPriceBook(Refusal):
    """There is no such price book."""

    status = 404


class PriceBookNotValid(Refusal):
    """Price book {code} is not valid on {day}."""


class UnknownProduct(Refusal):
    """Price book {code} has no product {product}."""


class ProductListedTwice(Refusal):
    """Product {product} is in the price book twice: one product has one price."""


class PriceInOtherCurrency(Refusal):
    """The price of {product} is not in {currency}, the currency of the price book."""


class PriceBelowNothing(Refusal):
    """The price of {product} is below zero."""


class ValidityEndsBeforeItBegins(Refusal):
    """The validity ends before it begins: {valid_to} is before {valid_from}."""


@dataclass(frozen=True, slots=True)
class NotSet:
    """No price book of this code is set."""


@dataclass(frozen=True, slots=True)
class Book:
    """What everything costs."""

    code: str
    version: int
    currency: str
    items: dict[str, PriceItem]
    valid_from: date
    valid_to: date | None

    def says(self, command: SetPriceBook) -> bool:
        """Whether the command changes nothing."""
        return (self.currency, self.items, self.valid_from, self.valid_to) == (
            command.currency,
            by_product(command.items),
            command.valid_from,
            command.valid_to,
        )

    def item(self, product: str) -> PriceItem:
        """The product and its price."""
        item = self.items.get(product)
        if item is None:
            raise UnknownProduct(code=self.code, product=product)
        return item


PriceBook: TypeAlias = NotSet | Book


def decide(book: PriceBook, command: SetPriceBook) -> list[PriceBookSet]:
    must_be_consistent(command)
    if isinstance(book, Book) and book.says(command):
        return []
    if command.difference_hash is not None:
        must_be_as_read(difference(book.items if isinstance(book, Book) else {}, by_product(command.items)), command.difference_hash)
    version = book.version + 1 if isinstance(book, Book) else 1
    return [PriceBookSet(price_book_id=command.price_book_id, **dict(command), version=version)]


def must_be_consistent(command: SetPriceBook) -> None:
    must_not_end_before_it_begins(command.valid_from, command.valid_to)
    for item in command.items:
        if item.list_price.currency != command.currency:
            raise PriceInOtherCurrency(product=item.product, currency=command.currency)
        if item.list_price.amount < 0:
            raise PriceBelowNothing(product=item.product)
    product, times = Counter(item.product for item in command.items).most_common(1)[0]
    if times > 1:
        raise ProductListedTwice(product=product)


def must_not_end_before_it_begins(valid_from: date, valid_to: date | None) -> None:
    if valid_to is not None and valid_to < valid_from:
        raise ValidityEndsBeforeItBegins(valid_from=valid_from.isoformat(), valid_to=valid_to.isoformat())


def must_be_valid(book: PriceBook, day: date) -> Book:
    """The price book, if it is valid on this day."""
    if isinstance(book, NotSet):
        raise UnknownPriceBook
    if day < book.valid_from or (book.valid_to is not None and day > book.valid_to):
        raise PriceBookNotValid(code=book.code, day=day.isoformat())
    return book


def evolve(book: PriceBook, event: PriceBookSet) -> PriceBook:
    return Book(event.code, event.version, event.currency, by_product(event.items), event.valid_from, event.valid_to)


def by_product(items: tuple[PriceItem, ...]) -> dict[str, PriceItem]:
    """What each product costs."""
    return {item.product: item for item in items}


def read_items(text: str, currency: str) -> Sheet[PriceItem]:
    """The prices of a CSV file; those of a price book are all in one currency."""
    return read_sheet(text, COLUMNS, lambda cells: item_of(cells, currency), lambda item: item.product)


def item_of(cells: Cells, currency: str) -> PriceItem:
    """One line of the file."""
    price = Money(amount=minor_units(cells["list_price"], currency), currency=currency)
    if price.amount < 0:
        raise ValueError("list_price: it is below nothing")
    return PriceItem(
        product=cells["product"],
        description=cells["description"],
        unit=cells["unit"],
        list_price=price,
        tax_rate=Decimal(cells["tax_rate"]) if TAX_RATE.match(cells["tax_rate"]) else not_a_rate(cells["tax_rate"]),
    )


def not_a_rate(text: str) -> Decimal:
    raise ValueError(f"tax_rate: {text[:40]!r} is not a share such as 0.13")


decider: Decider[PriceBook, SetPriceBook, PriceBookSet] = Decider(
    kind="price-book",
    id="price_book_id",
    initial=NotSet(),
    decide=decide,
    evolve=evolve,
    commands=SetPriceBook,
    events=PriceBookSet,
    shared=True,
)
