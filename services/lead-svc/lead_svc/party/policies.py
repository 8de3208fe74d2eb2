"""Parties become known by their leads."""

from ltc_events import Command
from ltc_events.lead import LeadCaptured

from .rules import NoteParty


def keep_party(lead: LeadCaptured) -> list[Command]:
    """Records the company of each lead as a party."""
    return [NoteParty(party_id=lead.party_id, company=lead.company, website=lead.website, phone=lead.company_phone)]
