"""The catalogue, a row for each product and time."""

from ltc_events import Fact, on, projection, put, remove
from ltc_events.projection import Row
from sqlalchemy import JSON, BigInteger, Column, Date, DateTime, Integer, Table, Text

from ..catalogue.rules import CatalogueChanged, Product
from .schema import read

products = Table(
    "catalogue_product",
    read,
    Column("product", Text, primary_key=True),
    Column("valid_from", Date, primary_key=True),
    Column("valid_to", Date),
    Column("name", Text, nullable=False),
    Column("name_zh", Text),
    Column("unit", Text, nullable=False),
    Column("cost", BigInteger),
    Column("currency", Text),
    Column("options", JSON, nullable=False),
    Column("attributes", JSON, nullable=False),
    Column("version", Integer, nullable=False),
    Column("changed_by", Text, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
)


def written(change: CatalogueChanged, fact: Fact) -> list[Row]:
    """Each product as it is from now on."""
    said = {"version": change.version, "changed_by": change.changed_by, "changed_at": fact.occurred_at}
    return [{**product_row(product), **said} for product in change.written]


def product_row(product: Product) -> Row:
    return {
        **product.model_dump(exclude={"cost", "options"}),
        "options": list(product.options),
        "cost": None if product.cost is None else product.cost.amount,
        "currency": None if product.cost is None else product.cost.currency,
    }


def removed(change: CatalogueChanged) -> list[Row]:
    """Rows that are no longer there."""
    return [{"product": row.product, "valid_from": row.valid_from} for row in change.removed]


catalogue_product = projection("catalogue_product", on(CatalogueChanged, put(products, written), remove(products, removed)))
