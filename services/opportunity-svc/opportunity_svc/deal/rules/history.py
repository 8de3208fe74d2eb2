"""The history of a deal: what each event makes of it. Other nouns read deals by `history`, which decides nothing."""

from dataclasses import replace
from hashlib import sha256
from typing import Any, Never

from ltc_events import Decider
from ltc_events.opportunity import OpportunityJoined, OpportunityJoinRefused, OpportunityLost, OpportunityOpened, OpportunityWon
from ltc_events.opportunity_forms import FormFilled
from ltc_events.opportunity_gates import (
    BidCostBooked,
    BidSubmitted,
    ConditionFulfilled,
    DealTerms,
    DecisionEscalated,
    DecisionMade,
    DecisionRequested,
    OpportunityCancelled,
    OpportunityChanged,
    OpportunityDeclined,
    OpportunityResumed,
    OpportunitySuspended,
    StageEntered,
)
from pydantic_core import to_json

from ...finding.rules import Bid, FilledForm
from .criteria import QuoteSeen
from .events import (
    BidDeadlineNeared,
    DecisionLapsed,
    ExpectedClosePassed,
    FindingNoted,
    FindingStruck,
    LessonNoted,
    MemberForgotten,
    PipelineChosen,
)
from .states import (
    Asked,
    Closed,
    Course,
    Decisions,
    NotOpened,
    Open,
    Opportunity,
    OpportunityEvent,
    Passed,
    Suspended,
    WorkEvent,
    deal_under_way,
    people_of,
)


def evolve(opportunity: Opportunity, event: OpportunityEvent) -> Opportunity:
    match event:
        case OpportunityOpened():
            return on_opened(event)
        case OpportunityWon(quote_id=quote_id):
            return closed(opportunity, Closed("won", quote_id))
        case OpportunityLost():
            return closed(opportunity, Closed("lost"))
        case OpportunityDeclined(how=how):
            return closed(opportunity, Closed(how))
        case OpportunityCancelled():
            return closed(opportunity, Closed("cancelled"))
        case OpportunitySuspended():
            return on_suspended(opportunity, event)
        case OpportunityResumed():
            return opportunity.deal if isinstance(opportunity, Suspended) else opportunity
        case OpportunityJoined() | OpportunityJoinRefused() | MemberForgotten() | LessonNoted() | BidDeadlineNeared():
            return opportunity  # no rule depends on it
        case (
            PipelineChosen() | StageEntered() | OpportunityChanged() | BidCostBooked() | FindingNoted() | FindingStruck()
            | BidSubmitted() | FormFilled() | ExpectedClosePassed() | DecisionRequested() | DecisionMade() | DecisionLapsed()
            | DecisionEscalated() | ConditionFulfilled()
        ):  # fmt: skip
            return on_work(opportunity, event)


def on_opened(event: OpportunityOpened) -> Open:
    return Open(
        event.lead_id,
        event.party_id,
        event.company,
        event.account_manager,
        event.solution_manager,
        event.fulfilment_manager,
        event.value,
        event.expected_close,
    )


def closed(opportunity: Opportunity, end: Closed) -> Closed:
    """The deal is decided; the people who worked on it then are kept."""
    deal = deal_under_way(opportunity)
    return end if deal is None else replace(end, people=people_of(deal))


def on_suspended(opportunity: Opportunity, event: OpportunitySuspended) -> Opportunity:
    if not isinstance(opportunity, Open):
        return opportunity
    return Suspended(replace(opportunity, suspensions=event.number), event.reason)


def on_work(opportunity: Opportunity, event: WorkEvent) -> Opportunity:
    match opportunity:
        case Open():
            return worked_on(opportunity, event)
        case Suspended(deal=deal):  # other parts of the service note findings also then
            return replace(opportunity, deal=worked_on(deal, event))
        case NotOpened() | Closed():
            return opportunity


def worked_on(deal: Open, event: WorkEvent) -> Open:
    match event:
        case PipelineChosen():
            return replace(deal, course=Course(event.code, event.version, event.pipeline))
        case StageEntered(stage=stage):
            at = deal.course.pipeline.number_of(stage)
            return deal if at is None else replace(deal, course=replace(deal.course, at=at))
        case OpportunityChanged(after=after):
            return replace(deal, **{name: getattr(after, name) for name in DealTerms.model_fields})
        case BidCostBooked():
            return replace(deal, costs={**deal.costs, event.cost_id: event.amount})
        case FindingNoted(finding=finding):
            return replace(deal, findings=deal.findings.under(finding))
        case FindingStruck():
            return replace(deal, findings=deal.findings.without(event.kind, event.code))
        case BidSubmitted():
            return replace(deal, findings=deal.findings.under(Bid(proposal=event.proposal, submitted_on=event.submitted_on)))
        case FormFilled():
            return replace(deal, findings=deal.findings.under(filled_form(event)))
        case ExpectedClosePassed():
            return replace(deal, close_passed=(event.expected_close, event.suspensions))
        case DecisionRequested():
            return on_decision_requested(deal, event)
        case DecisionMade():
            return on_decision_made(deal, event)
        case DecisionLapsed():
            return on_decision_lapsed(deal, event)
        case DecisionEscalated():
            decisions = deal.decisions(event.gate)
            asked = decisions.asked and replace(decisions.asked, escalated=True)
            return deal.with_decisions(event.gate, replace(decisions, asked=asked))
        case ConditionFulfilled():
            return on_condition_fulfilled(deal, event)


def filled_form(event: FormFilled) -> FilledForm:
    """What criteria see of a form that was filled in; its digest says whether a later fill says anything new."""
    says = sha256(to_json(event.values)).hexdigest()
    return FilledForm(code=event.form, version=event.form_version, fill=event.fill, says=says)


def on_decision_requested(deal: Open, event: DecisionRequested) -> Open:
    quote = None
    if event.quote_id is not None and event.quote_hash is not None and event.quote_net is not None:
        quote = QuoteSeen(event.quote_id, event.quote_hash, event.quote_net)
    asked = Asked(event.round, event.requested_by, event.amount, quote, event.due)
    return deal.with_decisions(event.gate, Decisions(event.round, asked, deal.decisions(event.gate).passed))


def on_decision_made(deal: Open, event: DecisionMade) -> Open:
    before = deal.decisions(event.gate)
    passed = before.passed
    if event.outcome != "rejected":
        asked = before.asked
        passed = Passed(
            event.round,
            asked.quote if asked else None,
            event.conditions,
            limit=event.limit or (asked.amount if asked else None),
            made_by=frozenset(user for user in (event.decided_by, event.on_behalf_of) if user is not None),
        )
    return deal.with_decisions(event.gate, Decisions(before.rounds, None, passed))


def on_decision_lapsed(deal: Open, event: DecisionLapsed) -> Open:
    before = deal.decisions(event.gate)
    asked = before.asked if before.asked and before.asked.round != event.round else None
    passed = before.passed if before.passed and before.passed.round != event.round else None
    return deal.with_decisions(event.gate, Decisions(before.rounds, asked, passed))


def on_condition_fulfilled(deal: Open, event: ConditionFulfilled) -> Open:
    before = deal.decisions(event.gate)
    if before.passed is None:
        return deal
    fulfilled = replace(before.passed, fulfilled=before.passed.fulfilled | {event.number})
    return deal.with_decisions(event.gate, replace(before, passed=fulfilled))


history: Decider[Opportunity, Any, OpportunityEvent] = Decider(
    kind="opportunity", id="opportunity_id", initial=NotOpened(), evolve=evolve, commands=Never, events=OpportunityEvent
)
"""Deals as other nouns read them: their states, without what may be done with them."""
