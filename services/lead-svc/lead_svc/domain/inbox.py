"""An inbox: what one of us was told of, and what of it they have read."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from ltc_events import Command, Decider, Event, Refusal, UserId, derive_id


def inbox_of(user: str) -> UUID:
    """The stream of somebody's inbox."""
    return derive_id("inbox", user)


class ReadNotice(Command):
    """Note that they have read one notice."""

    inbox_id: UUID
    user: UserId
    notice_id: UUID
    at: datetime


class ClearInbox(Command):
    """Note that they have read everything up to then."""

    inbox_id: UUID
    user: UserId
    at: datetime


class NoticeRead(Event, type="ltc.lead.notice-read.v1"):
    """They have read one notice."""

    inbox_id: UUID
    user: UserId
    notice_id: UUID
    at: datetime


class InboxCleared(Event, type="ltc.lead.inbox-cleared.v1"):
    """They have read everything up to then."""

    inbox_id: UUID
    user: UserId
    at: datetime


class UnknownNotice(Refusal):
    """There is no such notice in your inbox."""

    status = 404


@dataclass(frozen=True, slots=True)
class Inbox:
    """What was read since everything was."""

    read: frozenset[UUID] = frozenset()
    cleared: datetime | None = None


InboxCommand: TypeAlias = ReadNotice | ClearInbox
InboxEvent: TypeAlias = NoticeRead | InboxCleared


def decide(inbox: Inbox, command: InboxCommand) -> list[InboxEvent]:
    match command:
        case ReadNotice():
            return [] if command.notice_id in inbox.read else [NoticeRead(**dict(command))]
        case ClearInbox():
            return [] if inbox.cleared is not None and command.at <= inbox.cleared else [InboxCleared(**dict(command))]


def evolve(inbox: Inbox, event: InboxEvent) -> Inbox:
    match event:
        case NoticeRead(notice_id=notice_id):
            return replace(inbox, read=inbox.read | {notice_id})
        case InboxCleared(at=at):
            return Inbox(cleared=at)


decider: Decider[Inbox, InboxCommand, InboxEvent] = Decider(
    kind="inbox", id="inbox_id", initial=Inbox(), decide=decide, evolve=evolve, commands=InboxCommand, events=InboxEvent, shared=True
)
