"""Change the catalogue by a file."""

import asyncio

from ltc_events import Refusal, Sha256
from ltc_kit.difference import DifferenceHasChanged
from ltc_kit.sheet import CSV_BYTES, Csv, SheetUnusable
from ltc_runtime.http import Api, Body, Handle, Role
from pydantic import Field

from ..price_book.rules import ValidityEndsBeforeItBegins
from .rules import CATALOGUE_ID, MOST_PRODUCTS, CostBelowNothing, ProductTwice, SetCatalogue, decider, read_products

MANAGERS: tuple[Role, ...] = ("sales_manager",)

catalogue = Api("/catalogue", stream=decider)


class CatalogueTooLong(Refusal):
    """The file has more than {most} rows."""


class CatalogueFile(Body):
    """The whole catalogue as a CSV file: what is not in it is removed."""

    csv: Csv = Field(examples=["product,name,name_zh,unit,cost,currency,valid_from\nGTX Pro,A card,显卡,piece,60.00,USD,2026-01-01\n"])


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
    """Replace the catalogue by a file, exactly by the difference that was read."""
    sheet = (await asyncio.to_thread(read_products, body.csv)).must_be_usable()
    if len(sheet.rows) > MOST_PRODUCTS:
        raise CatalogueTooLong(most=f"{MOST_PRODUCTS:,}")
    command = SetCatalogue(
        catalogue_id=CATALOGUE_ID, products=tuple(sheet.rows.values()), difference_hash=body.difference_hash, set_by=handle.actor
    )
    return await handle(command)
