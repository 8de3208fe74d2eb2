"""What each of us should know of: one row per fact that concerns them, and by whom it was read."""

from uuid import UUID as Id

from ltc_events import Fact, change, derive_id, on, projection, put
from ltc_events.lead import LeadAssigned, LeadRecycled, LeadResponseMissed
from ltc_events.projection import Row
from sqlalchemy import Column, DateTime, Index, Table, Text
from sqlalchemy.dialects.postgresql import UUID

from ..domain.importing import ImportFinished
from ..domain.inbox import InboxCleared, NoticeRead
from .schema import read

notices = Table(
    "notice",
    read,
    Column("notice_id", UUID, primary_key=True),
    Column("user", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("lead_id", UUID),
    Column("import_id", UUID),
    Column("says", Text),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("read_at", DateTime(timezone=True)),
    Index("notice_of_user", "user", "at", "notice_id"),
)

inboxes = Table(
    "inbox",
    read,
    Column("user", Text, primary_key=True),
    # Whatever is not younger was read.
    Column("cleared", DateTime(timezone=True), nullable=False),
)


def notice(fact: Fact, user: str, kind: str, says: str | None, *, lead_id: Id | None = None, import_id: Id | None = None) -> list[Row]:
    return [
        {
            "notice_id": derive_id(fact.stream_id, "notice", fact.version),
            "user": user,
            "kind": kind,
            "lead_id": lead_id,
            "import_id": import_id,
            "says": says,
            "at": fact.occurred_at,
            "read_at": None,
        }
    ]


def assigned(lead: LeadAssigned, fact: Fact) -> list[Row]:
    if lead.owner == fact.actor:
        return []  # nobody is told what they did themselves
    kind = "lead_handed_over" if lead.how == "hand_over" else "lead_assigned"
    return notice(fact, lead.owner, kind, lead.reason, lead_id=lead.lead_id)


def missed(lead: LeadResponseMissed, fact: Fact) -> list[Row]:
    return [] if lead.owner is None else notice(fact, lead.owner, "response_overdue", None, lead_id=lead.lead_id)


def imported(over: ImportFinished, fact: Fact) -> list[Row]:
    said = f"{over.rows:,} rows: {over.new:,} new, {over.known:,} known, {over.refused:,} refused"
    return notice(fact, over.by, "import_finished", f"{said}; {over.failure}" if over.failure else said, import_id=over.import_id)


inbox_list = projection(
    "inbox_list",
    on(LeadAssigned, put(notices, assigned)),
    on(LeadResponseMissed, put(notices, missed)),
    on(
        LeadRecycled,
        put(notices, lambda lead, fact: notice(fact, lead.previous_owner, "lead_recycled", lead.reason, lead_id=lead.lead_id)),
    ),
    on(ImportFinished, put(notices, imported)),
    on(NoticeRead, change(notices, lambda seen: {"notice_id": seen.notice_id, "read_at": seen.at})),
    on(InboxCleared, put(inboxes, lambda inbox: {"user": inbox.user, "cleared": inbox.at})),
)
