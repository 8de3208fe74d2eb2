"""Sales request the conversion of many leads."""

from datetime import date
from typing import Annotated
from uuid import UUID

from ltc_events import Code, UserId
from ltc_runtime.http import Api, Body, Handle, Role, View
from pydantic import Field

from .rules import LeadIds, RequestConversions, TriangleNotThreePeople, decider

SALES: tuple[Role, ...] = ("sales", "sales_manager")

conversions = Api("/conversions", stream=decider)


class ConversionsBody(Body):
    """The leads, and the iron triangle of all of them."""

    lead_ids: LeadIds
    account_manager: UserId = Field(examples=["ann"])
    solution_manager: UserId = Field(examples=["sam"])
    fulfilment_manager: UserId = Field(examples=["fay"])
    expected_close: date | None = None
    profile: Annotated[
        Code | None, Field(examples=["light"], description="The sales process the deals follow; the usual one, if nothing is said.")
    ] = None


class ConversionsRequested(View):
    """Where to see the outcome of each."""

    conversion_id: UUID


@conversions.create("", roles=SALES, refuses=(TriangleNotThreePeople,))
async def convert_leads(body: ConversionsBody, handle: Handle) -> ConversionsRequested:
    """Hand many leads over to sales, each as a deal of its own.

    Each lead is converted by itself: a refusal of one is recorded and does not stop the others.
    """
    conversion_id = handle.new_id("conversion")
    return await handle(RequestConversions(conversion_id=conversion_id, **dict(body)), ConversionsRequested(conversion_id=conversion_id))
