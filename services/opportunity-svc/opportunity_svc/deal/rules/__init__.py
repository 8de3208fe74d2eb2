"""A deal (opportunity, 商机): worked on stage by stage and gate by gate, until it is won, lost, declined or cancelled."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeAlias

from ltc_events import Decider, Event, States

from ...form import rules as forms
from ...mandate import rules as mandates
from ...pipeline import rules as pipelines
from ...quote.rules.gates import must_be_accepted
from ...quote.rules.states import history as quotes
from ...quote.rules.supersession import supersede
from .bid_costs import BookBidCost, book
from .decisions import (
    DecideGate,
    EscalateDecision,
    FulfilCondition,
    RequestDecision,
    WithdrawRequest,
    decide_gate,
    escalate,
    fulfil,
    must_be_requested,
    request,
    withdraw,
)
from .findings import ForgetMember, NoteFinding, RemindOfBid, StrikeFinding, SubmitBid, forget, note, remind_of_bid, strike, submit_bid
from .form_fills import FillForm, fill
from .history import history
from .opened import ChoosePipeline, JoinOpportunity, OpenOpportunity, choose, join, open_deal
from .outcome import (
    CancelOpportunity,
    DeclineOpportunity,
    LoseOpportunity,
    ResumeOpportunity,
    SuspendOpportunity,
    WinOpportunity,
    cancel,
    decline,
    lose,
    must_be_suspended,
    resume,
    suspend,
    win,
)
from .stages import EnterStage, approved_quote, enter
from .states import Closed, Opportunity, OpportunityEvent, OpportunityStatus, must_be_open, must_be_undecided
from .terms import ChangeOpportunity, CheckClose, change, check_close

OpportunityCommand: TypeAlias = (
    OpenOpportunity
    | JoinOpportunity
    | ChoosePipeline
    | EnterStage
    | ChangeOpportunity
    | CheckClose
    | NoteFinding
    | StrikeFinding
    | SubmitBid
    | RemindOfBid
    | ForgetMember
    | FillForm
    | BookBidCost
    | RequestDecision
    | WithdrawRequest
    | EscalateDecision
    | DecideGate
    | FulfilCondition
    | SuspendOpportunity
    | ResumeOpportunity
    | WinOpportunity
    | LoseOpportunity
    | DeclineOpportunity
    | CancelOpportunity
)


def decide(states: States, command: OpportunityCommand) -> Sequence[Event]:
    deal = states.of(history, command.opportunity_id)
    match command:
        case OpenOpportunity():
            return open_deal(deal, live_pipeline(states, command.pipeline), command)
        case JoinOpportunity():
            return join(deal, command)
        case ChoosePipeline():
            return choose(must_be_open(deal), live_pipeline(states, command.pipeline), command)
        case EnterStage():
            return enter(must_be_open(deal), approved_quote(states, command.opportunity_id, command.quote_id), command)
        case ChangeOpportunity():
            return change(must_be_open(deal), command)
        case CheckClose():
            return check_close(deal, command)
        case NoteFinding(actor=None) if isinstance(deal, Closed):
            return []  # another part of the service found it too late
        case NoteFinding(actor=None):
            return note(must_be_undecided(deal), command)
        case NoteFinding():
            return note(must_be_open(deal), command)
        case StrikeFinding():
            return strike(must_be_open(deal), command)
        case SubmitBid():
            return submit_bid(must_be_open(deal), command)
        case RemindOfBid():
            return remind_of_bid(deal, command)
        case ForgetMember():
            return forget(deal, command)
        case FillForm():
            return fill(must_be_open(deal), live_form(states, command.form), command)
        case BookBidCost():
            return book(must_be_open(deal), command)
        case RequestDecision():
            return request(must_be_open(deal), approved_quote(states, command.opportunity_id, command.quote_id), command)
        case WithdrawRequest():
            return withdraw(must_be_open(deal), command)
        case EscalateDecision():
            return escalate(deal, command)
        case DecideGate():
            asked = must_be_requested(must_be_open(deal), command.gate)
            return decide_gate(must_be_open(deal), asked, states.of(mandates.decider, command.mandate_id), command)
        case FulfilCondition():
            return fulfil(must_be_open(deal), command)
        case SuspendOpportunity():
            return suspend(must_be_open(deal), command)
        case ResumeOpportunity():
            return resume(must_be_suspended(deal), command)
        case WinOpportunity():
            won = win(must_be_open(deal), must_be_accepted(states.of(quotes, command.quote_id)), command)
            others = {quote_id: states.of(quotes, quote_id) for quote_id in command.others}
            return [*won, *supersede(others, command.opportunity_id, command.quote_id, won=True)]
        case LoseOpportunity():
            return lose(must_be_undecided(deal), command)
        case DeclineOpportunity():
            return decline(must_be_open(deal), command)
        case CancelOpportunity():
            return cancel(must_be_undecided(deal), command)


def live_pipeline(states: States, code: str) -> tuple[int, pipelines.Pipeline]:
    """The version of a pipeline in which deals begin now."""
    return pipelines.counting(code, states.of(pipelines.decider, pipelines.pipeline_id(code)))


def live_form(states: States, code: str) -> tuple[int, forms.Form]:
    """The version of a form that is filled in now."""
    return forms.counting(code, states.of(forms.decider, forms.form_id(code)))


def possible(status: OpportunityStatus) -> tuple[str, ...]:
    """What may be done with a deal of this status, by operation id."""
    match status:
        case "open":
            return (
                "draft_quote", "win_opportunity", "lose_opportunity", "decline_opportunity", "enter_stage", "choose_pipeline",
                "fill_form", "change_opportunity", "book_bid_cost", "suspend_opportunity", "cancel_opportunity",
            )  # fmt: skip
        case "suspended":
            return ("resume_opportunity", "lose_opportunity", "cancel_opportunity")
        case "won" | "lost" | "no_bid" | "not_admitted" | "cancelled":
            return ()


decider: Decider[Opportunity, OpportunityCommand, OpportunityEvent] = replace(
    history, commands=OpportunityCommand, decide_many=decide, also=(quotes, pipelines.decider, forms.decider, mandates.decider)
)
