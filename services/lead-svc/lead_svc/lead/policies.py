"""A new lead is scored, gets an owner, and is watched until its owner responds; a lost deal is a lead again."""

from ltc_events import At, Command, Fact, derive_id
from ltc_events.lead import LeadAssigned, LeadCaptured, LeadPooled, LeadQualified, LeadUnmerged
from ltc_events.opportunity import LossReason, OpportunityJoinRefused, OpportunityLost

from .rules.assignment import OfferLead, RouteLead
from .rules.capture import ReturnLead
from .rules.events import LeadRouted, LeadWatched, ResponseAwaited, TouchLogged
from .rules.pool import RecycleLead, WatchLead
from .rules.response import AwaitResponse, CheckResponse
from .rules.score import ScoreLead

FOR_NOW: frozenset[LossReason] = frozenset({"no_budget", "no_decision", "timing"})
"""Reasons that pass: a customer without a budget this year may have one the next."""


def score_lead(lead: LeadCaptured | TouchLogged | LeadQualified | LeadUnmerged, fact: Fact) -> list[Command]:
    """Each change of what is known of a lead may change its score."""
    return [ScoreLead(lead_id=lead.lead_id, at=fact.occurred_at)]


def route_lead(lead: LeadCaptured | LeadUnmerged) -> list[Command]:
    """Rules find an owner for a new lead; an unmerged one may have missed its turn."""
    return [RouteLead(lead_id=lead.lead_id)]


def route_lead_again(lead: LeadPooled) -> list[Command]:
    """Rules find an owner for a lead whose owner left."""
    return [RouteLead(lead_id=lead.lead_id)] if lead.hand_over_id is not None else []


def offer_lead(lead: LeadRouted, fact: Fact) -> list[Command]:
    """One of the candidates of a rule gets the lead."""
    return [OfferLead(**dict(lead), at=fact.occurred_at)]


def watch_lead(lead: LeadAssigned | LeadUnmerged, fact: Fact) -> list[Command]:
    """An owner must not neglect a lead."""
    return [WatchLead(lead_id=lead.lead_id, at=fact.occurred_at)]


def recycle_lead(lead: LeadWatched) -> list[At]:
    """When the time is up, a neglected lead goes to the pool."""
    return [At(lead.due, RecycleLead(lead_id=lead.lead_id, due=lead.due))]


def await_response(lead: LeadCaptured, fact: Fact) -> list[Command]:
    """A new lead gets a response soon; a returned lead had one, and a contract ends in good time."""
    return [] if lead.returned_from or lead.renews else [AwaitResponse(lead_id=lead.lead_id, at=fact.occurred_at)]


def check_response(lead: ResponseAwaited | LeadUnmerged) -> list[At]:
    """When the time is up, a late response is recorded. The check of a merged lead found nothing: it is set again."""
    due = lead.response_due if isinstance(lead, LeadUnmerged) else lead.due
    return [] if due is None else [At(due, CheckResponse(lead_id=lead.lead_id, due=due))]


def return_lead(deal: OpportunityLost) -> list[Command]:
    """A deal that was lost for a passing reason is a lead again."""
    if deal.reason not in FOR_NOW:
        return []
    lead_id = derive_id(deal.opportunity_id, "returned")
    return [ReturnLead(lead_id=lead_id, previous=deal.lead_id, opportunity_id=deal.opportunity_id, why=deal.reason)]


def return_late_lead(deal: OpportunityJoinRefused) -> list[Command]:
    """A lead that came too late to join a deal returns."""
    lead_id, previous = derive_id(deal.lead_id, "returned"), deal.lead_id
    late = ReturnLead(lead_id=lead_id, previous=previous, opportunity_id=deal.opportunity_id, why="join_refused", still_qualified=True)
    return [late]
