"""Sales log touches, and record whether the customer agrees to receive offers."""

from datetime import date
from uuid import UUID

from ltc_events import Name, Text
from ltc_kit.merges import MergesChanged
from ltc_kit.merges.read import retried
from ltc_runtime.http import Api, Body, Handle, Read, Role, View
from pydantic import AwareDatetime, Field

from ..contact.read import withdrawal_of
from ..contact.rules.states import PersonChanged, PersonIsForgotten
from ..lead.read import LeadRow, contact_row
from ..lead.rules import decider
from ..lead.rules.consent import GiveConsent
from ..lead.rules.events import Direction, TouchKind
from ..lead.rules.states import LeadClosed, LeadNotAssigned, NotYourLead, UnknownLead
from ..lead.rules.touch import ConsentMissing, LogTouch, TouchInTheFuture

SALES: tuple[Role, ...] = ("sales", "sales_manager")

touches = Api("/leads", stream=decider)


class TouchBody(Body):
    """A touch."""

    kind: TouchKind = Field(examples=["call"])
    direction: Direction = Field("out", description="`out`: we contacted the customer; `in`: the customer contacted us.")
    marketing: bool = Field(False, description="It advertised something: needs consent.")
    note: Text | None = Field(None, examples=["Wants forty cards, the board decides in May"], description="Stored encrypted.")
    at: AwareDatetime | None = Field(None, description="When it happened; now, if nothing is said.")


class Logged(View):
    """The touch that was logged."""

    touch_id: UUID


@touches.act(
    "/{lead_id}/interactions",
    roles=SALES,
    refuses=(UnknownLead, LeadClosed, LeadNotAssigned, NotYourLead, TouchInTheFuture, ConsentMissing, PersonIsForgotten),
)
async def log_touch(lead_id: UUID, body: TouchBody, read: Read, handle: Handle) -> Logged:
    """Log a touch. Only the owner does."""
    touch_id, now = handle.new_id("touch"), handle.now
    note = None if body.note is None else handle.seal(await subject_of_note(lead_id, touch_id, read, handle), body.note)
    said = {**dict(body), "note": note, "at": body.at or now}
    return await handle(LogTouch(lead_id=lead_id, touch_id=touch_id, now=now, actor=handle.actor, **said), Logged(touch_id=touch_id))


async def subject_of_note(lead_id: UUID, touch_id: UUID, read: Read, handle: Handle) -> UUID:
    """Whose key encrypts a note: the contact's, so that it is forgotten with them; without a contact, its own."""
    contact = await read.maybe(contact_row(lead_id))
    if contact is None:
        return touch_id
    subject: UUID = contact["contact_id"]
    if contact["forgotten"] or not await handle.known(subject):  # a new key would belong to a person who asked to have none
        raise PersonIsForgotten
    return subject


class ConsentBody(Body):
    """Whether the customer agrees to receive offers."""

    given: bool
    until: date | None = Field(None, description="The last day; for ever, if nothing is said.")
    source: Name = Field(examples=["Form at the exhibition"], description="Where the customer said so.")


@touches.act("/{lead_id}/consent", roles=SALES, refuses=(UnknownLead, LeadClosed, PersonChanged))
async def record_consent(lead_id: UUID, body: ConsentBody, read: Read, handle: Handle) -> None:
    """Record that the customer agrees to receive offers, or no longer does.

    Consent is given for this lead, while it is open. It is withdrawn for every lead of the person, under every contact of the person, in
    every status of those leads.
    """
    lead = await read.row(LeadRow, UnknownLead, lead_id=lead_id)
    if body.given:
        return await handle(GiveConsent(lead_id=lead_id, contact_id=lead.contact_id, until=body.until, source=body.source))

    async def attempt() -> None:
        return await handle(await withdrawal_of(lead.contact_id, lead_id, body.source, read))

    return await retried(attempt, PersonChanged, MergesChanged)
