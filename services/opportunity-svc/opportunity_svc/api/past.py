"""Deals of other systems, taken over as history."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from ltc_events import Code, Money, Name, UserId
from ltc_events.opportunity import Ended
from ltc_runtime.http import EVERYONE, Api, Body, Handle, NaturalKey, Page, Paging, Read, View, matching
from pydantic import Field
from sqlalchemy import select

from .. import projections as shown
from ..past_opportunity import rules as past
from ..past_opportunity.rules import (
    ClosedBeforeEngaged,
    DealKey,
    EndWithoutDay,
    ImportedFromTheFuture,
    ImportedOtherwise,
    ImportOpportunity,
    UnknownPastDeal,
    WonForNothing,
    past_id,
)
from .roles import MANAGERS

Key = Annotated[DealKey, Field(examples=["crm:1C1I7A6R"])]

past_opportunities = Api("/past-opportunities", stream=past.decider, natural=NaturalKey("key", Key, past_id))


class PastBody(Body):
    """A deal as it stands in another system."""

    company: Name = Field(examples=["Acme Inc"])
    product: Code = Field(examples=["GTX Pro"])
    spelled: Name | None = Field(None, examples=["GTXPro"], description="The product as that system wrote it, if otherwise.")
    owner: UserId = Field(examples=["ann"])
    status: Ended
    value: Money = Field(description="What it came to; of a deal that was not won, what it might have.")
    engaged_on: date | None = Field(None, description="Since when somebody worked on it.")
    closed_on: date | None = Field(None, description="When it was won or lost.")


@past_opportunities.act(
    "/{key}",
    roles=MANAGERS,
    refuses=(EndWithoutDay, ClosedBeforeEngaged, ImportedFromTheFuture, WonForNothing, ImportedOtherwise),
)
async def import_opportunity(key: Key, body: PastBody, handle: Handle) -> None:
    """Take over a deal of another system as history.

    It counts in figures; no timer is set, nothing follows from it, and it can be neither worked on nor won here. The same again
    changes nothing; an open deal that went on there may be imported anew, a closed one may not change.
    """
    source, name = key.split(":", 1)
    command = ImportOpportunity(
        opportunity_id=past_id(key),
        source=source,
        key=name,
        company=body.company,
        product=body.product,
        spelled=body.spelled or body.product,
        owner=body.owner,
        status=body.status,
        value=body.value,
        engaged_on=body.engaged_on,
        closed_on=body.closed_on,
        today=handle.today,
    )
    return await handle(command)


class PastRow(View):
    """A deal of another system."""

    opportunity_id: UUID
    source: str
    key: str
    company: str
    product: str
    spelled: str
    owner: str
    status: Ended
    value: Money
    engaged_on: date | None
    closed_on: date | None


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
    table = shown.past_opportunities.c
    asked = {table.source: source, table.status: status, table.owner: owner, table.product: product}
    found = select(shown.past_opportunities).where(*matching(asked))
    return await read.page(found, key=(table.source, table.key, table.opportunity_id), into=past_row, paging=paging, newest_first=False)


@past_opportunities.query("/{key}", roles=EVERYONE, refuses=(UnknownPastDeal,))
async def show_past_opportunity(key: Key, read: Read) -> PastRow:
    """One imported deal."""
    id = past_id(key)
    found = select(shown.past_opportunities).where(shown.past_opportunities.c.opportunity_id == id)
    return past_row(**await read.one(found, UnknownPastDeal, stream=past.decider.of(id)))


past_opportunities.history("/{key}/history", roles=EVERYONE, refuses=(UnknownPastDeal,))


def past_row(**row: Any) -> PastRow:
    return PastRow(**{**row, "value": Money(amount=row["value"], currency=row["currency"])})
