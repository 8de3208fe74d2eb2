"""A further lead belongs to a deal that sales works on already."""

from uuid import UUID

from ltc_events import Command, Money, Text
from ltc_events.opportunity import OpportunityJoined, OpportunityJoinRefused

from .states import Closed, Open, Opportunity, OpportunityEvent, Suspended


class JoinOpportunity(Command):
    """Let a further lead belong to the deal."""

    opportunity_id: UUID
    lead_id: UUID
    party_id: UUID
    need: Text
    value: Money


def join(opportunity: Opportunity, command: JoinOpportunity) -> list[OpportunityEvent]:
    """Answered, never refused: lead-svc waits for it, and takes the lead up again that came too late."""
    if isinstance(opportunity, Open | Suspended):
        return [OpportunityJoined(**dict(command))]
    ended = opportunity.status if isinstance(opportunity, Closed) else "unknown"
    return [OpportunityJoinRefused(opportunity_id=command.opportunity_id, lead_id=command.lead_id, ended=ended)]
