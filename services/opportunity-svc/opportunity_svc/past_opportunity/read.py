"""Imported deals."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from ltc_events import Code, Money, UserId, projection
from ltc_events.opportunity import Ended, OpportunityImported
from ltc_events.read_model import Index, Key, ReadModel, on, put
from ltc_runtime.http import EVERYONE, Page, Paging, Read, matching
from pydantic import Field
from sqlalchemy import select

from .api import past_opportunities
from .rules import DealKey, UnknownPastDeal, decider, past_id


class PastRow(ReadModel, table="past_opportunity"):
    """A deal of another system."""

    opportunity_id: Key[UUID]
    source: str
    key: str
    company: str
    product: str
    spelled: str
    owner: str
    status: Ended
    value: Money
    currency: str = Field(exclude=True)
    engaged_on: date | None
    closed_on: date | None

    by_source: ClassVar = Index("source", "key")


past_opportunity_list = projection("past_opportunity", on(OpportunityImported, put(PastRow)))


@past_opportunities.query("", roles=EVERYONE)
async def list_past_opportunities(
    read: Read,
    paging: Paging,
    source: Code | None = None,
    status: Ended | None = None,
    owner: UserId | None = None,
    product: Code | None = None,
) -> Page[PastRow]:
    """Imported deals, by system and key."""
    table = PastRow.table.c
    found = select(PastRow.table).where(*matching({table.source: source, table.status: status, table.owner: owner, table.product: product}))
    return await read.page(found, key=(table.source, table.key, table.opportunity_id), into=PastRow, paging=paging, newest_first=False)


@past_opportunities.query("/{key}", roles=EVERYONE, refuses=(UnknownPastDeal,))
async def show_past_opportunity(key: DealKey, read: Read) -> PastRow:
    """One imported deal."""
    return await read.row(PastRow, UnknownPastDeal, stream=decider.of(past_id(key)), opportunity_id=past_id(key))


past_opportunities.history("/{key}/history", roles=EVERYONE, refuses=(UnknownPastDeal,))
