"""What opportunity-svc does when something happens: a converted lead opens a deal, and what has its time is not forgotten."""

from datetime import UTC, datetime, time, timedelta

from ltc_events import At, Command, Fact
from ltc_events.lead import LeadConverted
from ltc_events.opportunity import EstimateFrozen
from ltc_events.opportunity_gates import DecisionRequested

from ..deal.rules.decisions import EscalateDecision
from ..deal.rules.events import FindingNoted
from ..deal.rules.findings import NoteFinding, RemindOfBid
from ..deal.rules.opened import JoinOpportunity, OpenOpportunity
from ..finding.rules import BidTerms, FrozenEstimate
from ..pipeline.rules import DEFAULT


def open_opportunity(lead: LeadConverted) -> list[Command]:
    """Every converted lead opens one opportunity, however often we hear of it, or joins the one it names."""
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
    """When its time is up it is looked whether anybody decided."""
    asked = EscalateDecision(opportunity_id=decision.opportunity_id, gate=decision.gate, round=decision.round)
    return [At(decision.due, asked)]


def note_estimate(estimate: EstimateFrozen) -> list[Command]:
    """The gate an estimate is frozen for sees that it is there."""
    frozen = FrozenEstimate(code=estimate.gate, estimate_id=estimate.estimate_id, version=estimate.version)
    return [NoteFinding(opportunity_id=estimate.opportunity_id, finding=frozen)]


DAYS_BEFORE_BID = (7, 3, 1)


def remind_of_bid(noted: FindingNoted, fact: Fact) -> list[At]:
    """A bid is not forgotten: a week, three days and a day before it is due."""
    terms = noted.finding
    if not isinstance(terms, BidTerms):
        return []
    due = datetime.combine(terms.deadline, time(), UTC)
    return [
        At(due - timedelta(days=days), RemindOfBid(opportunity_id=noted.opportunity_id, deadline=terms.deadline, days=days))
        for days in DAYS_BEFORE_BID
        if due - timedelta(days=days) > fact.occurred_at
    ]
