"""What each of us should know of: one row per fact that concerns them, and by whom it was read."""

from dataclasses import asdict

from ltc_events import Fact, change, on, projection, put
from ltc_events.lead import LeadAssigned, LeadMerged, LeadPooled, LeadRecycled, LeadResponseMissed, LeadUnmerged
from ltc_events.opportunity_gates import DecisionEscalated, OpportunityChanged
from ltc_events.opportunity_tasks import TaskDone, TaskDropped, TaskRaised, TaskReassigned
from ltc_events.projection import Row
from sqlalchemy import Boolean, Column, DateTime, Index, Table, Text
from sqlalchemy.dialects.postgresql import UUID

from ..import_job.rules import ImportFinished
from ..inbox.rules.notices import Concerns, notices_of, over
from ..inbox.rules.states import DigestAsked, DigestEnded, DigestPlanned, DigestTold, InboxCleared, NoticeRead
from ..lead.rules.events import LeadOwnerNotFound
from .schema import read

notices = Table(
    "notice",
    read,
    Column("notice_id", UUID, primary_key=True),
    Column("user", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("lead_id", UUID),
    Column("import_id", UUID),
    Column("opportunity_id", UUID),
    Column("task_id", UUID),
    Column("says", Text),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("read_at", DateTime(timezone=True)),
    # What it told of is seen to, or somebody else's: nobody has to read it.
    Column("over_at", DateTime(timezone=True)),
    Index("notice_of_user", "user", "at", "notice_id"),
)

inboxes = Table(
    "inbox",
    read,
    Column("user", Text, primary_key=True),
    # Whatever is not younger was read.
    Column("cleared", DateTime(timezone=True), nullable=False),
)

digests = Table(
    "digest",
    read,
    Column("user", Text, primary_key=True),
    # Whom the address is sealed for: forgetting them ends it.
    Column("subject_id", UUID, nullable=False),
    Column("email", Text, nullable=False),
    Column("on", Boolean, nullable=False),
    Column("why_not", Text),
    Column("due", DateTime(timezone=True)),
    Column("outcome", Text),
    Column("told_at", DateTime(timezone=True)),
)


def told(event: Concerns, fact: Fact) -> list[Row]:
    """The notices of whom a fact concerns."""
    return [{**asdict(notice), "read_at": None, "over_at": None} for notice in notices_of(event, fact)]


def ended(task: TaskReassigned | TaskDone | TaskDropped, fact: Fact) -> list[Row]:
    """The notice of whoever has a task no more."""
    return [{"notice_id": notice_id, "over_at": fact.occurred_at} for _, notice_id in over(task)]


inbox_list = projection(
    "inbox_list",
    on(LeadAssigned, put(notices, told)),
    on(LeadResponseMissed, put(notices, told)),
    on(LeadPooled, put(notices, told)),
    on(LeadOwnerNotFound, put(notices, told)),
    on(LeadRecycled, put(notices, told)),
    on(LeadMerged, put(notices, told)),
    on(LeadUnmerged, put(notices, told)),
    on(ImportFinished, put(notices, told)),
    on(TaskRaised, put(notices, told)),
    on(TaskReassigned, change(notices, ended), put(notices, told)),
    on(TaskDone, change(notices, ended)),
    on(TaskDropped, change(notices, ended)),
    on(DecisionEscalated, put(notices, told)),
    on(OpportunityChanged, put(notices, told)),
    on(NoticeRead, change(notices, lambda seen: {"notice_id": seen.notice_id, "read_at": seen.at})),
    on(InboxCleared, put(inboxes, lambda inbox: {"user": inbox.user, "cleared": inbox.at})),
)

digest_list = projection(
    "digest_list",
    on(
        DigestAsked,
        put(
            digests,
            lambda digest: {
                "user": digest.user,
                "subject_id": digest.subject_id,
                "email": digest.email,
                "on": True,
                "why_not": None,
                "due": None,
                "outcome": None,
                "told_at": None,
            },
        ),
    ),
    on(DigestEnded, change(digests, lambda digest: {"user": digest.user, "on": False, "why_not": digest.reason, "due": None})),
    on(DigestPlanned, change(digests, lambda digest: {"user": digest.user, "due": digest.due})),
    on(DigestTold, change(digests, lambda digest, fact: {"user": digest.user, "outcome": digest.outcome, "told_at": fact.occurred_at})),
)
