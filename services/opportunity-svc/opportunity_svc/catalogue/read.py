"""The catalogue, a row for each product and time; and what a file would change in it."""

import asyncio
from datetime import date, datetime

from ltc_events import Code, Fact, Money, Name, projection
from ltc_events.read_model import Key, ReadModel, on, put, remove
from ltc_kit.sheet import CSV_BYTES, FileDifference, file_difference
from ltc_runtime.http import EVERYONE, Page, Paging, Read, matching
from pydantic import Field
from sqlalchemy import ColumnElement, or_, select

from .api import MANAGERS, CatalogueFile, catalogue
from .rules import CatalogueChanged, Product, read_products


class ProductRow(ReadModel, table="catalogue_product"):
    """A product, as it is for a time."""

    product: Key[str]
    name: str
    name_zh: str | None
    unit: str
    cost: Money | None = Field(description="The cost of one unit.")
    currency: str | None = Field(exclude=True)
    valid_from: Key[date]
    valid_to: date | None
    options: list[str] = Field(description="Products that may be chosen in its place.")
    attributes: dict[str, str]
    version: int = Field(description="The version of the catalogue that wrote this row.")
    changed_by: str
    changed_at: datetime


def changed_at(product: Product, fact: Fact) -> datetime:
    return fact.occurred_at


catalogue_product = projection(
    "catalogue_product",
    on(CatalogueChanged, put(ProductRow, each="written", changed_at=changed_at), remove(ProductRow, each="removed")),
    version=2,
)


def valid_on(day: date) -> ColumnElement[bool]:
    """The rows of products as they are on this day."""
    table = ProductRow.table.c
    return (table.valid_from <= day) & or_(table.valid_to.is_(None), table.valid_to >= day)


@catalogue.query("", roles=EVERYONE)
async def list_products(
    read: Read, paging: Paging, on: date | None = None, product: Code | None = None, name: Name | None = None
) -> Page[ProductRow]:
    """Products and their times; as of a day, by product, by a part of the name in either language."""
    table = ProductRow.table.c
    found = select(ProductRow.table).where(*matching({table.product: product}))
    if on is not None:
        found = found.where(valid_on(on))
    if name is not None:
        found = found.where(or_(table.name.icontains(name, autoescape=True), table.name_zh.icontains(name, autoescape=True)))
    return await read.page(found, key=(table.product, table.valid_from), into=ProductRow, paging=paging, newest_first=False)


@catalogue.act("/difference", roles=MANAGERS, cap=2 * CSV_BYTES)
async def compare_catalogue(body: CatalogueFile, read: Read) -> FileDifference:
    """What a file would change in the catalogue; nothing is changed yet."""
    rows = await read.rows(ProductRow)
    products = [Product.model_validate(row, from_attributes=True) for row in rows]
    old = {product.key: product for product in products}
    return await asyncio.to_thread(lambda: file_difference(old, read_products(body.csv)))  # a long file delays no other request
