"""The inbox of a user: notices, which of them are read, and the daily mail of the unread ones."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from ltc_events import Code, Command, Event, Name, Personal, Refusal, UserId, derive_id
from ltc_events.effect import Outcome

from .notices import OfLeads


def inbox_of(user: str) -> UUID:
    """The stream of a user's inbox."""
    return derive_id("inbox", user)


def person_of(user: str) -> UUID:
    """The subject whose key encrypts the mail address of a user, so that users can be forgotten too."""
    return derive_id("user", user)


class ReadNotice(Command):
    """Mark one notice as read."""

    inbox_id: UUID
    user: UserId
    notice_id: UUID
    at: datetime


class ClearInbox(Command):
    """Mark every notice up to an instant as read."""

    inbox_id: UUID
    user: UserId
    at: datetime


class AskDigest(Command):
    """Send a mail a day, when there is something new."""

    inbox_id: UUID
    user: UserId
    subject_id: UUID
    email: Personal[str]


class EndDigest(Command):
    """Send no more of them."""

    inbox_id: UUID
    user: UserId
    reason: Name


class NoteOver(Command):
    """Record that a notice is over."""

    inbox_id: UUID
    user: UserId
    notice_id: UUID


class NoticeRead(Event, type="ltc.lead.notice-read.v1"):
    """The user read one notice."""

    inbox_id: UUID
    user: UserId
    notice_id: UUID
    at: datetime


class InboxCleared(Event, type="ltc.lead.inbox-cleared.v1"):
    """The user read every notice up to an instant."""

    inbox_id: UUID
    user: UserId
    at: datetime


class DigestAsked(Event, type="ltc.lead.digest-asked.v1"):
    """The user requested a daily mail of new notices; the address is encrypted for the user."""

    inbox_id: UUID
    user: UserId
    subject_id: UUID
    email: Personal[str]


class DigestEnded(Event, type="ltc.lead.digest-ended.v1"):
    """The user gets no more daily mails."""

    inbox_id: UUID
    user: UserId
    reason: Name


class NoticeNoted(Event, type="ltc.lead.notice-noted.v1"):
    """A notice is new for a user with a daily mail."""

    inbox_id: UUID
    user: UserId
    notice_id: UUID
    kind: OfLeads
    at: datetime


class DealNoticeNoted(Event, type="ltc.lead.deal-notice-noted.v1"):
    """A notice of a deal, or of a kind added later, is new for a user with a daily mail."""

    inbox_id: UUID
    user: UserId
    notice_id: UUID
    kind: Code
    at: datetime


class NoticeOver(Event, type="ltc.lead.notice-over.v1"):
    """The task of a notice is done, or has another owner."""

    inbox_id: UUID
    user: UserId
    notice_id: UUID


class DigestPlanned(Event, type="ltc.lead.digest-planned.v1"):
    """A daily mail is due then, if a notice is still unread."""

    inbox_id: UUID
    user: UserId
    due: datetime


class DigestIntended(Event, type="ltc.lead.digest-intended.v1"):
    """This is to be sent now: how much is new, by kind."""

    inbox_id: UUID
    user: UserId
    due: datetime
    to: Personal[str]
    counts: dict[OfLeads, int]
    of_deals: dict[Code, int] = {}
    """Of deals, and of the kinds that came later."""


class DigestTold(Event, type="ltc.lead.digest-told.v1"):
    """What came of it."""

    inbox_id: UUID
    user: UserId
    due: datetime
    outcome: Outcome
    detail: Name
    at: datetime


class UnknownNotice(Refusal):
    """There is no such notice in your inbox."""

    status = 404


Noted: TypeAlias = NoticeNoted | DealNoticeNoted


@dataclass(frozen=True, slots=True)
class Digest:
    """The daily mail of a user: address, next time, and notices."""

    email: str
    planned: datetime | None = None
    fresh: Mapping[UUID, Noted] = field(default_factory=dict)
    """Unread, and in no mail yet."""
    sending: Mapping[UUID, Noted] = field(default_factory=dict)
    """In a mail whose outcome is not known yet."""
    sent: datetime | None = None
    """When the last one went out, or may have."""


@dataclass(frozen=True, slots=True)
class Inbox:
    """The notices read since the inbox was cleared, and the daily mail."""

    read: frozenset[UUID] = frozenset()
    cleared: datetime | None = None
    digest: Digest | None = None


InboxEvent: TypeAlias = (
    NoticeRead | InboxCleared | DigestAsked | DigestEnded | Noted | NoticeOver | DigestPlanned | DigestIntended | DigestTold
)


def evolve(inbox: Inbox, event: InboxEvent) -> Inbox:
    digest = inbox.digest
    match event:
        case NoticeRead(notice_id=notice_id):
            return without(replace(inbox, read=inbox.read | {notice_id}))
        case InboxCleared(at=at):
            return without(Inbox(cleared=at, digest=digest))
        case NoticeOver(notice_id=over):
            return ended(inbox, over)
        case DigestAsked(email=email):
            return replace(inbox, digest=replace(digest, email=email) if digest else Digest(email))
        case DigestEnded():
            return replace(inbox, digest=None)
        case NoticeNoted() | DealNoticeNoted() | DigestPlanned() | DigestIntended() | DigestTold():
            return inbox if digest is None else on_digest_event(inbox, digest, event)


def on_digest_event(inbox: Inbox, digest: Digest, event: Noted | DigestPlanned | DigestIntended | DigestTold) -> Inbox:
    match event:
        case NoticeNoted() | DealNoticeNoted():
            return replace(inbox, digest=replace(digest, fresh={**digest.fresh, event.notice_id: event}))
        case DigestPlanned(due=due):
            return replace(inbox, digest=replace(digest, planned=due))
        case DigestIntended():
            return replace(inbox, digest=replace(digest, fresh={}, sending=digest.fresh))
        case DigestTold(outcome="sent" | "unknown"):
            return replace(inbox, digest=replace(digest, sending={}, sent=event.at))
        case DigestTold():  # it was not sent: the next mail counts its notices
            return without(replace(inbox, digest=replace(digest, fresh={**digest.sending, **digest.fresh}, sending={})))


def without(inbox: Inbox) -> Inbox:
    """A read notice needs no mail."""
    digest = inbox.digest
    if digest is None:
        return inbox
    return replace(inbox, digest=replace(digest, fresh={id: each for id, each in digest.fresh.items() if not was_read(inbox, id, each.at)}))


def ended(inbox: Inbox, over: UUID) -> Inbox:
    """Forgets the notice: if the task returns to the user, there is a new notice."""
    digest = inbox.digest
    if digest is not None:
        digest = replace(digest, fresh=all_but(digest.fresh, over), sending=all_but(digest.sending, over))
    return replace(inbox, read=inbox.read - {over}, digest=digest)


def all_but(notices: Mapping[UUID, Noted], over: UUID) -> Mapping[UUID, Noted]:
    return {id: each for id, each in notices.items() if id != over}


def was_read(inbox: Inbox, notice_id: UUID, at: datetime) -> bool:
    return notice_id in inbox.read or (inbox.cleared is not None and at <= inbox.cleared)
