"""What one of us should know of: which facts concern whom."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from ltc_events import Fact, derive_id
from ltc_events.lead import LeadAssigned, LeadRecycled, LeadResponseMissed

from .importing import ImportFinished

Kind = Literal["lead_assigned", "lead_handed_over", "response_overdue", "lead_recycled", "import_finished"]
Concerns = LeadAssigned | LeadResponseMissed | LeadRecycled | ImportFinished


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


def notice_of(event: Concerns, fact: Fact) -> Notice | None:
    """Whom a fact concerns; nobody is told what they did themselves."""
    id, at = derive_id(fact.stream_id, "notice", fact.version), fact.occurred_at
    match event:
        case LeadAssigned(owner=owner) if owner == fact.actor:
            return None
        case LeadAssigned():
            kind: Kind = "lead_handed_over" if event.how == "hand_over" else "lead_assigned"
            return Notice(id, event.owner, kind, event.reason, at, lead_id=event.lead_id)
        case LeadResponseMissed(owner=None):
            return None
        case LeadResponseMissed(owner=owner):
            assert owner is not None
            return Notice(id, owner, "response_overdue", None, at, lead_id=event.lead_id)
        case LeadRecycled():
            return Notice(id, event.previous_owner, "lead_recycled", event.reason, at, lead_id=event.lead_id)
        case ImportFinished():
            said = f"{event.rows:,} rows: {event.new:,} new, {event.known:,} known, {event.refused:,} refused"
            said = f"{said}; {event.failure}" if event.failure else said
            return Notice(id, event.by, "import_finished", said, at, import_id=event.import_id)
