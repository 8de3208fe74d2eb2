"""What everything costs."""

import asyncio
from collections.abc import Sequence
from datetime import date, datetime

from ltc_events import Currency, Refusal, Sha256
from ltc_kit.difference import DifferenceHasChanged
from ltc_runtime.http import EVERYONE, Api, Body, Handle, NaturalKey, Page, Paging, Read, View
from pydantic import Field
from sqlalchemy import Date, and_, cast, func, or_, select

from .. import projections as shown
from ..price_book import rules as price_book
from ..price_book.rules import (
    MOST_ITEMS,
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
    read_items,
)
from .catalogue import CSV_BYTES, Csv, DifferenceView, SheetUnusable, difference_view, usable
from .roles import MANAGERS

price_books = Api("/price-books", stream=price_book.decider, natural=NaturalKey("code", BookCode, price_book_id))


class PriceFileEmpty(Refusal):
    """The file has no prices: a price book has at least one."""


class PriceFileTooLong(Refusal):
    """The file has more than {most} prices."""


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


class PriceFile(Body):
    """All prices of a book as a CSV file: what is not in it is no longer sold."""

    currency: Currency = Field(examples=["USD"])
    csv: Csv = Field(examples=["product,description,unit,list_price,tax_rate\nGTX Pro,A card,piece,100.00,0.13\n"])


@price_books.act("/{code}/difference", roles=MANAGERS, cap=2 * CSV_BYTES)
async def compare_price_book(code: BookCode, body: PriceFile, read: Read) -> DifferenceView:
    """What a file would change in a price book; nothing is changed yet."""
    found = select(shown.price_books.c["items"]).where(shown.price_books.c.price_book_id == price_book_id(code))
    row = await read.maybe(found)
    items = [PriceItem(**item) for item in row["items"]] if row else []
    old = {item.product: item for item in items}
    return await asyncio.to_thread(lambda: difference_view(old, read_items(body.csv, body.currency)))


class ApplyPriceFile(PriceFile):
    """The same file again, the difference that was read, and from when to when it is to hold."""

    difference_hash: Sha256
    valid_from: date
    valid_to: date | None = Field(None, description="The last day; open end, if nothing is said.")


@price_books.act(
    "/{code}/apply",
    roles=MANAGERS,
    cap=2 * CSV_BYTES,
    refuses=(SheetUnusable, DifferenceHasChanged, PriceFileEmpty, PriceFileTooLong, ValidityEndsBeforeItBegins),
)
async def apply_price_book(code: BookCode, body: ApplyPriceFile, handle: Handle) -> None:
    """Let a price book say what a file says, exactly by the difference that was read."""
    items = tuple(usable(await asyncio.to_thread(read_items, body.csv, body.currency)).rows.values())
    command = SetPriceBook(
        price_book_id=price_book_id(code),
        code=code,
        currency=body.currency,
        items=must_fit(items),
        valid_from=body.valid_from,
        valid_to=body.valid_to,
        difference_hash=body.difference_hash,
        set_by=handle.actor,
    )
    return await handle(command)


def must_fit(items: tuple[PriceItem, ...]) -> tuple[PriceItem, ...]:
    if not items:
        raise PriceFileEmpty
    if len(items) > MOST_ITEMS:
        raise PriceFileTooLong(most=MOST_ITEMS)
    return items


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


class PriceBookVersion(PriceBookRow):
    """A price book as it was."""

    items: Sequence[PriceItem]


@price_books.query("/{code}/versions", roles=EVERYONE)
async def list_price_book_versions(code: BookCode, read: Read, paging: Paging) -> Page[PriceBookRow]:
    """What a price book said, the newest version first."""
    table = shown.price_book_versions.c
    columns = [column for column in table if column is not table["items"]]
    found = select(*columns).where(table.price_book_id == price_book_id(code))
    return await read.page(found, key=(table.version,), into=PriceBookRow, paging=paging)


@price_books.query("/{code}/as-of/{day}", roles=EVERYONE, refuses=(UnknownPriceBook,))
async def show_price_book_as_of(code: BookCode, day: date, read: Read) -> PriceBookVersion:
    """The version that counted at the end of a day: of those set until then and valid on it, the last."""
    table = shown.price_book_versions.c
    counting = and_(table.valid_from <= day, or_(table.valid_to.is_(None), table.valid_to >= day))
    known = cast(func.timezone("UTC", table.set_at), Date) <= day
    found = select(shown.price_book_versions).where(table.price_book_id == price_book_id(code), known, counting)
    return PriceBookVersion(**await read.one(found.order_by(table.version.desc()).limit(1), UnknownPriceBook))


price_books.history("/{code}/history", roles=EVERYONE, refuses=(UnknownPriceBook,))
