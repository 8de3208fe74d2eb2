"""A lead: somebody may need something of ours, one of us cares for them, and it becomes a deal or it does not."""

from dataclasses import replace
from typing import Literal, TypeAlias

from ltc_events import Decider
from ltc_events.lead import (
    LeadAssigned,
    LeadCaptured,
    LeadClaimed,
    LeadConverted,
    LeadDisqualified,
    LeadMerged,
    LeadPooled,
    LeadQualified,
    LeadRecycled,
    LeadResponseMissed,
    LeadScored,
    LeadUnmerged,
)

from ...rule_book.rules.classes import Placed
from .absorbed import absorbed, heard, owed, released
from .move import MoveLead, move
from .origin import LeadReturned, RenewalDue, came_by
from .pool import (
    LeadInPool,
    LeadNotInPool,
    LeadOwnerNotFound,
    LeadRouted,
    LeadWatched,
    OwnedBefore,
    RecycleLead,
    ReleaseLead,
    barred,
    pooled,
    recycle,
    release,
    unfound,
    watching,
)
from .response import CheckResponse, ResponseAwaited, check_response, overdue
from .states import (
    Absorbed,
    Alive,
    Assigned,
    BantIncomplete,
    Captured,
    Closed,
    Contact,
    Lead,
    LeadAlreadyQualified,
    LeadClosed,
    LeadNotAssigned,
    LeadNotQualified,
    LeadStatus,
    Nobody,
    NotYourLead,
    Pooled,
    Qualified,
    Score,
    TriangleNotThreePeople,
    UnknownLead,
    Who,
    must_be_alive,
    must_be_assigned,
    must_be_owned_by,
    must_be_qualified,
    possible,
)
from .touch import (
    ConsentMissing,
    ConsentRecorded,
    LogTouch,
    RecordConsent,
    TouchInTheFuture,
    TouchLogged,
    log_touch,
    record_consent,
    touched,
    trailed,
    withdraw_consent,
)
from .work import (
    AssignLead,
    Budget,
    CaptureLead,
    ContactRecorded,
    ConvertLead,
    DisqualifyLead,
    QualifyLead,
    assign,
    capture,
    convert,
    disqualify,
    opportunity_of,
    qualify,
)

LeadCommand: TypeAlias = (
    CaptureLead
    | AssignLead
    | LogTouch
    | RecordConsent
    | ReleaseLead
    | RecycleLead
    | CheckResponse
    | MoveLead
    | QualifyLead
    | DisqualifyLead
    | ConvertLead
)
LeadEvent: TypeAlias = (
    LeadCaptured
    | ContactRecorded
    | LeadAssigned
    | TouchLogged
    | ConsentRecorded
    | LeadRouted
    | LeadOwnerNotFound
    | LeadPooled
    | LeadClaimed
    | LeadWatched
    | LeadRecycled
    | ResponseAwaited
    | LeadResponseMissed
    | LeadScored
    | LeadQualified
    | LeadDisqualified
    | LeadConverted
    | LeadReturned
    | RenewalDue
    | LeadMerged
    | LeadUnmerged
)


def decide(lead: Lead, command: LeadCommand) -> list[LeadEvent]:
    match command:
        case CaptureLead():
            return [*capture(lead, command)]
        case AssignLead():
            return [*assign(must_be_alive(lead), command)]
        case LogTouch():
            return [*log_touch(must_be_owned_by(lead, command.actor), command)]
        case RecordConsent():
            return [*record_consent(must_be_alive(lead), command)]
        case QualifyLead():
            return [*qualify(must_be_assigned(lead), command)]
        case ReleaseLead():
            return [*release(must_be_released_by(lead, command), command)]
        case RecycleLead():
            return [*recycle(lead, command)]
        case MoveLead():
            return [*move(lead, command)]
        case CheckResponse():
            return [*check_response(lead, command)]
        case DisqualifyLead():
            return [*disqualify(must_be_alive(lead), command)]
        case ConvertLead():
            return [*convert(must_be_qualified(lead), command)]


def evolve(lead: Lead, event: LeadEvent) -> Lead:
    match event:
        case LeadCaptured():
            return Captured(who(event))
        case LeadAssigned():
            return owned(lead, event.owner)
        case TouchLogged():
            return trailed(lead, touched(lead.trail, event)) if isinstance(lead, Alive) else lead
        case ConsentRecorded():
            return heard(lead, event)
        case LeadPooled():
            return pooled(lead, event)
        case LeadRecycled():
            return trailed(lead, barred(lead.trail, event)) if isinstance(lead, Alive) else lead
        case LeadWatched():
            return trailed(lead, watching(lead.trail, event)) if isinstance(lead, Alive) else lead
        case ResponseAwaited():
            return owed(lead, event)
        case LeadResponseMissed():
            return trailed(lead, overdue(lead.trail, event)) if isinstance(lead, Alive) else lead
        case LeadScored():
            return scored(lead, event)
        case LeadQualified():
            return Qualified(lead.who, lead.owner, event.bant, lead.trail) if isinstance(lead, Assigned) else lead
        case LeadDisqualified():
            return closed(lead, "disqualified")
        case LeadConverted():
            return closed(lead, "converted")
        case LeadMerged():
            return absorbed(lead, event)
        case LeadUnmerged():
            return released(lead)
        case ContactRecorded(name=name, email=email) | RenewalDue(contact_name=name, contact_email=email):
            return reachable(lead, name, email)
        case LeadReturned(contact_name=name, contact_email=email):
            return barring(reachable(lead, name, email), event)
        case LeadOwnerNotFound():
            return unfound(lead)
        case LeadRouted() | LeadClaimed():
            return lead  # no rule depends on it


def must_be_released_by(lead: Lead, command: ReleaseLead) -> Assigned:
    assigned = must_be_assigned(lead)
    if assigned.owner != command.actor and not command.by_manager:
        raise NotYourLead(owner=assigned.owner)
    return assigned


def who(event: LeadCaptured) -> Who:
    return Who(event.party_id, event.company, event.contact_id, came_by(event), event.campaign, event.need, event.territory, event.renews)


def reachable(lead: Lead, name: str | None, email: str | None) -> Lead:
    return trailed(lead, replace(lead.trail, contact=Contact(name, email))) if isinstance(lead, Alive) else lead


def barring(lead: Lead, event: LeadReturned) -> Lead:
    return trailed(lead, replace(lead.trail, barred=event.barred)) if isinstance(lead, Alive) else lead


def scored(lead: Lead, event: LeadScored) -> Lead:
    segment, tier = placed(event.segment, event.segment_reason), placed(event.tier, event.tier_reason)
    score = Score(event.model_version, event.score, event.band, event.factors, segment, tier)
    return trailed(lead, replace(lead.trail, score=score)) if isinstance(lead, Alive) else lead


def placed(name: str | None, reason: str | None) -> Placed | None:
    return None if name is None else Placed(name, reason or "")


def closed(lead: Lead, status: Literal["disqualified", "converted"]) -> Closed:
    """What is kept of a lead that is over: enough to take it up again."""
    match lead:
        case Qualified(who=who, owner=owner, bant=bant, trail=trail):
            return Closed(status, who, owner, bant, trail)
        case Assigned(who=who, owner=owner, trail=trail):
            return Closed(status, who, owner, trail=trail)
        case Captured(who=who, trail=trail) | Pooled(who=who, trail=trail):
            return Closed(status, who, trail=trail)
        case Nobody() | Closed() | Absorbed():
            return Closed(status)


def owned(lead: Lead, owner: str) -> Lead:
    match lead:
        case Pooled(bant=bant) if bant is not None:
            return Qualified(lead.who, owner, bant, lead.trail)
        case Captured(who=who, trail=trail) | Pooled(who=who, trail=trail) | Assigned(who=who, trail=trail):
            return Assigned(who, owner, trail)
        case Qualified():
            return replace(lead, owner=owner)
        case Nobody() | Closed() | Absorbed():
            return lead


decider: Decider[Lead, LeadCommand, LeadEvent] = Decider(
    kind="lead", id="lead_id", initial=Nobody(), decide=decide, evolve=evolve, commands=LeadCommand, events=LeadEvent
)

__all__ = [
    "AssignLead", "BantIncomplete", "Budget", "CaptureLead", "CheckResponse", "ConsentMissing", "ConsentRecorded", "ContactRecorded",
    "ConvertLead", "DisqualifyLead", "LeadAlreadyQualified", "LeadClosed", "LeadCommand", "LeadEvent", "LeadInPool",
    "Lead", "LeadNotAssigned", "LeadNotInPool", "LeadNotQualified", "LeadOwnerNotFound", "LeadReturned", "LeadRouted",
    "LeadStatus", "LeadWatched", "LogTouch",
    "MoveLead", "NotYourLead", "OwnedBefore", "QualifyLead", "RecordConsent", "RecycleLead", "ReleaseLead", "RenewalDue", "ResponseAwaited",
    "TouchInTheFuture", "TouchLogged", "TriangleNotThreePeople", "UnknownLead", "came_by", "decider", "must_be_alive",
    "opportunity_of", "possible", "withdraw_consent",
]  # fmt: skip
