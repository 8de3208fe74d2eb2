"""An opportunity: a deal sales works on, stage by stage and gate by gate, until it is won or lost."""

from dataclasses import replace
from typing import TypeAlias

from ltc_events import Decider
from ltc_events.opportunity import OpportunityJoined, OpportunityJoinRefused, OpportunityLost, OpportunityOpened, OpportunityWon
from ltc_events.opportunity_forms import FormFilled
from ltc_events.opportunity_gates import (
    BidCostBooked,
    BidSubmitted,
    ConditionFulfilled,
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

from .bid_costs import BookBidCost, book, booked
from .closing import CheckClose, check_close, ended, going, passed
from .decisions import EscalateDecision, FulfilCondition, WithdrawRequest, asked_for, decided, done, dropped, escalate, fulfil, withdraw
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
from .findings import (
    ForgetMember,
    NoteFinding,
    RemindOfBid,
    StrikeFinding,
    SubmitBid,
    bid,
    forget,
    note,
    noted,
    remind_of_bid,
    strike,
    struck,
    submit_bid,
)
from .forms import filled
from .joining import JoinOpportunity, join
from .states import (
    Closed,
    Course,
    DayInTheFuture,
    DealSuspended,
    Nobody,
    Open,
    Opportunity,
    OpportunityClosed,
    OpportunityEvent,
    OpportunityStatus,
    Suspended,
    UnknownOpportunity,
    must_be_open,
    must_be_undecided,
    must_have_come,
    possible,
)
from .suspension import CancelOpportunity, ResumeOpportunity, SuspendOpportunity, cancel, must_be_suspended, paused, resume, suspend
from .terms import ChangeOpportunity, change, changed
from .working import ChoosePipeline, DeclineOpportunity, LoseOpportunity, OpenOpportunity, decline, lose

OpportunityCommand: TypeAlias = (
    JoinOpportunity
    | LoseOpportunity
    | DeclineOpportunity
    | ChangeOpportunity
    | BookBidCost
    | SuspendOpportunity
    | ResumeOpportunity
    | CancelOpportunity
    | NoteFinding
    | StrikeFinding
    | SubmitBid
    | RemindOfBid
    | ForgetMember
    | WithdrawRequest
    | EscalateDecision
    | FulfilCondition
    | CheckClose
)
"""What a deal decides alone. It is opened with its pipeline (`opening`), goes on and asks with its quote (`stepping`), is decided about
with a mandate (`deciding`), filled in with a form (`filling`) and won with a quote (`winning`)."""


def decide(opportunity: Opportunity, command: OpportunityCommand) -> list[OpportunityEvent]:
    match command:
        case JoinOpportunity():
            return join(opportunity, command)
        case LoseOpportunity():
            return lose(must_be_undecided(opportunity), command)
        case DeclineOpportunity():
            return decline(must_be_open(opportunity), command)
        case ChangeOpportunity():
            return change(must_be_open(opportunity), command)
        case BookBidCost():
            return book(must_be_open(opportunity), command)
        case SuspendOpportunity():
            return suspend(must_be_open(opportunity), command)
        case ResumeOpportunity():
            return resume(must_be_suspended(opportunity), command)
        case CancelOpportunity():
            return cancel(must_be_undecided(opportunity), command)
        case NoteFinding(actor=None) if isinstance(opportunity, Closed):
            return []  # what another part of the service found comes too late
        case NoteFinding(actor=None):
            return note(must_be_undecided(opportunity), command)
        case NoteFinding():
            return note(must_be_open(opportunity), command)
        case StrikeFinding():
            return strike(must_be_open(opportunity), command)
        case SubmitBid():
            return submit_bid(must_be_open(opportunity), command)
        case WithdrawRequest():
            return withdraw(must_be_open(opportunity), command)
        case FulfilCondition():
            return fulfil(must_be_open(opportunity), command)
        case EscalateDecision():
            return escalate(opportunity, command)
        case RemindOfBid():
            return remind_of_bid(opportunity, command)
        case ForgetMember():
            return forget(opportunity, command)
        case CheckClose():
            return check_close(opportunity, command)


def evolve(opportunity: Opportunity, event: OpportunityEvent) -> Opportunity:
    match event:
        case OpportunityOpened():
            return opened(event)
        case OpportunityWon(quote_id=quote_id):
            return ended(opportunity, Closed("won", quote_id))
        case OpportunityLost():
            return ended(opportunity, Closed("lost"))
        case OpportunityDeclined(how=how):
            return ended(opportunity, Closed(how))
        case OpportunityCancelled():
            return ended(opportunity, Closed("cancelled"))
        case OpportunitySuspended():
            return paused(opportunity, event)
        case OpportunityResumed():
            return opportunity.deal if isinstance(opportunity, Suspended) else opportunity
        case OpportunityJoined() | OpportunityJoinRefused() | MemberForgotten() | LessonNoted() | BidDeadlineNeared():
            return opportunity  # no rule depends on it
        case _:
            return carried_on(opportunity, event)


def carried_on(opportunity: Opportunity, event: OpportunityEvent) -> Opportunity:
    match opportunity:
        case Open():
            return gone_on(opportunity, event)
        case Suspended(deal=deal):  # what another part of the service found is noted also then
            return replace(opportunity, deal=gone_on(deal, event))
        case _:
            return opportunity


def gone_on(deal: Open, event: OpportunityEvent) -> Open:
    """What becomes of a deal that goes on."""
    match event:
        case PipelineChosen():
            return replace(deal, course=Course(event.code, event.version, event.pipeline))
        case StageEntered(stage=stage):
            at = deal.course.pipeline.number_of(stage)
            return deal if at is None else replace(deal, course=replace(deal.course, at=at))
        case OpportunityChanged():
            return changed(deal, event)
        case BidCostBooked():
            return booked(deal, event)
        case FindingNoted():
            return noted(deal, event)
        case FindingStruck():
            return struck(deal, event)
        case BidSubmitted():
            return bid(deal, event)
        case FormFilled():
            return filled(deal, event)
        case ExpectedClosePassed():
            return passed(deal, event)
        case DecisionRequested():
            return asked_for(deal, event)
        case DecisionMade():
            return decided(deal, event)
        case DecisionLapsed():
            return dropped(deal, event)
        case ConditionFulfilled():
            return done(deal, event)
        case DecisionEscalated():
            decisions = deal.decisions(event.gate)
            asked = decisions.asked and replace(decisions.asked, escalated=True)
            return deal.with_decisions(event.gate, replace(decisions, asked=asked))
        case _:
            return deal


def opened(event: OpportunityOpened) -> Open:
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


decider: Decider[Opportunity, OpportunityCommand, OpportunityEvent] = Decider(
    kind="opportunity",
    id="opportunity_id",
    initial=Nobody(),
    decide=decide,
    evolve=evolve,
    commands=OpportunityCommand,
    events=OpportunityEvent,
)

__all__ = [
    "CancelOpportunity", "ChangeOpportunity", "CheckClose", "ChoosePipeline", "Closed", "Course", "DayInTheFuture", "DealSuspended",
    "DeclineOpportunity", "JoinOpportunity", "LoseOpportunity", "Nobody", "NoteFinding", "Open", "OpenOpportunity", "Opportunity",
    "OpportunityClosed", "OpportunityEvent", "OpportunityStatus", "ResumeOpportunity", "StrikeFinding", "SubmitBid",
    "SuspendOpportunity", "UnknownOpportunity", "decider", "going", "must_be_open", "must_have_come", "possible",
]  # fmt: skip
