"""The three ways a lead comes in: captured, returned from a lost deal, or for the renewal of a contract."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from ltc_events import Code, Command, Event, Name, Personal, Stream, Text, Value
from ltc_events.filled import NewNumber
from ltc_events.lead import Channel, Domain, LeadAssigned, LeadCaptured, LeadQualified, PhoneNumber

from ...party.rules.names import party_of
from .events import ConsentRecorded, ContactRecorded, LeadReturned, RenewalDue
from .history import history
from .states import Alive, Closed, Contact, Lead, NotCaptured


class ConsentGiven(Value):
    """The customer agreed by a form, at capture."""

    source: Name
    form: Code
    text_version: int
    """The version of the form whose text they agreed to."""


class CaptureLead(Command):
    """Record who may need what, and the contact there."""

    lead_id: UUID
    lead_no: NewNumber = None
    company: Name
    channel: Channel
    campaign: Code | None = None
    need: Text | None = None
    territory: Code | None = None
    website: Domain | None = None
    company_phone: PhoneNumber | None = None
    contact_id: UUID | None = None
    contact_name: Personal[str] | None = None
    contact_email: Personal[str] | None = None
    contact_phone: Personal[str] | None = None
    consent: ConsentGiven | None = None
    """The customer agreed to receive offers, at capture."""


class ReturnLead(Command):
    """Continue a lead whose deal was lost."""

    lead_id: UUID
    lead_no: NewNumber = None
    previous: UUID
    opportunity_id: UUID
    why: Code
    still_qualified: bool = False

    def reads(self) -> Sequence[Stream]:
        """The earlier lead and this one."""
        return [history.of(self.previous), history.of(self.lead_id)]


class CaptureRenewal(Command):
    """Record that a contract may be renewed."""

    lead_id: UUID
    lead_no: NewNumber = None
    contract_id: UUID
    contract_no: Code
    opportunity_id: UUID
    party_id: UUID
    company: Name
    ends_on: date
    previous: UUID | None = None
    """The lead of its deal."""

    def reads(self) -> Sequence[Stream]:
        """The earlier lead, if it is known, and this one."""
        return [history.of(id) for id in (self.previous, self.lead_id) if id is not None]


def capture(lead: Lead, command: CaptureLead) -> Sequence[Event]:
    if not isinstance(lead, NotCaptured):
        return []  # requested twice, captured once
    captured = LeadCaptured(
        **command.model_dump(include=COPIED),
        party_id=party_of(command.company),
    )
    consent = [ConsentRecorded(lead_id=command.lead_id, given=True, **dict(command.consent))] if command.consent else []
    if command.contact_id is None:
        return [captured, *consent]
    contact = ContactRecorded(
        lead_id=command.lead_id,
        contact_id=command.contact_id,
        name=command.contact_name,
        email=command.contact_email,
        phone=command.contact_phone,
    )
    return [captured, contact, *consent]


COPIED = {"lead_id", "lead_no", "contact_id", "company", "channel", "campaign", "need", "territory", "website", "company_phone"}


def return_lead(before: Lead, lead: Lead, command: ReturnLead) -> Sequence[Event]:
    if not isinstance(before, Closed) or before.status != "converted" or before.who is None or not isinstance(lead, NotCaptured):
        return []  # not a converted lead, or it returned already
    who, lead_id = before.who, command.lead_id
    captured = LeadCaptured(
        lead_id=lead_id,
        lead_no=command.lead_no,
        party_id=who.party_id,
        contact_id=who.contact_id,
        company=who.company,
        channel="other" if who.renews else who.channel,
        campaign=who.campaign,
        need=before.bant.need if before.bant else who.need,
        territory=who.territory,
        returned_from=command.previous,
        renews=who.renews,
    )
    contact = before.trail.contact or Contact(None, None)
    returned = LeadReturned(
        lead_id=lead_id,
        previous=command.previous,
        opportunity_id=command.opportunity_id,
        why=command.why,
        contact_name=contact.name,
        contact_email=contact.email,
        barred=dict(before.trail.barred),
    )
    if before.owner is None:
        return [captured, returned]
    assigned = LeadAssigned(lead_id=lead_id, owner=before.owner, how="return")
    qualified = [LeadQualified(lead_id=lead_id, bant=before.bant)] if before.bant and command.still_qualified else []
    return [captured, returned, assigned, *qualified]


def capture_renewal(before: Lead, lead: Lead, command: CaptureRenewal) -> Sequence[Event]:
    """The contact of the earlier lead is kept; consent is not, because it was given for another lead."""
    if not isinstance(lead, NotCaptured):
        return []  # received twice, captured once
    known = before if isinstance(before, Alive | Closed) else None
    who, contact = (known.who, known.trail.contact) if known else (None, None)
    captured = LeadCaptured(
        lead_id=command.lead_id,
        lead_no=command.lead_no,
        party_id=command.party_id,
        contact_id=who.contact_id if who else None,
        company=command.company,
        channel="other",
        need=f"Renewal of contract {command.contract_no}, which ends on {command.ends_on.isoformat()}",
        territory=who.territory if who else None,
        renews=command.contract_id,
    )
    due = RenewalDue(
        **command.model_dump(exclude={"lead_no", "party_id", "company"}),
        contact_name=contact.name if contact else None,
        contact_email=contact.email if contact else None,
    )
    owner = before.owner if isinstance(before, Closed) else None
    if owner is None:
        return [captured, due]  # the rules find an owner
    reason = f"Had the lead of contract {command.contract_no}"
    return [captured, due, LeadAssigned(lead_id=command.lead_id, owner=owner, how="renewal", reason=reason)]
