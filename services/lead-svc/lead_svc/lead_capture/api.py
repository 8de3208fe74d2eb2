"""Sales capture leads."""

from collections.abc import Sequence
from uuid import UUID

from ltc_events import Code, Name, Text
from ltc_events.lead import Channel
from ltc_runtime.http import Api, Body, Handle, Read, Role, View
from pydantic import Field, model_validator

from ..contact.rules.addresses import Email, Phone
from ..lead.rules import decider
from ..lead.rules.capture import CaptureLead
from ..party.rules.matching import CompanyPhone, Website, marks
from ..party_duplicate.read import Candidate, candidates

SALES: tuple[Role, ...] = ("sales", "sales_manager")

captures = Api("/leads", stream=decider)


class ContactBody(Body):
    """The contact at the customer. Stored encrypted."""

    name: Name | None = Field(None, examples=["Jo Doe"])
    email: Email | None = Field(None, examples=["jo@acme.example"])
    phone: Phone | None = Field(None, examples=["+1 555 0100"])

    @model_validator(mode="after")
    def says_something(self) -> "ContactBody":
        """A contact needs a name, an address or a number."""
        if self.name is None and self.email is None and self.phone is None:
            raise ValueError("give a name, an email address or a phone number")
        return self


class CaptureBody(Body):
    """Who may need what."""

    company: Name = Field(examples=["Acme Inc"])
    channel: Channel = Field(examples=["exhibition"])
    campaign: Code | None = Field(None, examples=["hannover-2026"])
    need: Text | None = Field(None, examples=["Forty graphics cards"])
    territory: Code | None = Field(None, examples=["CN-SH"], description="The region of the customer, as the assignment rules name it.")
    website: Website | None = Field(None, examples=["https://www.acme.example"], description="The company's; its domain is kept.")
    company_phone: CompanyPhone | None = Field(None, examples=["+1 555 0100"], description="The switchboard; never a person's number.")
    contact: ContactBody | None = None


class Captured(View):
    """The ids of what was captured."""

    lead_id: UUID
    lead_no: str | None = None
    contact_id: UUID | None
    duplicates: Sequence[Candidate] | None = Field(None, description="Parties that may be the same company, if requested.")


@captures.create("", roles=SALES)
async def capture_lead(body: CaptureBody, read: Read, handle: Handle, duplicates: bool = False) -> Captured:
    """Capture a lead.

    With `duplicates` the answer names known parties that may be the same company, and why. The lead is captured either way: merge the
    parties, or keep both.
    """
    alike = await candidates(marks(body.company, body.website, body.company_phone), (), read) if duplicates else None
    lead_id, contact = handle.new_id("lead"), body.contact
    contact_id = handle.new_id("contact") if contact else None

    def sealed(text: str | None) -> str | None:
        return handle.seal(contact_id, text) if contact_id and text else None

    command = CaptureLead(
        lead_id=lead_id,
        company=body.company,
        channel=body.channel,
        campaign=body.campaign,
        need=body.need,
        territory=body.territory,
        website=body.website,
        company_phone=body.company_phone,
        contact_id=contact_id,
        contact_name=sealed(contact.name) if contact else None,
        contact_email=sealed(contact.email) if contact else None,
        contact_phone=sealed(contact.phone) if contact else None,
    )
    return await handle(command, Captured(lead_id=lead_id, contact_id=contact_id, duplicates=alike))
