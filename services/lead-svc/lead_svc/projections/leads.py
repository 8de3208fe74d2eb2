"""Tables of `lead.read`, for modules that are not moved into features yet."""

from sqlalchemy import JSON, BigInteger, Boolean, Column, Date, DateTime, Index, Integer, Table, Text
from sqlalchemy.dialects.postgresql import UUID

from .schema import read

leads = Table(
    "lead_list",
    read,
    Column("lead_id", UUID, primary_key=True),
    Column("lead_no", Text, index=True),
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
