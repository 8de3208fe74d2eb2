"""Notices: which event concerns which user."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args
from uuid import UUID

from ltc_events import Fact, derive_id
from ltc_events.lead import LeadAssigned, LeadMerged, LeadPooled, LeadRecycled, LeadResponseMissed, LeadUnmerged
from ltc_events.opportunity_gates import DecisionEscalated, OpportunityChanged
from ltc_events.opportunity_tasks import TaskDone, TaskDropped, TaskRaised, TaskReassigned

from ...import_job.rules import ImportFinished
from ...lead.rules.events import LeadOwnerNotFound

OfLeads = Literal["lead_assigned", "lead_handed_over", "response_overdue", "lead_recycled", "import_finished"]
OfDeals = Literal["task_raised", "task_reassigned", "decision_escalated", "deal_handed_over"]
OfPool = Literal["lead_pooled"]
OfMerges = Literal["lead_merged", "lead_took_in", "lead_unmerged"]
Kind = OfLeads | OfDeals | OfPool | OfMerges
SEE_TO: tuple[Kind, ...] = ("lead_assigned", "lead_handed_over", "response_overdue", "lead_pooled", "lead_took_in", "lead_unmerged")
"""What asks to see to a lead that is shown for itself."""
LEAD_KINDS = frozenset(get_args(OfLeads))
"""The kinds of the first contract, which never grows."""
AboutDeals = TaskRaised | TaskReassigned | DecisionEscalated | OpportunityChanged
Alarm = LeadResponseMissed | LeadPooled | LeadOwnerNotFound
Concerns = LeadAssigned | Alarm | LeadRecycled | LeadMerged | LeadUnmerged | ImportFinished | AboutDeals


@dataclass(frozen=True, slots=True)
class Notice:
    """A user gets notice of an event."""

    notice_id: UUID
    user: str
    kind: Kind
    says: str | None
    at: datetime
    lead_id: UUID | None = None
    import_id: UUID | None = None
    opportunity_id: UUID | None = None
    task_id: UUID | None = None


def notices_of(event: Concerns, fact: Fact) -> list[Notice]:
    """The notices of an event: to the owner of its subject, and to the users of an escalation."""
    own = notice_of(event, fact)
    others = other_notices(event, fact)
    return others if own is None else [own, *(each for each in others if each.user != own.user)]


def other_notices(event: Concerns, fact: Fact) -> list[Notice]:
    """Notices to users other than the owner."""
    match event:
        case LeadMerged(into_owner=str(owner)) if owner != fact.actor:
            id = derive_id(fact.stream_id, "notice", fact.version, owner)
            return [Notice(id, owner, "lead_took_in", event.reason, fact.occurred_at, lead_id=event.into)]
        case LeadResponseMissed() | LeadPooled() | LeadOwnerNotFound():
            return alarms(event, fact)
        case _:
            return []


def alarms(event: Alarm, fact: Fact) -> list[Notice]:
    """Notices to the users whom the rules pinned at that time name; one each."""
    if isinstance(event, LeadResponseMissed):
        kind: Kind = "response_overdue"
        named, says = event.escalated_to, f"{event.owner} has the lead" if event.owner else "nobody has the lead"
    else:
        kind, named, says = "lead_pooled", event.alarm_to, event.reason
    ids = {user: derive_id(fact.stream_id, "notice", fact.version, user) for user in named}
    return [Notice(id, user, kind, says, fact.occurred_at, lead_id=event.lead_id) for user, id in ids.items()]


def notice_of(event: Concerns, fact: Fact) -> Notice | None:
    """The notice to the owner of the event's subject; none of a user's own act."""
    id, at = derive_id(fact.stream_id, "notice", fact.version), fact.occurred_at
    match event:
        case LeadAssigned(owner=owner) if owner == fact.actor:
            return None
        case LeadAssigned():
            kind: Kind = "lead_handed_over" if event.how == "hand_over" else "lead_assigned"
            return Notice(id, event.owner, kind, event.reason, at, lead_id=event.lead_id)
        case LeadResponseMissed(owner=None) | LeadPooled() | LeadOwnerNotFound():
            return None
        case LeadResponseMissed(owner=owner):
            assert owner is not None
            return Notice(id, owner, "response_overdue", None, at, lead_id=event.lead_id)
        case LeadMerged(owner=owner) | LeadUnmerged(owner=owner):
            kind = "lead_merged" if isinstance(event, LeadMerged) else "lead_unmerged"
            return None if owner in (None, fact.actor) else Notice(id, owner, kind, event.reason, at, lead_id=event.lead_id)
        case LeadRecycled():
            return Notice(id, event.previous_owner, "lead_recycled", event.reason, at, lead_id=event.lead_id)
        case ImportFinished():
            said = f"{event.rows:,} rows: {event.new:,} new, {event.known:,} known, {event.refused:,} refused"
            said = f"{said}; {event.failure}" if event.failure else said
            return Notice(id, event.by, "import_finished", said, at, import_id=event.import_id)
        case _:
            return notice_of_deal(event, fact, id)


def notice_of_task(task_id: UUID, owner: str) -> UUID:
    """The id of the notice of a task: it is over when the task ends or changes its owner."""
    return derive_id(task_id, "notice", owner)


def over(task: TaskReassigned | TaskDone | TaskDropped) -> list[tuple[str, UUID]]:
    """The notices that are over, each with its user; a task that returns to a user gives a new notice."""
    owners = [task.previous_owner, task.owner] if isinstance(task, TaskReassigned) else [task.owner]
    return [(owner, notice_of_task(task.task_id, owner)) for owner in owners]


def notice_of_deal(event: AboutDeals, fact: Fact, id: UUID) -> Notice | None:
    """The notice of an event of opportunity-svc. Its kind says what to do."""
    at, deal = fact.occurred_at, event.opportunity_id
    match event:
        case TaskRaised(kind="decision_overdue", owner=owner) if owner == event.why.requested_by:
            return None  # the escalation is a notice of its own
        case TaskRaised(task_id=task):
            return Notice(notice_of_task(task, event.owner), event.owner, "task_raised", event.kind, at, opportunity_id=deal, task_id=task)
        case TaskReassigned(reassigned_by=by) if by == event.owner:
            return None
        case TaskReassigned(task_id=task):
            id = notice_of_task(task, event.owner)
            return Notice(id, event.owner, "task_reassigned", event.kind, at, opportunity_id=deal, task_id=task)
        case DecisionEscalated():
            return Notice(id, event.requested_by, "decision_escalated", event.gate, at, opportunity_id=deal)
        case OpportunityChanged(hand_over_id=None):
            return None
        case OpportunityChanged():
            before, after = event.before.model_dump(), event.after.model_dump()
            seat = next((name for name in after if name.endswith("_manager") and after[name] != before[name]), None)
            return None if seat is None else Notice(id, after[seat], "deal_handed_over", event.reason, at, opportunity_id=deal)
