"""What we can deliver, and what it costs us."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any

from ltc_events import Code, Money, Name, Refusal, Sha256
from ltc_kit.difference import Difference, DifferenceHasChanged, difference
from ltc_kit.sheet import InvalidLine, Sheet
from ltc_runtime.http import EVERYONE, Api, Body, Handle, Page, Paging, Read, View, matching
from pydantic import Field, StringConstraints
from sqlalchemy import or_, select

from .. import projections as shown
from ..catalogue import rules as domain
from ..catalogue.rules import CATALOGUE_ID, MOST_PRODUCTS, CostBelowNothing, Product, ProductTwice, SetCatalogue, overlaps, read_products
from ..price_book.rules import ValidityEndsBeforeItBegins
from .roles import MANAGERS

catalogue = Api("/catalogue", stream=domain.decider)
CSV_BYTES = 4_000_000
Csv = Annotated[str, StringConstraints(min_length=1, max_length=CSV_BYTES)]


class SheetUnusable(Refusal):
    """The file has lines that cannot be taken over: {lines}. Ask for its difference, which says why of each."""


class CatalogueTooLong(Refusal):
    """The file has more than {most} rows."""


class CatalogueFile(Body):
    """The whole catalogue as a CSV file: what is not in it is removed."""

    csv: Csv = Field(examples=["product,name,name_zh,unit,cost,currency,valid_from\nGTX Pro,A card,显卡,piece,60.00,USD,2026-01-01\n"])


class DifferenceView(View):
    """What would change; `difference_hash` is what applying it is bound to."""

    difference_hash: Sha256
    added: int
    changed: int
    removed: int
    difference: Difference
    invalid: Sequence[InvalidLine] = Field(description="Lines that cannot be taken over; as long as there are any, nothing can.")


@catalogue.act("/difference", roles=MANAGERS, cap=2 * CSV_BYTES)
async def compare_catalogue(body: CatalogueFile, read: Read) -> DifferenceView:
    """What a file would change in the catalogue; nothing is changed yet."""
    old = await current(read)
    return await asyncio.to_thread(lambda: difference_view(old, sheet_of(body.csv)))  # a long file keeps nobody else waiting


class ApplyCatalogue(CatalogueFile):
    """The same file again, and the difference that was read."""

    difference_hash: Sha256


@catalogue.act(
    "",
    roles=MANAGERS,
    cap=2 * CSV_BYTES,
    refuses=(SheetUnusable, CatalogueTooLong, DifferenceHasChanged, ProductTwice, CostBelowNothing, ValidityEndsBeforeItBegins),
)
async def apply_catalogue(body: ApplyCatalogue, handle: Handle) -> None:
    """Let the catalogue say what a file says, exactly by the difference that was read."""
    sheet = usable(await asyncio.to_thread(sheet_of, body.csv))
    if len(sheet.rows) > MOST_PRODUCTS:
        raise CatalogueTooLong(most=f"{MOST_PRODUCTS:,}")
    command = SetCatalogue(
        catalogue_id=CATALOGUE_ID, products=tuple(sheet.rows.values()), difference_hash=body.difference_hash, set_by=handle.actor
    )
    return await handle(command)


class ProductRow(View):
    """A product, as it is for a time."""

    product: str
    name: str
    name_zh: str | None
    unit: str
    cost: Money | None = Field(description="What one unit costs us.")
    valid_from: date
    valid_to: date | None
    options: list[str] = Field(description="Products that may be chosen in its place.")
    attributes: dict[str, str]
    version: int = Field(description="The version of the catalogue that wrote this row.")
    changed_by: str
    changed_at: datetime


@catalogue.query("", roles=EVERYONE)
async def list_products(
    read: Read, paging: Paging, on: date | None = None, product: Code | None = None, name: Name | None = None
) -> Page[ProductRow]:
    """Products and their times; as of a day, by product, by a part of the name in either language."""
    table = shown.products.c
    found = select(shown.products).where(*matching({table.product: product}))
    if on is not None:
        found = found.where(table.valid_from <= on, or_(table.valid_to.is_(None), table.valid_to >= on))
    if name is not None:
        found = found.where(or_(table.name.icontains(name, autoescape=True), table.name_zh.icontains(name, autoescape=True)))
    return await read.page(found, key=(table.product, table.valid_from), into=product_row, paging=paging, newest_first=False)


async def current(read: Read) -> dict[str, Product]:
    """The catalogue as it is, by the key of its rows."""
    columns = [column for column in shown.products.c if column.key not in ("version", "changed_by", "changed_at")]
    rows = [product_in(row) for row in await read.all(select(*columns))]
    return {row.key: row for row in rows}


def product_in(row: Mapping[str, Any]) -> Product:
    return Product(**{name: value for name, value in row.items() if name != "currency"} | {"cost": cost_in(row)})


def cost_in(row: Mapping[str, Any]) -> Money | None:
    return None if row["cost"] is None else Money(amount=row["cost"], currency=row["currency"])


def product_row(**row: Any) -> ProductRow:
    return ProductRow(**{name: value for name, value in row.items() if name != "currency"} | {"cost": cost_in(row)})


def sheet_of(text: str) -> Sheet[Product]:
    """What the file says; where times of a product overlap, the later line is at fault."""
    sheet = read_products(text)
    twice = [
        InvalidLine(line=sheet.lines[after.key], reason=f"{after.product} is there for {after.valid_from} already")
        for before, after in overlaps(sheet.rows.values())
    ]
    return Sheet(sheet.rows, (*sheet.invalid, *twice), sheet.lines)


def difference_view(old: Mapping[str, Any], sheet: Sheet[Any]) -> DifferenceView:
    step = difference(old, sheet.rows)
    return DifferenceView(
        difference_hash=step.hash,
        added=len(step.added),
        changed=len(step.changed),
        removed=len(step.removed),
        difference=step,
        invalid=sheet.invalid,
    )


def usable(sheet: Sheet[Any]) -> Sheet[Any]:
    if sheet.invalid:
        raise SheetUnusable(lines=[each.line for each in sheet.invalid])
    return sheet
