"""How the events of a lead change its state. Nouns that only read leads read `history`."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Literal, Never, TypeAlias

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
from ltc_kit.merges import Merged

from ...rule_book.rules.classes import Placed
from .events import (
    ConsentRecorded,
    ContactRecorded,
    LeadOwnerNotFound,
    LeadReturned,
    LeadRouted,
    LeadWatched,
    RenewalDue,
    ResponseAwaited,
    TouchLogged,
)
from .states import (
    Absorbed,
    Alive,
    Assigned,
    Captured,
    Closed,
    Consent,
    Contact,
    Lead,
    NotCaptured,
    Pooled,
    Qualified,
    Response,
    Score,
    Trail,
    Watch,
    Who,
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


def evolve(lead: Lead, event: LeadEvent) -> Lead:
    match event:
        case LeadCaptured():
            return Captured(who(event))
        case LeadAssigned():
            return on_assigned(lead, event.owner)
        case TouchLogged():
            return with_trail(lead, touches=event.touches, first_touch=event.first_touch, last_touch=event.last_touch)
        case ConsentRecorded():
            return on_consent_recorded(lead, event)
        case LeadPooled():
            return on_pooled(lead, event)
        case LeadRecycled():
            return on_recycled(lead, event)
        case LeadWatched():
            watch = Watch(event.owner, event.due, event.untouched_days, event.no_return_days, event.rules_version)
            return with_trail(lead, watch=watch)
        case ResponseAwaited():
            return on_response_awaited(lead, Response(event.due, event.rules_version, event.escalate_to))
        case LeadResponseMissed():
            return with_trail(lead, response=Response(event.due, event.rules_version, event.escalated_to, overdue=True))
        case LeadScored():
            return with_trail(lead, score=score(event))
        case LeadQualified():
            return Qualified(lead.who, lead.owner, event.bant, lead.trail) if isinstance(lead, Assigned) else lead
        case LeadDisqualified():
            return on_closed(lead, "disqualified")
        case LeadConverted():
            return on_closed(lead, "converted")
        case LeadMerged():
            return Absorbed(Merged(event.merge_id, event.into), lead) if isinstance(lead, Alive) else lead
        case LeadUnmerged():
            return lead.before if isinstance(lead, Absorbed) else lead
        case ContactRecorded(name=name, email=email) | RenewalDue(contact_name=name, contact_email=email):
            return with_trail(lead, contact=Contact(name, email))
        case LeadReturned(contact_name=name, contact_email=email):
            return with_trail(lead, contact=Contact(name, email), barred=event.barred)
        case LeadOwnerNotFound():
            return replace(lead, orphaned=False) if isinstance(lead, Pooled) else lead
        case LeadRouted() | LeadClaimed():
            return lead  # no rule depends on it


def with_trail(lead: Lead, **changes: Any) -> Lead:
    """The lead with a changed trail; the trail of a closed or merged lead stays."""
    return replace(lead, trail=replace(lead.trail, **changes)) if isinstance(lead, Alive) else lead


def who(event: LeadCaptured) -> Who:
    return Who(event.party_id, event.company, event.contact_id, came_by(event), event.campaign, event.need, event.territory, event.renews)


def came_by(lead: LeadCaptured) -> str:
    """How reports and rules count a lead: by its channel, or as a renewal."""
    return "renewal" if lead.renews else lead.channel


def on_assigned(lead: Lead, owner: str) -> Lead:
    match lead:
        case Pooled(bant=bant) if bant is not None:
            return Qualified(lead.who, owner, bant, lead.trail)
        case Captured(who=who, trail=trail) | Pooled(who=who, trail=trail) | Assigned(who=who, trail=trail):
            return Assigned(who, owner, trail)
        case Qualified():
            return replace(lead, owner=owner)
        case NotCaptured() | Closed() | Absorbed():
            return lead


def on_pooled(lead: Lead, event: LeadPooled) -> Lead:
    if not isinstance(lead, Alive):
        return lead
    bant = None if isinstance(lead, Captured | Assigned) else lead.bant
    return Pooled(lead.who, event.previous_owner, lead.trail, bant, orphaned=event.hand_over_id is not None)


def on_recycled(lead: Lead, event: LeadRecycled) -> Lead:
    barred: Mapping[str, datetime] = lead.trail.barred if isinstance(lead, Alive) else {}
    return with_trail(lead, barred={**barred, event.previous_owner: event.no_return_before})


def on_consent_recorded(lead: Lead, event: ConsentRecorded) -> Lead:
    """Customers withdraw consent in every status of their leads."""
    if isinstance(lead, NotCaptured):
        return lead
    if isinstance(lead, Absorbed):
        return replace(lead, before=replace(lead.before, trail=consented(lead.trail, event)))
    return replace(lead, trail=consented(lead.trail, event))


def consented(trail: Trail, event: ConsentRecorded) -> Trail:
    return replace(trail, consent=Consent(event.until) if event.given else None, said_no=not event.given)


def on_response_awaited(lead: Lead, response: Response) -> Lead:
    """The deadline is set once, also where the lead was merged a moment before."""
    if isinstance(lead, Absorbed):
        return replace(lead, before=replace(lead.before, trail=replace(lead.trail, response=response)))
    return with_trail(lead, response=response)


def score(event: LeadScored) -> Score:
    segment, tier = placed(event.segment, event.segment_reason), placed(event.tier, event.tier_reason)
    return Score(event.model_version, event.score, event.band, event.factors, segment, tier)


def placed(name: str | None, reason: str | None) -> Placed | None:
    return None if name is None else Placed(name, reason or "")


def on_closed(lead: Lead, status: Literal["disqualified", "converted"]) -> Closed:
    """What is kept of a closed lead: enough to continue it."""
    match lead:
        case Qualified(who=who, owner=owner, bant=bant, trail=trail):
            return Closed(status, who, owner, bant, trail)
        case Assigned(who=who, owner=owner, trail=trail):
            return Closed(status, who, owner, trail=trail)
        case Captured(who=who, trail=trail) | Pooled(who=who, trail=trail):
            return Closed(status, who, trail=trail)
        case NotCaptured() | Closed() | Absorbed():
            return Closed(status)


history: Decider[Lead, Any, LeadEvent] = Decider(
    kind="lead", id="lead_id", initial=NotCaptured(), evolve=evolve, commands=Never, events=LeadEvent
)
