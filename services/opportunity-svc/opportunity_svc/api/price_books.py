"""What everything costs."""

from collections.abc import Sequence
from datetime import date, datetime

from ltc_events import Currency
from ltc_runtime.edge import EVERYONE, Api, Body, Handle, NaturalKey, Page, Paging, Read, View
from pydantic import Field
from sqlalchemy import select

from .. import projections as shown
from ..domain import price_book
from ..domain.price_book import (
    BookCode,
    Items,
    PriceBelowNothing,
    PriceInOtherCurrency,
    PriceItem,
    ProductListedTwice,
    SetPriceBook,
    UnknownPriceBook,
    ValidityEndsBeforeItBegins,
    price_book_id,
)
from .roles import MANAGERS

price_books = Api("/price-books", stream=price_book.decider, natural=NaturalKey("code", BookCode, price_book_id))


class PriceBookBody(Body):
    """What everything costs; what the book said before no longer counts."""

    currency: Currency = Field(examples=["USD"])
    items: Items
    valid_from: date
    valid_to: date | None = Field(None, description="The last day; open end, if nothing is said.")


@price_books.act(
    "/{code}", roles=MANAGERS, refuses=(PriceInOtherCurrency, PriceBelowNothing, ProductListedTwice, ValidityEndsBeforeItBegins)
)
async def set_price_book(code: BookCode, body: PriceBookBody, handle: Handle) -> None:
    """Set a price book: make it, or replace what it says."""
    command = SetPriceBook(
        price_book_id=price_book_id(code),
        code=code,
        currency=body.currency,
        items=body.items,
        valid_from=body.valid_from,
        valid_to=body.valid_to,
        set_by=handle.actor,
    )
    return await handle(command)


class PriceBookRow(View):
    """A price book as lists show it."""

    code: str
    version: int
    currency: Currency
    valid_from: date
    valid_to: date | None
    set_by: str
    set_at: datetime


class PriceBookView(PriceBookRow):
    """A price book with its prices."""

    items: Sequence[PriceItem]
    actions: list[str]


@price_books.query("", roles=EVERYONE)
async def list_price_books(read: Read, paging: Paging, currency: Currency | None = None) -> Page[PriceBookRow]:
    """Price books, the one set last first."""
    table = shown.price_books.c
    found = select(*(column for column in table if column is not table["items"]))
    if currency is not None:
        found = found.where(table.currency == currency)
    return await read.page(found, key=(table.set_at, table.price_book_id), into=PriceBookRow, paging=paging)


@price_books.query("/{code}", roles=EVERYONE, refuses=(UnknownPriceBook,))
async def show_price_book(code: BookCode, read: Read) -> PriceBookView:
    """One price book."""
    id = price_book_id(code)
    found = select(shown.price_books).where(shown.price_books.c.price_book_id == id)
    row = await read.one(found, UnknownPriceBook, stream=price_book.decider.of(id))
    return PriceBookView(**row, actions=read.actions(("set_price_book",)))


price_books.history("/{code}/history", roles=EVERYONE, refuses=(UnknownPriceBook,))
