"""The touches of a lead."""

from uuid import UUID

from ltc_runtime.http import Page, Paging, Read
from pydantic import AwareDatetime
from sqlalchemy import select

from ..lead.read import LEADS, Interaction, LeadRow
from ..lead.rules.states import UnknownLead
from .api import SALES, touches


@touches.query("/{lead_id}/interactions", roles=SALES, refuses=(UnknownLead,))
async def list_interactions(lead_id: UUID, read: Read, paging: Paging, at: AwareDatetime | None = None) -> Page[Interaction]:
    """The touches of a lead, the last first: also those of the leads that were shown under this one at an instant."""
    await read.row(LeadRow, UnknownLead, lead_id=lead_id)
    touch = Interaction.table.c
    found = select(Interaction.table).where(touch.lead_id.in_(LEADS.group(lead_id, at)))
    if at is not None:
        found = found.where(touch.at <= at)
    return await read.page(found, key=(touch.at, touch.touch_id), into=Interaction, paging=paging, personal=("note",))
