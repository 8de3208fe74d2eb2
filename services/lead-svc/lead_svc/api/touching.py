"""How we are in touch with them, and whether we may be."""

from datetime import date, datetime
from uuid import UUID

from ltc_events import Name, Text
from ltc_runtime.http import Body, Handle, Page, Paging, Read, View
from pydantic import AwareDatetime, Field
from sqlalchemy import select

from .. import projections as shown
from ..contact.rules.states import PersonChanged, PersonIsForgotten
from ..lead.rules.consent import GiveConsent
from ..lead.rules.events import Direction, TouchKind
from ..lead.rules.states import LeadClosed, LeadNotAssigned, NotYourLead, UnknownLead
from ..lead.rules.touch import ConsentMissing, LogTouch, TouchInTheFuture
from .asking import contact_row
from .consenting import take_consent_back
from .kinship import LEADS
from .resource import SALES, leads


class TouchBody(Body):
    """How we were in touch."""

    kind: TouchKind = Field(examples=["call"])
    direction: Direction = Field("out", description="Who turned to whom: `out`, we to them.")
    marketing: bool = Field(False, description="It advertised something: needs their consent.")
    note: Text | None = Field(None, examples=["Wants forty cards, the board decides in May"], description="Kept sealed.")
    at: AwareDatetime | None = Field(None, description="When it was; now, if nothing is said.")


class Logged(View):
    """The touch that was noted."""

    touch_id: UUID


@leads.act(
    "/{lead_id}/interactions",
    roles=SALES,
    refuses=(UnknownLead, LeadClosed, LeadNotAssigned, NotYourLead, TouchInTheFuture, ConsentMissing, PersonIsForgotten),
)
async def log_touch(lead_id: UUID, body: TouchBody, read: Read, handle: Handle) -> Logged:
    """Note that we were in touch. Only the owner does."""
    touch_id, now = handle.new_id("touch"), handle.now
    note = None if body.note is None else handle.seal(await subject_of_note(lead_id, touch_id, read, handle), body.note)
    command = LogTouch(
        lead_id=lead_id,
        touch_id=touch_id,
        kind=body.kind,
        direction=body.direction,
        marketing=body.marketing,
        note=note,
        at=body.at or now,
        now=now,
        actor=handle.actor,
    )
    return await handle(command, Logged(touch_id=touch_id))


async def subject_of_note(lead_id: UUID, touch_id: UUID, read: Read, handle: Handle) -> UUID:
    """Whose key seals a note: the contact's, so that it is forgotten with them; where nobody is named, its own."""
    contact = await read.maybe(contact_row(lead_id))
    if contact is None:
        return touch_id
    subject: UUID = contact["contact_id"]
    if contact["forgotten"] or not await handle.known(subject):  # a key made anew would be one of somebody who asked to have none
        raise PersonIsForgotten
    return subject


class ConsentBody(Body):
    """Whether they agree to hear of our offers."""

    given: bool
    until: date | None = Field(None, description="The last day; for ever, if nothing is said.")
    source: Name = Field(examples=["Form at the exhibition"], description="Where they said so.")


@leads.act("/{lead_id}/consent", roles=SALES, refuses=(UnknownLead, LeadClosed, PersonChanged))
async def record_consent(lead_id: UUID, body: ConsentBody, read: Read, handle: Handle) -> None:
    """Note that they agree to hear of our offers, or no longer do.

    They agree for this lead, while it is open. They take it back for every lead of theirs, under whichever contact we know them, or will,
    and whatever became of the lead it is said of.
    """
    lead = await read.one(select(shown.leads.c.contact_id).where(shown.leads.c.lead_id == lead_id), UnknownLead)
    if body.given:
        return await handle(GiveConsent(lead_id=lead_id, contact_id=lead["contact_id"], until=body.until, source=body.source))
    return await take_consent_back(lead["contact_id"], lead_id, body.source, read, handle)


class Interaction(View):
    """One touch. The note is null where its person was forgotten."""

    touch_id: UUID
    lead_id: UUID
    kind: TouchKind
    direction: Direction
    marketing: bool
    note: str | None
    at: datetime
    by: str


@leads.query("/{lead_id}/interactions", roles=SALES, refuses=(UnknownLead,))
async def list_interactions(lead_id: UUID, read: Read, paging: Paging, at: AwareDatetime | None = None) -> Page[Interaction]:
    """How we were in touch with them, the last first: also for the leads that were shown under this one at an instant."""
    await read.one(select(shown.leads.c.lead_id).where(shown.leads.c.lead_id == lead_id), UnknownLead)
    table = shown.touches.c
    found = select(shown.touches).where(table.lead_id.in_(LEADS.group(lead_id, at)))
    if at is not None:
        found = found.where(table.at <= at)
    return await read.page(found, key=(table.at, table.touch_id), into=Interaction, paging=paging, personal=("note",))
