"""The notices of each user, which of them were read, and the daily mail."""

from dataclasses import asdict
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from ltc_events import Event, Fact, projection
from ltc_events import change as change_rows
from ltc_events import put as put_rows
from ltc_events.effect import Outcome
from ltc_events.lead import LeadAssigned, LeadMerged, LeadPooled, LeadRecycled, LeadResponseMissed, LeadUnmerged
from ltc_events.opportunity_gates import DecisionEscalated, OpportunityChanged
from ltc_events.opportunity_tasks import TaskDone, TaskDropped, TaskRaised, TaskReassigned
from ltc_events.projection import Row
from ltc_events.read_model import Index, Key, ReadModel, change, on, put
from ltc_runtime.http import Handle, Page, Paging, Read, View
from pydantic import Field
from sqlalchemy import Select, and_, func, or_, select

from ..import_job.rules import ImportFinished
from ..lead.read import LeadRow
from ..lead.rules.events import LeadOwnerNotFound
from .api import ALL, inbox
from .rules.notices import SEE_TO, Concerns, Kind, notices_of, over
from .rules.states import (
    DigestAsked,
    DigestEnded,
    DigestPlanned,
    DigestTold,
    InboxCleared,
    NoticeRead,
    ReadNotice,
    UnknownNotice,
    inbox_of,
    person_of,
)  # fmt: skip


class NoticeRow(ReadModel, table="notice"):
    """A notice of a user."""

    notice_id: Key[UUID]
    user: str
    kind: Kind
    lead_id: UUID | None
    import_id: UUID | None
    opportunity_id: UUID | None
    task_id: UUID | None
    says: str | None
    at: datetime
    read_at: datetime | None
    over_at: datetime | None
    """When its task was done, or given to another owner."""

    of_user: ClassVar = Index("user", "at", "notice_id")


class InboxRow(ReadModel, table="inbox"):
    """Until when a user has read everything."""

    user: Key[str]
    cleared: datetime


class DigestRow(ReadModel, table="digest"):
    """The daily mail of a user; the address is encrypted."""

    user: Key[str]
    subject_id: UUID
    email: str
    on: bool
    why_not: str | None
    due: datetime | None
    outcome: Outcome | None
    told_at: datetime | None


def recorded_at(event: Event, fact: Fact) -> datetime:
    return fact.occurred_at


def notice_rows(event: Concerns, fact: Fact) -> list[Row]:
    """The notices of whom a fact concerns."""
    return [{**asdict(notice), "read_at": None, "over_at": None} for notice in notices_of(event, fact)]


def ended(task: TaskReassigned | TaskDone | TaskDropped, fact: Fact) -> list[Row]:
    """The notice of a user who no longer owns the task."""
    return [{"notice_id": notice_id, "over_at": fact.occurred_at} for _, notice_id in over(task)]


inbox_list = projection(
    "inbox_list",
    on(LeadAssigned, put_rows(NoticeRow.table, notice_rows)),
    on(LeadResponseMissed, put_rows(NoticeRow.table, notice_rows)),
    on(LeadPooled, put_rows(NoticeRow.table, notice_rows)),
    on(LeadOwnerNotFound, put_rows(NoticeRow.table, notice_rows)),
    on(LeadRecycled, put_rows(NoticeRow.table, notice_rows)),
    on(LeadMerged, put_rows(NoticeRow.table, notice_rows)),
    on(LeadUnmerged, put_rows(NoticeRow.table, notice_rows)),
    on(ImportFinished, put_rows(NoticeRow.table, notice_rows)),
    on(TaskRaised, put_rows(NoticeRow.table, notice_rows)),
    on(TaskReassigned, change_rows(NoticeRow.table, ended), put_rows(NoticeRow.table, notice_rows)),
    on(TaskDone, change_rows(NoticeRow.table, ended)),
    on(TaskDropped, change_rows(NoticeRow.table, ended)),
    on(DecisionEscalated, put_rows(NoticeRow.table, notice_rows)),
    on(OpportunityChanged, put_rows(NoticeRow.table, notice_rows)),
    on(NoticeRead, change(NoticeRow, read_at=lambda notice: notice.at)),
    on(InboxCleared, put(InboxRow, cleared=lambda inbox: inbox.at)),
)

digest_list = projection(
    "digest_list",
    on(DigestAsked, put(DigestRow, on=True)),
    on(DigestEnded, change(DigestRow, on=False, why_not=lambda digest: digest.reason, due=None)),
    on(DigestPlanned, change(DigestRow, "due")),
    on(DigestTold, change(DigestRow, "outcome", told_at=recorded_at)),
)


class Notice(View):
    """Something that concerns the caller."""

    notice_id: UUID
    kind: Kind
    lead_id: UUID | None
    import_id: UUID | None
    opportunity_id: UUID | None = Field(description="The deal.")
    task_id: UUID | None = Field(description="`GET /tasks/{task_id}` of opportunity-svc says what is to be done.")
    company: str | None = Field(description="Of the lead.")
    says: str | None = Field(description="Why, or what came of it; of a task, its kind; of a decision, its gate.")
    at: datetime
    read: bool
    over: bool = Field(description="It does not count as unread: its task is done or has another owner, or its lead is merged now.")
    merged_into: UUID | None = Field(description="The lead that its lead is shown under now: see to that one.")


class Unread(View):
    """How much the caller has not read."""

    unread: int
    by_kind: dict[Kind, int]


def is_unread() -> Any:
    notice, cleared = NoticeRow.table.c, InboxRow.table.c.cleared
    return and_(notice.read_at.is_(None), ~is_over(), or_(cleared.is_(None), notice.at > cleared))


def is_over() -> Any:
    """A lead that is merged is seen to where it is shown; once that is undone, what was not read is unread again."""
    notice = NoticeRow.table.c
    return or_(notice.over_at.is_not(None), and_(LeadRow.table.c.merged_into.is_not(None), notice.kind.in_(SEE_TO)))


def of_caller(read: Read, *columns: Any) -> Select[Any]:
    notice = NoticeRow.table.c
    joined = NoticeRow.table.outerjoin(InboxRow.table, InboxRow.table.c.user == notice.user)
    joined = joined.outerjoin(LeadRow.table, LeadRow.table.c.lead_id == notice.lead_id)
    return select(*columns).select_from(joined).where(notice.user == read.caller)


@inbox.query("", roles=ALL)
async def list_notices(read: Read, paging: Paging, unread: bool = False) -> Page[Notice]:
    """What concerns the caller, the newest first."""
    notice = NoticeRow.table.c
    shows = (
        notice.notice_id, notice.kind, notice.lead_id, notice.import_id, notice.opportunity_id, notice.task_id, LeadRow.table.c.company,
        notice.says, notice.at, is_over().label("over"), LeadRow.table.c.merged_into,
    )  # fmt: skip
    found = of_caller(read, *shows, (~is_unread()).label("read"))
    return await read.page(found.where(is_unread()) if unread else found, key=(notice.at, notice.notice_id), into=Notice, paging=paging)


@inbox.query("/unread", roles=ALL)
async def count_unread(read: Read) -> Unread:
    """How much the caller has not read, by kind."""
    kind = NoticeRow.table.c.kind
    rows = await read.all(of_caller(read, kind, func.count().label("count")).where(is_unread()).group_by(kind).order_by(kind))
    return Unread(unread=sum(row["count"] for row in rows), by_kind={row["kind"]: row["count"] for row in rows})


@inbox.act("/{notice_id}/read", roles=ALL, refuses=(UnknownNotice,))
async def read_notice(notice_id: UUID, read: Read, handle: Handle) -> None:
    """Note that the caller has read one notice."""
    notice = NoticeRow.table.c
    await read.one(of_caller(read, notice.notice_id).where(notice.notice_id == notice_id), UnknownNotice)
    user = handle.actor
    return await handle(ReadNotice(inbox_id=inbox_of(user), user=user, notice_id=notice_id, at=handle.now))


class Digest(View):
    """The mail the caller gets of what is new."""

    on: bool
    email: str | None
    subject_id: UUID = Field(description="The subject whose key encrypts the address: forget it, and the mails end.")
    due: datetime | None = Field(description="When the next mail goes out, if something of what is new is unread then.")
    why_not: str | None = Field(description="Why there are no more mails.")
    outcome: Outcome | None = Field(description="What came of the last one.")
    told_at: datetime | None


@inbox.query("/digest", roles=ALL)
async def show_digest(read: Read) -> Digest:
    """The mail the caller gets of what is new."""
    row = await read.maybe(select(DigestRow.table).where(DigestRow.table.c.user == read.caller))
    if row is None:
        nothing = dict.fromkeys(("email", "due", "why_not", "outcome", "told_at"))
        return Digest(on=False, subject_id=person_of(read.caller), **nothing)
    (email,) = await read.open_many([row["email"]])
    return Digest(**{**{name: row[name] for name in Digest.model_fields}, "email": email})
