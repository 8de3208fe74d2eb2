"""What a lead is that came back."""

from uuid import UUID

from ltc_events import Code, Event


class LeadReturned(Event, type="ltc.lead.returned.v1"):
    """The deal of an earlier lead came to nothing, and they may still need something: this lead takes it up again."""

    lead_id: UUID
    previous: UUID
    opportunity_id: UUID
    why: Code
    """Why the deal was lost, or ``join_refused``: it was decided before the lead could join it."""
