"""Price books as they are and as they were, and what a file would change in one."""

import asyncio
from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from ltc_events import Currency, Fact, projection
from ltc_events.read_model import Key, ReadModel, on, put
from ltc_kit.sheet import CSV_BYTES, FileDifference, file_difference
from ltc_runtime.http import EVERYONE, Page, Paging, Read
from pydantic import Field
from sqlalchemy import Date, and_, cast, func, or_, select

from .api import MANAGERS, PriceFile, price_books
from .rules import BookCode, PriceBookSet, PriceItem, UnknownPriceBook, decider, price_book_id, read_items

# ── rows ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


class PriceBookRow(ReadModel):
    """A price book as lists show it."""

    price_book_id: Key[UUID] = Field(exclude=True)
    code: str
    version: int
    currency: Currency
    valid_from: date
    valid_to: date | None
    set_by: str
    set_at: datetime


class PriceBookContent(PriceBookRow, table="price_book"):
    """A price book with its prices."""

    items: Sequence[PriceItem]


class PriceBookVersion(PriceBookRow, table="price_book_version"):
    """A price book as it was."""

    version: Key[int]
    items: Sequence[PriceItem]


def set_at(book: PriceBookSet, fact: Fact) -> datetime:
    return fact.occurred_at


price_book_list = projection("price_book", on(PriceBookSet, put(PriceBookContent, set_at=set_at)), version=2)
price_book_version = projection("price_book_version", on(PriceBookSet, put(PriceBookVersion, set_at=set_at)), version=2)


# ── queries ───────────────────────────────────────────────────────────────────────────────────────────────────────────


class PriceBookView(PriceBookContent):
    """A price book with its prices, and what the caller may do now."""

    actions: list[str]


@price_books.act("/{code}/difference", roles=MANAGERS, cap=2 * CSV_BYTES)
async def compare_price_book(code: BookCode, body: PriceFile, read: Read) -> FileDifference:
    """What a file would change in a price book; nothing is changed yet."""
    books = await read.rows(PriceBookContent, price_book_id=price_book_id(code))
    old = {item.product: item for book in books for item in book.items}
    return await asyncio.to_thread(lambda: file_difference(old, read_items(body.csv, body.currency)))


@price_books.query("", roles=EVERYONE)
async def list_price_books(read: Read, paging: Paging, currency: Currency | None = None) -> Page[PriceBookRow]:
    """Price books, the one set last first."""
    return await read.page_of_part(PriceBookRow, PriceBookContent, ("set_at", "price_book_id"), paging, currency=currency)


@price_books.query("/{code}", roles=EVERYONE, refuses=(UnknownPriceBook,))
async def show_price_book(code: BookCode, read: Read) -> PriceBookView:
    """One price book."""
    id = price_book_id(code)
    row = await read.row(PriceBookContent, UnknownPriceBook, stream=decider.of(id), price_book_id=id)
    return PriceBookView(**dict(row), actions=read.actions(("set_price_book",)))


@price_books.query("/{code}/versions", roles=EVERYONE)
async def list_price_book_versions(code: BookCode, read: Read, paging: Paging) -> Page[PriceBookRow]:
    """What a price book said, the newest version first."""
    return await read.page_of_part(PriceBookRow, PriceBookVersion, ("version",), paging, price_book_id=price_book_id(code))


@price_books.query("/{code}/as-of/{day}", roles=EVERYONE, refuses=(UnknownPriceBook,))
async def show_price_book_as_of(code: BookCode, day: date, read: Read) -> PriceBookVersion:
    """The version that counted at the end of a day: of those set until then and valid on it, the last."""
    table = PriceBookVersion.table.c
    valid = and_(table.valid_from <= day, or_(table.valid_to.is_(None), table.valid_to >= day))
    known = cast(func.timezone("UTC", table.set_at), Date) <= day
    found = select(PriceBookVersion.table).where(table.price_book_id == price_book_id(code), known, valid)
    return PriceBookVersion(**await read.one(found.order_by(table.version.desc()).limit(1), UnknownPriceBook))


price_books.history("/{code}/history", roles=EVERYONE, refuses=(UnknownPriceBook,))
