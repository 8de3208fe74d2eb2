"""What lead-svc does when something happens to a lead: it judges it anew."""

from ltc_events import Command, Fact
from ltc_events.lead import LeadCaptured, LeadQualified

from .domain.grading import ScoreLead
from .domain.lead import TouchLogged


def score_lead(lead: LeadCaptured | TouchLogged | LeadQualified, fact: Fact) -> list[Command]:
    """Whatever we learn of a lead may make it more promising, or less."""
    return [ScoreLead(lead_id=lead.lead_id, at=fact.occurred_at)]
