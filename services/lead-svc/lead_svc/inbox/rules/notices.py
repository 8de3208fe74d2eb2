"""What one of us should know of: which facts concern whom."""

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
    """One of us is told of a fact."""

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
    """Whom a fact concerns: whoever has what it is about, and those who are to step in."""
    told = notice_of(event, fact)
    others = beside(event, fact)
    return others if told is None else [told, *(each for each in others if each.user != told.user)]


def beside(event: Concerns, fact: Fact) -> list[Notice]:
    """Who else is told of it."""
    match event:
        case LeadMerged(into_owner=str(owner)) if owner != fact.actor:
            id = derive_id(fact.stream_id, "notice", fact.version, owner)
            return [Notice(id, owner, "lead_took_in", event.reason, fact.occurred_at, lead_id=event.into)]
        case LeadResponseMissed() | LeadPooled() | LeadOwnerNotFound():
            return alarms(event, fact)
        case _:
            return []


def alarms(event: Alarm, fact: Fact) -> list[Notice]:
    """Who is to step in, by the rules of then; each is told once."""
    if isinstance(event, LeadResponseMissed):
        kind: Kind = "response_overdue"
        named, says = event.escalated_to, f"{event.owner} has the lead" if event.owner else "nobody has the lead"
    else:
        kind, named, says = "lead_pooled", event.alarm_to, event.reason
    ids = {user: derive_id(fact.stream_id, "notice", fact.version, user) for user in named}
    return [Notice(id, user, kind, says, fact.occurred_at, lead_id=event.lead_id) for user, id in ids.items()]


def notice_of(event: Concerns, fact: Fact) -> Notice | None:
    """Whose what a fact is about is; nobody is told what they did themselves."""
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
    """The notice by which somebody hears of a task: it is over when the task is, or is somebody else's."""
    return derive_id(task_id, "notice", owner)


def over(task: TaskReassigned | TaskDone | TaskDropped) -> list[tuple[str, UUID]]:
    """Whose notices are over, and which; who gets a task back is told anew."""
    owners = [task.previous_owner, task.owner] if isinstance(task, TaskReassigned) else [task.owner]
    return [(owner, notice_of_task(task.task_id, owner)) for owner in owners]


def notice_of_deal(event: AboutDeals, fact: Fact, id: UUID) -> Notice | None:
    """Whom a fact of opportunity-svc concerns. What is to be done says its kind."""
    at, deal = fact.occurred_at, event.opportunity_id
    match event:
        case TaskRaised(kind="decision_overdue", owner=owner) if owner == event.why.requested_by:
            return None  # they hear that it was escalated
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
