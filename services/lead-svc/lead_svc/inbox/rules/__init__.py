"""The digest: one mail at the start of a working day, to each user who requested it and has new unread notices."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from ltc_events import Command, Decider, Name, States, Stream, UserId
from ltc_events.effect import Effect, EffectOutcome, Mail, Outcome
from ltc_kit.calendar import WorkingCalendar

from ...lead.rules.response import RESPONSE
from ...rule_book import rules as rule_book
from .notices import LEAD_KINDS, Kind, OfDeals, OfLeads, OfMerges, OfPool
from .states import (
    AskDigest,
    ClearInbox,
    DealNoticeNoted,
    DigestAsked,
    DigestEnded,
    DigestIntended,
    DigestPlanned,
    DigestTold,
    EndDigest,
    Inbox,
    InboxCleared,
    InboxEvent,
    Noted,
    NoteOver,
    NoticeNoted,
    NoticeOver,
    NoticeRead,
    ReadNotice,
    evolve,
    was_read,
)  # fmt: skip

_WORK = ("09:00-17:00",)
USUAL = WorkingCalendar.model_validate(
    {"zone": "UTC", "week": dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), _WORK)}
)
"""When we work, as long as no response rules say so."""

WORDS: dict[OfLeads, str] = {
    "lead_assigned": "given to you \u00b7 分配给您",
    "lead_handed_over": "handed over to you \u00b7 移交给您",
    "response_overdue": "waiting too long for a first response \u00b7 首次响应超时",
    "lead_recycled": "taken back to the pool \u00b7 回收至公海",
    "import_finished": "import finished \u00b7 导入完成",
}
FURTHER_WORDS: dict[OfDeals | OfPool | OfMerges, str] = {
    "lead_pooled": "in the pool, as nobody was found for them \u00b7 无人可分配，已入公海",
    "lead_merged": "merged into another lead \u00b7 已并入其他线索",
    "lead_took_in": "another lead merged into yours \u00b7 有线索并入您的线索",
    "lead_unmerged": "merge undone, yours again \u00b7 合并已撤销",
    "task_raised": "to be seen to in deals \u00b7 商机待办",
    "task_reassigned": "tasks given to you \u00b7 转交给您的待办",
    "decision_escalated": "decisions nobody made in time \u00b7 决策超时",
    "deal_handed_over": "deals handed over to you \u00b7 移交给您的商机",
}


class NoteNotice(Command):
    """Record that a notice is new for a user, who may have a daily mail."""

    inbox_id: UUID
    user: UserId
    notice_id: UUID
    kind: Kind
    at: datetime

    def reads(self) -> Sequence[Stream]:
        """The inbox, and the response rules for their calendar."""
        return inbox_and_rules(self.inbox_id)


class SendDigest(Command):
    """Intend the mail, if something is still unread."""

    inbox_id: UUID
    user: UserId
    due: datetime

    def reads(self) -> Sequence[Stream]:
        """The inbox, and the response rules for their calendar."""
        return inbox_and_rules(self.inbox_id)


class NoteDigest(Command):
    """Note what came of the mail."""

    inbox_id: UUID
    user: UserId
    due: datetime
    outcome: Outcome
    detail: Name
    at: datetime

    def reads(self) -> Sequence[Stream]:
        """The inbox, and the response rules for their calendar."""
        return inbox_and_rules(self.inbox_id)


def inbox_and_rules(inbox_id: UUID) -> list[Stream]:
    return [decider.of(inbox_id), rule_book.decider.of(RESPONSE)]


InboxCommand: TypeAlias = ReadNotice | ClearInbox | AskDigest | EndDigest | NoteOver | NoteNotice | SendDigest | NoteDigest


def decide(states: States, command: InboxCommand) -> Sequence[InboxEvent]:
    inbox = states.of(decider, command.inbox_id)
    match command:
        case ReadNotice():
            return [] if command.notice_id in inbox.read else [NoticeRead(**dict(command))]
        case ClearInbox():
            return [] if inbox.cleared is not None and command.at <= inbox.cleared else [InboxCleared(**dict(command))]
        case AskDigest():
            return [DigestAsked(**dict(command))]
        case EndDigest():
            return [] if inbox.digest is None else [DigestEnded(**dict(command))]
        case NoteOver():
            waiting = {**inbox.digest.fresh, **inbox.digest.sending} if inbox.digest else {}
            return [NoticeOver(**dict(command))] if command.notice_id in {*inbox.read, *waiting} else []
        case NoteNotice():
            return note(inbox, calendar_of(states), command)
        case SendDigest():
            return send(inbox, command)
        case NoteDigest():
            return on_sent(inbox, calendar_of(states), command)


def calendar_of(states: States) -> WorkingCalendar:
    rules = states.of(rule_book.decider, RESPONSE).response
    return rules.calendar if rules else USUAL


def note(known: Inbox, calendar: WorkingCalendar, command: NoteNotice) -> list[Noted | DigestPlanned]:
    digest = known.digest
    if digest is None or command.notice_id in digest.fresh or was_read(known, command.notice_id, command.at):
        return []
    noted = NoticeNoted(**dict(command)) if command.kind in LEAD_KINDS else DealNoticeNoted(**dict(command))
    waits = digest.planned is not None and digest.planned > command.at
    return [noted] if waits else [noted, *planned(command, calendar)]


def planned(command: NoteNotice | NoteDigest, calendar: WorkingCalendar) -> list[DigestPlanned]:
    """As the work of the next day begins: so there are never two on one day."""
    due = calendar.opening(command.at)
    return [] if due is None else [DigestPlanned(inbox_id=command.inbox_id, user=command.user, due=due)]


def send(known: Inbox, command: SendDigest) -> list[DigestIntended]:
    digest = known.digest
    if digest is None or digest.planned != command.due or not digest.fresh or digest.sending:
        return []  # it moved on, or all was read
    found = Counter(each.kind for each in digest.fresh.values())
    counts = {kind: found[kind] for kind in sorted(found) if kind in LEAD_KINDS}
    of_deals = {kind: found[kind] for kind in sorted(found) if kind not in LEAD_KINDS}
    return [DigestIntended.model_validate({**dict(command), "to": digest.email, "counts": counts, "of_deals": of_deals})]


def on_sent(known: Inbox, calendar: WorkingCalendar, command: NoteDigest) -> list[DigestTold | DigestPlanned | DigestEnded]:
    """What did not go out yet goes out with the next one; an address that is no good is not written to again."""
    recorded = DigestTold(**dict(command))
    if known.digest is None:
        return [recorded]
    match command.outcome:
        case "deferred" | "dropped":
            return [recorded, *planned(command, calendar)]
        case "refused" | "forgotten":
            return [recorded, DigestEnded(inbox_id=command.inbox_id, user=command.user, reason=command.detail)]
        case _:
            return [recorded]


decider: Decider[Inbox, InboxCommand, InboxEvent] = Decider(
    kind="inbox",
    id="inbox_id",
    initial=Inbox(),
    decide_many=decide,
    evolve=evolve,
    commands=InboxCommand,
    events=InboxEvent,
    also=(rule_book.decider,),
    shared=True,
)


def composed(digest: DigestIntended) -> Mail:
    """The mail counts what is new, and names no person."""
    words = [f"{count} \u00d7 {WORDS[kind]}" for kind, count in digest.counts.items()]
    words += [f"{count} \u00d7 {FURTHER_WORDS[kind]}" for kind, count in further(digest).items()]
    new = sum((*digest.counts.values(), *further(digest).values()))
    lines = "\n".join(words)
    end = "You asked for this mail; POST /inbox/digest/end ends it."
    return Mail(
        to=digest.to,
        subject=f"{new} new in your inbox",
        body=f"New and unread in your inbox \u00b7 收件箱中的新通知:\n\n{lines}\n\n{end}\n",
    )


def further(digest: DigestIntended) -> dict[OfDeals | OfPool | OfMerges, int]:
    """As far as this version of the code knows the kinds."""
    return {kind: digest.of_deals[kind] for kind in FURTHER_WORDS if kind in digest.of_deals}


def outcome(digest: DigestIntended, came: EffectOutcome) -> NoteDigest:
    names = digest.model_dump(include={"inbox_id", "user", "due"})
    return NoteDigest(**names, outcome=came.outcome, detail=came.detail, at=came.at)


mails = Effect(
    intent=DigestIntended,
    streams=lambda digest: [decider.of(digest.inbox_id)],
    stands=lambda states, digest, at: is_wanted(states.of(decider, digest.inbox_id), digest, at),
    mail=composed,
    told=outcome,
)


def is_wanted(known: Inbox, digest: DigestIntended, at: datetime) -> bool:
    """Asked again at the very moment: they may have ended it, given another address, or had one today, if that was late."""
    now = known.digest
    return now is not None and now.email == digest.to and (now.sent is None or now.sent.date() < at.date())
