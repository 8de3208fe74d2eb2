"""What a lead is that came back, or came of a contract that ends."""

from datetime import date, datetime
from uuid import UUID

from ltc_events import Code, Event, Personal, UserId
from ltc_events.lead import LeadCaptured


class LeadReturned(Event, type="ltc.lead.returned.v1"):
    """The deal of an earlier lead came to nothing, and they may still need something: this lead takes it up again."""

    lead_id: UUID
    previous: UUID
    opportunity_id: UUID
    why: Code
    """Why the deal was lost, or ``join_refused``: it was decided before the lead could join it."""
    contact_name: Personal[str] | None = None
    contact_email: Personal[str] | None = None
    """Whom to write to, as it was said of the earlier lead; sealed with that person's key. Leads that came back before this was noted
    are written to by nobody."""
    barred: dict[UserId, datetime] = {}
    """Who let the earlier lead lie, and until when this one does not come back to them either."""


class RenewalDue(Event, type="ltc.lead.renewal-due.v1"):
    """The term of a contract ends: this lead is for what comes after it."""

    lead_id: UUID
    contract_id: UUID
    contract_no: Code
    opportunity_id: UUID
    """The deal the contract came of."""
    ends_on: date
    previous: UUID | None = None
    """The lead that deal was opened for, if we know it."""
    contact_name: Personal[str] | None = None
    contact_email: Personal[str] | None = None
    """Whom to write to, as it was said of that lead."""


def came_by(lead: LeadCaptured) -> str:
    """How a lead is counted and what rules see: by its channel, or apart from these as a renewal."""
    return "renewal" if lead.renews else lead.channel
