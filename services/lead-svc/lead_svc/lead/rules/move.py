"""Moving a lead from somebody who leaves to somebody else."""

from uuid import UUID

from ltc_events import Command, UserId
from ltc_events.lead import LeadAssigned, LeadPooled

from .states import Assigned, Lead, Qualified


class MoveLead(Command):
    """Move the lead if the one who leaves still has it."""

    lead_id: UUID
    hand_over_id: UUID
    owner: UserId
    to: UserId | None = None


def move(lead: Lead, command: MoveLead) -> list[LeadAssigned | LeadPooled]:
    if not isinstance(lead, Assigned | Qualified) or lead.owner != command.owner:
        return []  # it moved on
    if command.to is None:
        reason = f"{command.owner} left"
        pooled = LeadPooled(
            lead_id=command.lead_id, reason=reason, previous_owner=lead.owner, alarm=True, hand_over_id=command.hand_over_id
        )
        return [pooled]
    assigned = LeadAssigned(
        lead_id=command.lead_id, owner=command.to, previous_owner=lead.owner, how="hand_over", hand_over_id=command.hand_over_id
    )
    return [assigned]
