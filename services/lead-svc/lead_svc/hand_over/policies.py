"""A hand-over moves each lead by itself."""

from ltc_events import Command

from ..lead.rules.assignment import MoveLead
from ..workload.rules import LeadsHandedOver


def move_leads(leads: LeadsHandedOver) -> list[Command]:
    """Each lead of a leaver is moved by itself."""
    return [
        MoveLead(lead_id=lead_id, hand_over_id=leads.hand_over_id, owner=leads.owner, to=leads.to) for lead_id in leads.lead_ids
    ]  # fmt: skip
