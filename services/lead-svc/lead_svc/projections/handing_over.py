"""Where the leads of somebody who leaves went."""

from ltc_events import Fact, change, on, projection, put
from ltc_events.lead import DeskHandedOver, LeadAssigned, LeadPooled
from ltc_events.projection import Row
from sqlalchemy import Column, DateTime, Integer, Table, Text
from sqlalchemy.dialects.postgresql import UUID

from ..workload.rules import LeadsHandedOver
from .schema import read

hand_overs = Table(
    "hand_over",
    read,
    Column("hand_over_id", UUID, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("to", Text),
    Column("leads", Integer, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
)

handed_leads = Table(
    "handed_lead",
    read,
    Column("hand_over_id", UUID, primary_key=True),
    Column("lead_id", UUID, primary_key=True),
    # Until it moved: null. Whom it went to, or that it went to the pool.
    Column("moved_at", DateTime(timezone=True)),
    Column("owner", Text),
)


def moved(lead: LeadAssigned | LeadPooled, fact: Fact) -> list[Row]:
    """A lead of somebody who leaves is where it should go."""
    if lead.hand_over_id is None:
        return []
    owner = lead.owner if isinstance(lead, LeadAssigned) else None
    return [{"hand_over_id": lead.hand_over_id, "lead_id": lead.lead_id, "moved_at": fact.occurred_at, "owner": owner}]


hand_over_list = projection(
    "hand_over_list",
    on(
        DeskHandedOver,
        put(
            hand_overs,
            lambda desk, fact: {
                "hand_over_id": desk.hand_over_id,
                "owner": desk.owner,
                "to": desk.to,
                "leads": desk.leads,
                "by": fact.actor,
                "at": fact.occurred_at,
            },
        ),
    ),
    on(
        LeadsHandedOver,
        put(
            handed_leads,
            lambda part: [
                {"hand_over_id": part.hand_over_id, "lead_id": lead_id, "moved_at": None, "owner": None} for lead_id in part.lead_ids
            ],
        ),
    ),
    on(LeadAssigned, change(handed_leads, moved)),
    on(LeadPooled, change(handed_leads, moved)),
)
