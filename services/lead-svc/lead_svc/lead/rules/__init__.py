"""A lead: a customer may need something, an owner works on it, and it becomes a deal or not."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeAlias

from ltc_events import Decider, Event, States

from ...contact.rules.states import history as person
from ...conversion.rules import decider as request
from ...deal.rules import decider as deal
from ...rule_book.rules import decider as rule_book
from ...workload.rules import decider as workload
from ...workload.rules import workload_of
from .assignment import ASSIGNMENT, POOL, AssignLead, ClaimLead, MoveLead, OfferLead, RouteLead, assign, claim, move, offer, route
from .capture import CaptureLead, CaptureRenewal, ReturnLead, capture, capture_renewal, return_lead
from .consent import GiveConsent, give_consent
from .conversion import ConvertLead, JoinDeal, TryConversion, convert, join, try_conversion
from .history import LeadEvent, history
from .merge import MergeLead, UnmergeLead, merge, unmerge
from .pool import RecycleLead, ReleaseLead, WatchLead, recycle, release, watch
from .qualification import DisqualifyLead, QualifyLead, disqualify, qualify
from .response import RESPONSE, AwaitResponse, CheckResponse, await_response, check_response
from .score import SCORING, ScoreLead, score_lead
from .states import Lead, NotCaptured, must_be_alive, must_be_assigned, must_be_owned_by, must_be_qualified
from .touch import LogTouch, RecordConsent, log_touch, record_consent

LeadCommand: TypeAlias = (
    CaptureLead
    | ReturnLead
    | CaptureRenewal
    | AssignLead
    | RouteLead
    | OfferLead
    | ClaimLead
    | MoveLead
    | ReleaseLead
    | WatchLead
    | RecycleLead
    | LogTouch
    | RecordConsent
    | GiveConsent
    | AwaitResponse
    | CheckResponse
    | ScoreLead
    | QualifyLead
    | DisqualifyLead
    | ConvertLead
    | JoinDeal
    | TryConversion
    | MergeLead
    | UnmergeLead
)


def decide(states: States, command: LeadCommand) -> Sequence[Event]:
    lead = states.of(history, command.lead_id)
    match command:
        case CaptureLead():
            return capture(lead, command)
        case ReturnLead():
            return return_lead(states.of(history, command.previous), lead, command)
        case CaptureRenewal():
            before = NotCaptured() if command.previous is None else states.of(history, command.previous)
            return capture_renewal(before, lead, command)
        case AssignLead():
            return assign(must_be_alive(lead), command)
        case RouteLead():
            return route(lead, states.of(rule_book, ASSIGNMENT), command)
        case OfferLead():
            return offer(lead, {owner: states.of(workload, workload_of(owner)) for owner in command.candidates}, command)
        case ClaimLead():
            return claim(lead, states.of(workload, workload_of(command.owner)), states.of(rule_book, POOL), command)
        case MoveLead():
            return move(lead, command)
        case ReleaseLead():
            return release(must_be_assigned(lead), command)
        case WatchLead():
            return watch(lead, states.of(rule_book, POOL), command)
        case RecycleLead():
            return recycle(lead, command)
        case LogTouch():
            return log_touch(must_be_owned_by(lead, command.actor), command)
        case RecordConsent():
            return record_consent(must_be_alive(lead), command)
        case GiveConsent():
            contact = None if command.contact_id is None else states.of(person, command.contact_id)
            return give_consent(must_be_alive(lead), contact, command)
        case AwaitResponse():
            return await_response(lead, states.of(rule_book, RESPONSE), command)
        case CheckResponse():
            return check_response(lead, command)
        case ScoreLead():
            return score_lead(lead, states.of(rule_book, SCORING), command)
        case QualifyLead():
            return qualify(must_be_assigned(lead), command)
        case DisqualifyLead():
            return disqualify(must_be_alive(lead), command)
        case ConvertLead():
            return convert(must_be_qualified(lead), command)
        case JoinDeal():
            return join(must_be_qualified(lead), states.of(deal, command.opportunity_id), command)
        case TryConversion():
            return try_conversion(lead, states.of(request, command.conversion_id), command)
        case MergeLead():
            return merge(states, command)
        case UnmergeLead():
            return unmerge(states, command)


decider: Decider[Lead, LeadCommand, LeadEvent] = replace(
    history, commands=LeadCommand, decide_many=decide, also=(rule_book, workload, person, deal, request)
)
