"""Notices of users, and the daily mail of what they have not read."""

from ltc_events import At, Command, Fact
from ltc_events.opportunity_tasks import TaskDone, TaskDropped, TaskReassigned

from .rules import NoteNotice, SendDigest
from .rules.notices import Concerns, Notice, notices_of, over
from .rules.states import DigestPlanned, NoteOver, inbox_of


def note_notice(event: Concerns | TaskDone | TaskDropped, fact: Fact) -> list[Command]:
    """Notes each notice in the inbox of its user, for the daily mail. Ends use the same policy, so that they come after."""
    ended: list[Command] = []
    if isinstance(event, TaskReassigned | TaskDone | TaskDropped):
        ended += [NoteOver(inbox_id=inbox_of(user), user=user, notice_id=notice_id) for user, notice_id in over(event)]
    notices = [] if isinstance(event, TaskDone | TaskDropped) else notices_of(event, fact)
    return [*ended, *map(noted, notices)]


def noted(notice: Notice) -> NoteNotice:
    return NoteNotice(inbox_id=inbox_of(notice.user), user=notice.user, notice_id=notice.notice_id, kind=notice.kind, at=notice.at)


def send_digest(digest: DigestPlanned) -> list[At]:
    """As work begins it is looked what is still unread."""
    return [At(digest.due, SendDigest(**dict(digest)))]
