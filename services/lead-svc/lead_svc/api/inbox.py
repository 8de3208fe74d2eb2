"""What the caller should know of."""

from datetime import datetime
from typing import Any
from uuid import UUID

from ltc_events.effect import Outcome
from ltc_runtime.http import Api, Body, Handle, Page, Paging, Read, Role, View
from pydantic import Field
from sqlalchemy import Select, and_, func, or_, select

from .. import projections as shown
from ..contact.rules.addresses import Email
from ..inbox.rules.notices import SEE_TO, Kind
from ..inbox.rules.states import AskDigest, ClearInbox, EndDigest, ReadNotice, UnknownNotice, inbox_of, person_of
from .resource import SALES

inbox = Api("/inbox")
TOLD: tuple[Role, ...] = (*SALES, "solution", "fulfilment", "legal", "finance")
"""Whoever may have a lead or a task, or may be asked to decide."""


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
    over: bool = Field(
        description="It does not count as unread: its task is seen to, or somebody else's, or the lead it asks to see to is merged now."
    )
    merged_into: UUID | None = Field(description="The lead that its lead is shown under now: see to that one.")


class Unread(View):
    """How much the caller has not read."""

    unread: int
    by_kind: dict[Kind, int]


def is_unread() -> Any:
    notice, cleared = shown.notices.c, shown.inboxes.c.cleared
    return and_(notice.read_at.is_(None), ~is_over(), or_(cleared.is_(None), notice.at > cleared))


def is_over() -> Any:
    """A lead that is merged is seen to where it is shown; once that is undone, what was not read is unread again."""
    notice = shown.notices.c
    return or_(notice.over_at.is_not(None), and_(shown.leads.c.merged_into.is_not(None), notice.kind.in_(SEE_TO)))


def of_caller(read: Read, *columns: Any) -> Select[Any]:
    notice = shown.notices.c
    joined = shown.notices.outerjoin(shown.inboxes, shown.inboxes.c.user == notice.user)
    joined = joined.outerjoin(shown.leads, shown.leads.c.lead_id == notice.lead_id)
    return select(*columns).select_from(joined).where(notice.user == read.caller)


@inbox.query("", roles=TOLD)
async def list_notices(read: Read, paging: Paging, unread: bool = False) -> Page[Notice]:
    """What concerns the caller, the newest first."""
    notice = shown.notices.c
    shows = (
        notice.notice_id, notice.kind, notice.lead_id, notice.import_id, notice.opportunity_id, notice.task_id, shown.leads.c.company,
        notice.says, notice.at, is_over().label("over"), shown.leads.c.merged_into,
    )  # fmt: skip
    found = of_caller(read, *shows, (~is_unread()).label("read"))
    return await read.page(found.where(is_unread()) if unread else found, key=(notice.at, notice.notice_id), into=Notice, paging=paging)


@inbox.query("/unread", roles=TOLD)
async def count_unread(read: Read) -> Unread:
    """How much the caller has not read, by kind."""
    kind = shown.notices.c.kind
    rows = await read.all(of_caller(read, kind, func.count().label("count")).where(is_unread()).group_by(kind).order_by(kind))
    return Unread(unread=sum(row["count"] for row in rows), by_kind={row["kind"]: row["count"] for row in rows})


@inbox.act("/{notice_id}/read", roles=TOLD, refuses=(UnknownNotice,))
async def read_notice(notice_id: UUID, read: Read, handle: Handle) -> None:
    """Note that the caller has read one notice."""
    notice = shown.notices.c
    await read.one(of_caller(read, notice.notice_id).where(notice.notice_id == notice_id), UnknownNotice)
    user = handle.actor
    return await handle(ReadNotice(inbox_id=inbox_of(user), user=user, notice_id=notice_id, at=handle.now))


@inbox.act("/read", roles=TOLD)
async def clear_inbox(handle: Handle) -> None:
    """Note that the caller has read everything there is now."""
    user = handle.actor
    return await handle(ClearInbox(inbox_id=inbox_of(user), user=user, at=handle.now))


class DigestBody(Body):
    """Where the caller wants to be told."""

    email: Email = Field(examples=["ann@acme.example"], description="The caller's own; it is sealed, and forgotten with them.")


class Digest(View):
    """The mail the caller gets of what is new."""

    on: bool
    email: str | None
    subject_id: UUID = Field(description="For whom the address is sealed: whoever is forgotten by it gets no more mails.")
    due: datetime | None = Field(description="When the next mail goes out, if something of what is new is unread then.")
    why_not: str | None = Field(description="Why there are no more mails.")
    outcome: Outcome | None = Field(description="What came of the last one.")
    told_at: datetime | None


@inbox.query("/digest", roles=TOLD)
async def show_digest(read: Read) -> Digest:
    """The mail the caller gets of what is new."""
    digest = shown.digests
    row = await read.maybe(select(digest).where(digest.c.user == read.caller))
    if row is None:
        nothing = dict.fromkeys(("email", "due", "why_not", "outcome", "told_at"))
        return Digest(on=False, subject_id=person_of(read.caller), **nothing)
    (email,) = await read.open_many([row["email"]])
    return Digest(**{**{name: row[name] for name in Digest.model_fields}, "email": email})


@inbox.act("/digest", roles=TOLD)
async def ask_digest(body: DigestBody, handle: Handle) -> None:
    """Get a mail on each working day on which something is new and unread, as work begins. A later address replaces the one before."""
    user, subject = handle.actor, person_of(handle.actor)
    await handle.known(subject)
    command = AskDigest(inbox_id=inbox_of(user), user=user, subject_id=subject, email=handle.seal(subject, body.email))
    return await handle(command)


@inbox.act("/digest/end", roles=TOLD)
async def end_digest(handle: Handle) -> None:
    """Get no more of these mails. The address can be read no more."""
    user = handle.actor
    handle.forget(person_of(user))
    return await handle(EndDigest(inbox_id=inbox_of(user), user=user, reason="ended by its reader"))
