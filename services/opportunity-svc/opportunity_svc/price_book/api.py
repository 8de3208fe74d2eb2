"""Set price books, item by item or by a file."""

import asyncio
from datetime import date

from ltc_events import Currency, Refusal, Sha256
from ltc_kit.difference import DifferenceHasChanged
from ltc_kit.sheet import CSV_BYTES, Csv, SheetUnusable
from ltc_runtime.http import Api, Body, Handle, NaturalKey, Role
from pydantic import Field

from .rules import (
    MOST_ITEMS,
    BookCode,
    Items,
    PriceBelowNothing,
    PriceInOtherCurrency,
    PriceItem,
    ProductListedTwice,
    SetPriceBook,
    ValidityEndsBeforeItBegins,
    decider,
    price_book_id,
    read_items,
)

MANAGERS: tuple[Role, ...] = ("sales_manager",)

price_books = Api("/price-books", stream=decider, natural=NaturalKey("code", BookCode, price_book_id))


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
    """Set a price book: create it, or replace what it says."""
    return await handle(SetPriceBook(code=code, **body.__dict__, set_by=handle.actor))


class PriceFile(Body):
    """All prices of a book as a CSV file: what is not in it is no longer sold."""

    currency: Currency = Field(examples=["USD"])
    csv: Csv = Field(examples=["product,description,unit,list_price,tax_rate\nGTX Pro,A card,piece,100.00,0.13\n"])


class ApplyPriceFile(PriceFile):
    """The same file again, the difference that was read, and the first and last day of validity."""

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
    """Replace a price book by a file, exactly by the difference that was read."""
    sheet = (await asyncio.to_thread(read_items, body.csv, body.currency)).must_be_usable()
    said = body.model_dump(include={"currency", "valid_from", "valid_to", "difference_hash"})
    return await handle(SetPriceBook(code=code, items=must_fit(tuple(sheet.rows.values())), **said, set_by=handle.actor))


def must_fit(items: tuple[PriceItem, ...]) -> tuple[PriceItem, ...]:
    if not items:
        raise PriceFileEmpty
    if len(items) > MOST_ITEMS:
        raise PriceFileTooLong(most=MOST_ITEMS)
    return items
