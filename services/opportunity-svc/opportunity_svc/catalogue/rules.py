"""The catalogue: what the company can deliver, what it is called, what it costs, and from when to when."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby, pairwise
from typing import Annotated, TypeAlias
from uuid import UUID

from ltc_events import Code, Command, Decider, Event, Money, Name, Refusal, Sha256, Unit, UserId, Value, derive_id, minor_units
from ltc_kit.difference import Difference, difference, must_be_as_read
from ltc_kit.sheet import Cells, InvalidLine, Sheet, read_sheet
from pydantic import ConfigDict, Field

from ..price_book.rules import must_not_end_before_it_begins

MOST_PRODUCTS = 10_000
CATALOGUE_ID = derive_id("catalogue", "ours")
"""The one stream: one installation serves one company."""
COLUMNS = ("product", "name", "unit", "valid_from")
"""The headings a file must have; beside them name_zh, cost, currency, valid_to, options (``A|B``), attributes (``colour=red|kg=2``)."""


class Product(Value):
    """A product, as it is for a time. The same product may be there again for another time, at another cost."""

    model_config = ConfigDict(extra="forbid")

    product: Code
    name: Name
    name_zh: Name | None = None
    """What it is called in Chinese; where nothing is said, the same."""
    unit: Unit
    cost: Money | None = None
    """The cost of one unit; null where it is not known yet."""
    valid_from: date
    valid_to: date | None = None
    """The last day; open end, if nothing is said."""
    options: Annotated[tuple[Code, ...], Field(max_length=50)] = ()
    """Products that may be chosen in its place (选配)."""
    attributes: Annotated[dict[Name, Name], Field(max_length=50)] = Field(default_factory=dict)

    @property
    def key(self) -> str:
        """What is there once: a product, from a day on."""
        return f"{self.product}@{self.valid_from.isoformat()}"

    def valid_on(self, day: date) -> bool:
        """Whether it can be delivered, as it is here, on this day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


Products = Annotated[tuple[Product, ...], Field(max_length=MOST_PRODUCTS)]


class SetCatalogue(Command):
    """Replace the catalogue, exactly by the difference that was read."""

    catalogue_id: UUID
    products: Products
    difference_hash: Sha256
    set_by: UserId


class Removed(Value):
    """A row that is no longer there."""

    product: Code
    valid_from: date


class CatalogueChanged(Event, type="ltc.opportunity.catalogue-changed.v1"):
    """These products of the catalogue changed; all others stay."""

    catalogue_id: UUID
    version: int
    written: tuple[Product, ...]
    """Those added and those changed, whole."""
    removed: tuple[Removed, ...]
    difference_hash: Sha256
    changed_by: UserId


class ProductTwice(Refusal):
    """Product {product} is in the catalogue twice for {day}: one product has one cost at a time."""


class CostBelowNothing(Refusal):
    """The cost of {product} is below zero."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Every product with its times; initially none."""

    version: int = 0
    rows: Mapping[str, Product] = field(default_factory=dict)
    by_product: Mapping[str, tuple[Product, ...]] = field(default_factory=dict)

    def on(self, product: str, day: date) -> Product | None:
        """A product as it is on this day."""
        for row in self.by_product.get(product, ()):
            if row.valid_on(day):
                return row
        return None

    def cost(self, product: str, currency: str, day: date) -> Money | None:
        """The cost of one unit on this day; null where it is not known in this currency."""
        row = self.on(product, day)
        return row.cost if row is not None and row.cost is not None and row.cost.currency == currency else None


CatalogueCommand: TypeAlias = SetCatalogue
CatalogueEvent: TypeAlias = CatalogueChanged


def decide(catalogue: Catalogue, command: SetCatalogue) -> list[CatalogueChanged]:
    must_be_consistent(command.products)
    new = {product.key: product for product in command.products}
    step = difference(catalogue.rows, new)
    if step.nothing:
        return []
    must_be_as_read(step, command.difference_hash)
    return [changed(catalogue, new, step, command)]


def changed(catalogue: Catalogue, new: Mapping[str, Product], step: Difference, command: SetCatalogue) -> CatalogueChanged:
    gone = [catalogue.rows[removed.key] for removed in step.removed]
    written = [*(row.key for row in step.added), *(row.key for row in step.changed)]
    return CatalogueChanged(
        catalogue_id=command.catalogue_id,
        version=catalogue.version + 1,
        written=tuple(new[key] for key in written),
        removed=tuple(Removed(product=row.product, valid_from=row.valid_from) for row in gone),
        difference_hash=command.difference_hash,
        changed_by=command.set_by,
    )


def must_be_consistent(products: Iterable[Product]) -> None:
    for product in products:
        must_not_end_before_it_begins(product.valid_from, product.valid_to)
        if product.cost is not None and product.cost.amount < 0:
            raise CostBelowNothing(product=product.product)
    for before, after in overlaps(products):
        raise ProductTwice(product=before.product, day=after.valid_from.isoformat())


def overlaps(products: Iterable[Product]) -> Iterable[tuple[Product, Product]]:
    """Rows of one product that are valid at the same time."""
    ordered = sorted(products, key=lambda row: (row.product, row.valid_from))
    return (
        (before, after)
        for before, after in pairwise(ordered)
        if before.product == after.product and (before.valid_to is None or after.valid_from <= before.valid_to)
    )


def evolve(catalogue: Catalogue, event: CatalogueChanged) -> Catalogue:
    gone = {f"{row.product}@{row.valid_from.isoformat()}" for row in event.removed}
    rows = {key: row for key, row in catalogue.rows.items() if key not in gone} | {row.key: row for row in event.written}
    ordered = sorted(rows.values(), key=lambda row: row.product)
    return Catalogue(event.version, rows, {product: tuple(each) for product, each in groupby(ordered, key=lambda row: row.product)})


def read_products(text: str) -> Sheet[Product]:
    """The products of a CSV file; where times of a product overlap, the later line is invalid."""
    sheet = read_sheet(text, COLUMNS, product_of, lambda row: row.key)
    twice = [
        InvalidLine(line=sheet.lines[after.key], reason=f"{after.product} is there for {after.valid_from} already")
        for before, after in overlaps(sheet.rows.values())
    ]
    return Sheet(sheet.rows, (*sheet.invalid, *twice), sheet.lines)


def product_of(cells: Cells) -> Product:
    """One line of the file."""
    cost, currency = cells.get("cost", ""), cells.get("currency", "")
    if cost and not currency:
        raise ValueError("currency: a cost needs one")
    pairs = [pair.partition("=") for pair in listed(cells.get("attributes", ""))]
    row = Product(
        product=cells["product"],
        name=cells["name"],
        name_zh=cells.get("name_zh") or None,
        unit=cells["unit"],
        cost=Money(amount=minor_units(cost, currency), currency=currency) if cost else None,
        valid_from=date.fromisoformat(cells["valid_from"]),
        valid_to=date.fromisoformat(last) if (last := cells.get("valid_to", "")) else None,
        options=tuple(listed(cells.get("options", ""))),
        attributes={name.strip(): value.strip() for name, _, value in pairs},
    )
    if row.valid_to is not None and row.valid_to < row.valid_from:
        raise ValueError("valid_to: it is before valid_from")
    if row.cost is not None and row.cost.amount < 0:
        raise ValueError("cost: it is below nothing")
    return row


def listed(cell: str) -> list[str]:
    return [part.strip() for part in cell.split("|") if part.strip()]


decider: Decider[Catalogue, SetCatalogue, CatalogueChanged] = Decider(
    kind="catalogue",
    id="catalogue_id",
    initial=Catalogue(),
    decide=decide,
    evolve=evolve,
    commands=SetCatalogue,
    events=CatalogueChanged,
    shared=True,
)
