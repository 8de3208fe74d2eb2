"""Leads for one need: captured, assigned, merged and unmerged."""

from datetime import date
from uuid import UUID

from lead_svc.lead.rules.merge import (
    MergeLead,
    UnmergeLead,
)
from ltc_events import Money
from ltc_events.lead import (
    Bant,
    LeadAssigned,
    LeadCaptured,
    LeadConverted,
    LeadMerged,
    LeadUnmerged,
)

A, B, C, MERGE = UUID(int=1), UUID(int=2), UUID(int=3), UUID(int=9)


BANT = Bant(need="Cards", budget=Money(amount=1, currency="USD"), authority="Board", timing=date(2026, 12, 24))


def captured(lead_id: UUID) -> LeadCaptured:
    return LeadCaptured(lead_id=lead_id, party_id=UUID(int=8), company="Acme", channel="site", need="Cards")


def assigned(lead_id: UUID, owner: str = "ann") -> LeadAssigned:
    return LeadAssigned(lead_id=lead_id, owner=owner)


def converted(lead_id: UUID) -> LeadConverted:
    triangle = {"account_manager": "ann", "solution_manager": "sam", "fulfilment_manager": "fay"}
    deal = {"opportunity_id": UUID(int=7), "need": "Cards", "budget": BANT.budget, "expected_close": BANT.timing}
    return LeadConverted(lead_id=lead_id, party_id=UUID(int=8), company="Acme", **triangle, **deal)


def merged(lead_id: UUID, into: UUID, owner: str | None = None) -> LeadMerged:
    return LeadMerged(lead_id=lead_id, into=into, merge_id=MERGE, reason="Asked twice", owner=owner)


def unmerged(lead_id: UUID, into: UUID, status: str = "captured", **more: object) -> LeadUnmerged:
    said = {"lead_id": lead_id, "previously_into": into, "merge_id": MERGE, "reason": "Two plants", "status": status, **more}
    return LeadUnmerged.model_validate(said)


def merge(lead_id: UUID, into: UUID) -> MergeLead:
    return MergeLead(lead_id=lead_id, into=into, merge_id=MERGE, reason="Asked twice")


def unmerge(lead_id: UUID, *above: UUID) -> UnmergeLead:
    return UnmergeLead(lead_id=lead_id, above=above, reason="Two plants")


BOTH = (captured(A), captured(B))
