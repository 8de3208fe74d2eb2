"""Workloads follow what happens to leads, and hand-overs move leads."""

from typing import TypeAlias

from ltc_events import Command
from ltc_events.lead import LeadAssigned, LeadConverted, LeadDisqualified, LeadMerged, LeadPooled, LeadUnmerged

from .rules import NoteGone, NoteTaken, workload_of

Moved: TypeAlias = LeadAssigned | LeadPooled | LeadDisqualified | LeadConverted | LeadMerged | LeadUnmerged


def keep_workloads(lead: Moved) -> list[Command]:
    """A workload holds the open leads of its owner. One policy for all of these, so that they stay in order."""
    match lead:
        case LeadAssigned():
            return [*gone(None if lead.from_pool else lead.previous_owner, lead), *taken(lead.owner, lead, lead.how or "by_hand")]
        case LeadUnmerged():
            return taken(lead.owner, lead, "unmerge")
        case LeadPooled():
            return gone(lead.previous_owner, lead)
        case LeadDisqualified() | LeadConverted() | LeadMerged():
            return gone(lead.owner, lead)


def taken(owner: str | None, lead: Moved, how: str) -> list[Command]:
    return [] if owner is None else [NoteTaken(desk_id=workload_of(owner), owner=owner, lead_id=lead.lead_id, how=how)]


def gone(owner: str | None, lead: Moved) -> list[Command]:
    merged = True if isinstance(lead, LeadMerged) else None
    return [] if owner is None else [NoteGone(desk_id=workload_of(owner), lead_id=lead.lead_id, merged=merged)]
