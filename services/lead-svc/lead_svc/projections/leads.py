"""The list of leads, the contact behind each, and how far the leads of each channel came."""

from ltc_events import Fact, change, on, projection, put
from ltc_events.lead import (
    LeadAssigned,
    LeadCaptured,
    LeadConverted,
    LeadDisqualified,
    LeadMerged,
    LeadPooled,
    LeadQualified,
    LeadResponseMissed,
    LeadScored,
    LeadUnmerged,
    PersonForgotten,
)
from ltc_events.projection import Row
from sqlalchemy import JSON, BigInteger, Boolean, Column, Date, DateTime, Index, Integer, Table, Text
from sqlalchemy.dialects.postgresql import UUID

from ..lead.rules.events import ConsentRecorded, ContactRecorded, LeadReturned, RenewalDue, ResponseAwaited, TouchLogged
from ..lead.rules.history import came_by
from .schema import read

leads = Table(
    "lead_list",
    read,
    Column("lead_id", UUID, primary_key=True),
    Column("party_id", UUID, nullable=False),
    Column("contact_id", UUID),
    Column("company", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("campaign", Text),
    Column("status", Text, nullable=False),
    Column("owner", Text),
    Column("territory", Text),
    # The rule that gave it to its owner, and why that fits.
    Column("rule", Text),
    Column("assignment", Text),
    Column("previous_owner", Text),
    Column("pool_reason", Text),
    Column("pool_alarm", Boolean),
    Column("need", Text),
    Column("budget", BigInteger),
    Column("currency", Text),
    Column("authority", Text),
    Column("timing", Date),
    Column("reason", Text),
    Column("opportunity_id", UUID),
    # It became part of a deal that was there already.
    Column("joined", Boolean),
    # Of a lead that came back: the lead it was before, and why its deal came to nothing.
    Column("returned_from", UUID),
    Column("return_reason", Text),
    # Of a lead that came of a contract that ends: that contract, its last day, and the deal and the lead it came of.
    Column("renews", UUID),
    Column("renews_contract_no", Text),
    Column("renews_ends_on", Date),
    Column("renews_opportunity_id", UUID),
    Column("renews_lead_id", UUID),
    # Of one that is shown under another: that other one, which counts for both.
    Column("merged_into", UUID),
    Column("captured_at", DateTime(timezone=True), nullable=False),
    # When it reached a stage for the first time; the funnel counts these, so a lead disqualified late still counts as qualified.
    Column("assigned_at", DateTime(timezone=True)),
    Column("qualified_at", DateTime(timezone=True)),
    Column("closed_at", DateTime(timezone=True)),
    Column("touches", Integer, nullable=False),
    Column("first_touch_at", DateTime(timezone=True)),
    Column("last_touch_at", DateTime(timezone=True)),
    Column("response_due", DateTime(timezone=True)),
    Column("response_overdue", Boolean, nullable=False),
    # Null: nobody asked them; with an end, the last day on which they still agree.
    Column("consent", Boolean),
    Column("consent_until", Date),
    Column("score", Integer),
    # What a list sorted by score goes by: a lead without a score comes last.
    Column("rank", Integer, nullable=False),
    Column("band", Text),
    Column("factors", JSON),
    Column("model_version", Integer),
    # The class it is of by the same model, and why.
    Column("segment", Text),
    Column("segment_reason", Text),
    Column("tier", Text),
    Column("tier_reason", Text),
    # The need as it was said first; what was found out later must not flatter a model that is tested against history.
    Column("first_need", Text),
    # When it was cared for last: the last touch, or that it came.
    Column("cared_at", DateTime(timezone=True), nullable=False),
    Index("lead_list_newest", "captured_at", "lead_id"),
    Index("lead_list_of_contact", "contact_id"),
    Index("lead_list_of_owner", "owner", "status"),
    Index("lead_list_untouched", "cared_at"),
    Index("lead_list_best", "rank", "lead_id"),
)

touches = Table(
    "lead_touch",
    read,
    Column("touch_id", UUID, primary_key=True),
    Column("lead_id", UUID, nullable=False),
    Column("kind", Text, nullable=False),
    Column("direction", Text, nullable=False),
    Column("marketing", Boolean, nullable=False),
    # Sealed with the key of the contact.
    Column("note", Text),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("by", Text, nullable=False),
    Index("lead_touch_of_lead", "lead_id", "at", "touch_id"),
)

contacts = Table(
    "lead_contact",
    read,
    Column("contact_id", UUID, primary_key=True),
    Column("lead_id", UUID, nullable=False),
    # Sealed: read with the person's key, or not at all.
    Column("name", Text),
    Column("email", Text),
    Column("phone", Text),
    Column("forgotten", Boolean, nullable=False),
    Index("lead_contact_of_lead", "lead_id"),
)


def owned(lead: LeadAssigned, fact: Fact) -> Row:
    """Whose it is now; the first owner makes a captured lead an assigned one, as does whoever gets it out of the pool."""
    owner: Row = {"lead_id": lead.lead_id, "owner": lead.owner, "rule": lead.rule, "assignment": lead.reason}
    if lead.from_pool:
        owner = {**owner, "status": "qualified" if lead.qualified else "assigned", "pool_reason": None, "pool_alarm": None}
    return owner if lead.previous_owner else {"status": "assigned", **owner, "assigned_at": fact.occurred_at}


def qualified(lead: LeadQualified, fact: Fact) -> Row:
    """What was found out."""
    return {
        "lead_id": lead.lead_id,
        "status": "qualified",
        "need": lead.bant.need,
        "budget": lead.bant.budget.amount,
        "currency": lead.bant.budget.currency,
        "authority": lead.bant.authority,
        "timing": lead.bant.timing,
        "qualified_at": fact.occurred_at,
    }


NEW_LEAD = dict.fromkeys(leads.columns.keys())

lead_list = projection(
    "lead_list",
    on(
        LeadCaptured,
        put(
            leads,
            lambda lead, fact: {
                **NEW_LEAD,
                "lead_id": lead.lead_id,
                "party_id": lead.party_id,
                "contact_id": lead.contact_id,
                "company": lead.company,
                "channel": came_by(lead),
                "campaign": lead.campaign,
                "need": lead.need,
                "territory": lead.territory,
                "returned_from": lead.returned_from,
                "renews": lead.renews,
                "status": "captured",
                "captured_at": fact.occurred_at,
                "touches": 0,
                "response_overdue": False,
                "rank": -1,
                "first_need": lead.need,
                "cared_at": fact.occurred_at,
            },
        ),
    ),
    on(
        ContactRecorded,
        put(
            contacts,
            lambda contact: {
                "contact_id": contact.contact_id,
                "lead_id": contact.lead_id,
                "name": contact.name,
                "email": contact.email,
                "phone": contact.phone,
                "forgotten": False,
            },
        ),
    ),
    on(LeadAssigned, change(leads, owned)),
    on(
        LeadPooled,
        change(
            leads,
            lambda lead: {
                "lead_id": lead.lead_id,
                "status": "pooled",
                "owner": None,
                "previous_owner": lead.previous_owner,
                "rule": None,
                "assignment": None,
                "pool_reason": lead.reason,
                "pool_alarm": lead.alarm,
            },
        ),
    ),
    on(
        TouchLogged,
        change(
            leads,
            lambda lead: {
                "lead_id": lead.lead_id,
                "touches": lead.touches,
                "first_touch_at": lead.first_touch,
                "last_touch_at": lead.last_touch,
                "cared_at": lead.last_touch,
            },
        ),
        put(touches, lambda touch: touch.model_dump(include=set(touches.columns.keys()))),
    ),
    on(
        ConsentRecorded,
        change(leads, lambda lead: {"lead_id": lead.lead_id, "consent": lead.given, "consent_until": lead.until}),
    ),
    on(ResponseAwaited, change(leads, lambda lead: {"lead_id": lead.lead_id, "response_due": lead.due})),
    on(LeadResponseMissed, change(leads, lambda lead: {"lead_id": lead.lead_id, "response_overdue": True})),
    on(
        LeadScored,
        change(
            leads,
            lambda lead: {
                "lead_id": lead.lead_id,
                "score": lead.score,
                "rank": lead.score,
                "band": lead.band,
                "factors": [factor.model_dump(mode="json") for factor in lead.factors],
                "model_version": lead.model_version,
                "segment": lead.segment,
                "segment_reason": lead.segment_reason,
                "tier": lead.tier,
                "tier_reason": lead.tier_reason,
            },
        ),
    ),
    on(LeadQualified, change(leads, qualified)),
    on(
        LeadDisqualified,
        change(
            leads,
            lambda lead, fact: {"lead_id": lead.lead_id, "status": "disqualified", "reason": lead.reason, "closed_at": fact.occurred_at},
        ),
    ),
    on(
        LeadConverted,
        change(
            leads,
            lambda lead, fact: {
                "lead_id": lead.lead_id,
                "status": "converted",
                "opportunity_id": lead.opportunity_id,
                "joined": lead.joins,
                "closed_at": fact.occurred_at,
            },
        ),
    ),
    on(
        LeadMerged,
        change(
            leads,
            lambda lead, fact: {"lead_id": lead.lead_id, "status": "merged", "merged_into": lead.into, "closed_at": fact.occurred_at},
        ),
    ),
    on(
        LeadUnmerged,
        change(leads, lambda lead: {"lead_id": lead.lead_id, "status": lead.status, "merged_into": None, "closed_at": None}),
    ),
    on(LeadReturned, change(leads, lambda lead: {"lead_id": lead.lead_id, "return_reason": lead.why})),
    on(
        RenewalDue,
        change(
            leads,
            lambda lead: {
                "lead_id": lead.lead_id,
                "renews_contract_no": lead.contract_no,
                "renews_ends_on": lead.ends_on,
                "renews_opportunity_id": lead.opportunity_id,
                "renews_lead_id": lead.previous,
            },
        ),
    ),
    on(PersonForgotten, change(contacts, lambda person: {"contact_id": person.subject_id, "forgotten": True})),
    version=5,
)
