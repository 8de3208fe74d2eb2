"""Open deals from converted leads, escalate late decisions, remind of bids that are due."""

from datetime import UTC, datetime, time, timedelta

from ltc_events import At, Command, Fact
from ltc_events.lead import LeadConverted
from ltc_events.opportunity import EstimateFrozen
from ltc_events.opportunity_gates import DecisionRequested

from ..finding.rules import BidTerms, FrozenEstimate
from ..pipeline.rules import DEFAULT
from .rules.decisions import EscalateDecision
from .rules.events import DAYS_BEFORE_BID, FindingNoted
from .rules.findings import NoteFinding, RemindOfBid
from .rules.opened import JoinOpportunity, OpenOpportunity


def open_opportunity(lead: LeadConverted) -> list[Command]:
    """Opens one deal for each converted lead, or joins the lead to the deal it names."""
    if lead.joins:
        joined = JoinOpportunity(
            opportunity_id=lead.opportunity_id, lead_id=lead.lead_id, party_id=lead.party_id, need=lead.need, value=lead.budget
        )
        return [joined]
    opened = OpenOpportunity(
        opportunity_id=lead.opportunity_id,
        lead_id=lead.lead_id,
        party_id=lead.party_id,
        company=lead.company,
        need=lead.need,
        value=lead.budget,
        account_manager=lead.account_manager,
        solution_manager=lead.solution_manager,
        fulfilment_manager=lead.fulfilment_manager,
        expected_close=lead.expected_close,
        pipeline=lead.profile or DEFAULT,
    )
    return [opened]


def escalate_decision(decision: DecisionRequested) -> list[At]:
    """Escalates a decision that is not made when it is due."""
    asked = EscalateDecision(opportunity_id=decision.opportunity_id, gate=decision.gate, round=decision.round)
    return [At(decision.due, asked)]


def note_estimate(estimate: EstimateFrozen) -> list[Command]:
    """Notes a frozen estimate as a finding, which its gate asks for."""
    frozen = FrozenEstimate(code=estimate.gate, estimate_id=estimate.estimate_id, version=estimate.version)
    return [NoteFinding(opportunity_id=estimate.opportunity_id, finding=frozen)]


def remind_of_bid(noted: FindingNoted, fact: Fact) -> list[At]:
    """Reminds of a bid a week, three days and a day before it is due."""
    terms = noted.finding
    if not isinstance(terms, BidTerms):
        return []
    due = datetime.combine(terms.deadline, time(), UTC)
    return [
        At(due - timedelta(days=days), RemindOfBid(opportunity_id=noted.opportunity_id, deadline=terms.deadline, days=days))
        for days in DAYS_BEFORE_BID
        if due - timedelta(days=days) > fact.occurred_at
    ]
