"""What opportunity-svc tells of open work is in the inbox of whose it is, until it is over."""

from datetime import date
from typing import Any
from uuid import UUID

import httpx
from digest_facts import FRIDAY, MONDAY, SEALED, SUBJECT
from lead_svc.inbox import rules as digesting
from lead_svc.inbox import rules as inbox
from lead_svc.inbox.policies import note_notice
from lead_svc.inbox.read import NoticeRow, inbox_list
from lead_svc.inbox.rules import NoteNotice, SendDigest, composed
from lead_svc.inbox.rules.notices import notice_of, notice_of_task
from lead_svc.inbox.rules.states import (
    DealNoticeNoted,
    DigestAsked,
    DigestIntended,
    DigestPlanned,
    NoteOver,
    NoticeOver,
    NoticeRead,
    inbox_of,
)
from leads import done, owned
from ltc_events import Event, Fact, Money
from ltc_events.opportunity_gates import DealTerms, DecisionEscalated, OpportunityChanged
from ltc_events.opportunity_tasks import TaskDone, TaskDropped, TaskRaised, TaskReassigned, Why
from ltc_events.testing import given, rows_after

DEAL, TASK = UUID(int=5), UUID(int=6)
FACT = Fact(1, "task", TASK, 1, FRIDAY, FRIDAY, "service:opportunity-svc", DEAL)
NAMES: dict[str, Any] = {"task_id": TASK, "opportunity_id": DEAL, "kind": "close_passed"}
raised = TaskRaised(**NAMES, owner="ann", due=date(2026, 11, 28), why=Why(day=date(2026, 11, 27)))
given_on = TaskReassigned(**NAMES, previous_owner="ann", owner="bob", due=date(2026, 11, 28), reassigned_by="ann")
finished = TaskDone(**NAMES, owner="bob", done_by="bob")
gone = TaskDropped(**NAMES, owner="ann", reason="moved")
escalated = DecisionEscalated(opportunity_id=DEAL, gate="ATI", round=1, requested_by="sam", due=FRIDAY)
terms = DealTerms(
    value=Money(amount=1, currency="USD"), expected_close=date(2026, 12, 1), account_manager="ann", solution_manager="sam",
    fulfilment_manager="fay",
)  # fmt: skip


def changed(hand_over_id: UUID | None = None, **said: str) -> OpportunityChanged:
    after = terms.model_copy(update=said)
    return OpportunityChanged(
        opportunity_id=DEAL, before=terms, after=after, weighted=terms.value, reason="ann left", changed_by="max", hand_over_id=hand_over_id
    )


def told(event: Any) -> tuple[str, str, str | None] | None:
    notice = notice_of(event, FACT)
    if notice is None:
        return None
    assert notice.opportunity_id == DEAL
    return notice.user, notice.kind, notice.says


def test_whose_task_it_is_hears_of_it_and_who_takes_one_does_not() -> None:
    assert told(raised) == ("ann", "task_raised", "close_passed")
    assert told(given_on) == ("bob", "task_reassigned", "close_passed")
    assert told(given_on.model_copy(update={"reassigned_by": "bob"})) is None
    assert told(given_on.model_copy(update={"reassigned_by": None})) == ("bob", "task_reassigned", "close_passed")


def test_who_asked_for_a_decision_hears_that_nobody_made_it_once() -> None:
    assert told(escalated) == ("sam", "decision_escalated", "ATI")
    overdue = raised.model_copy(update={"kind": "decision_overdue", "why": Why(gate="ATI", round=1, requested_by="sam")})
    assert told(overdue) == ("ann", "task_raised", "decision_overdue")
    assert told(overdue.model_copy(update={"owner": "sam"})) is None, "sam hears of the decision itself"


def test_who_gets_a_deal_of_a_leaver_hears_of_it() -> None:
    assert told(changed(UUID(int=90), account_manager="bob")) == ("bob", "deal_handed_over", "ann left")
    assert told(changed(UUID(int=90), fulfilment_manager="bob")) == ("bob", "deal_handed_over", "ann left")
    assert told(changed(account_manager="bob")) is None


def test_what_is_over_is_no_longer_unread() -> None:
    def shown(*events: Event) -> list[tuple[str, bool]]:
        return sorted((row["user"], row["over_at"] is not None) for row in rows_after(FACT, inbox_list, NoticeRow.table, events))

    assert shown(raised) == [("ann", False)]
    assert shown(raised, given_on) == [("ann", True), ("bob", False)]
    assert shown(raised, given_on, finished) == [("ann", True), ("bob", True)]
    assert shown(raised, gone) == [("ann", True)]
    back = TaskReassigned(**NAMES, previous_owner="bob", owner="ann", due=date(2026, 11, 28))
    assert shown(raised, given_on, back) == [("ann", False), ("bob", True)]


# ── the mail ──────────────────────────────────────────────────────────────────────────────────────────────────────────

BOX = inbox_of("ann")
ANN: dict[str, Any] = {"inbox_id": BOX, "user": "ann"}
NOTICE = notice_of_task(TASK, "ann")
asked = DigestAsked(**ANN, subject_id=SUBJECT, email=SEALED)
note = NoteNotice(**ANN, notice_id=NOTICE, kind="task_raised", at=FRIDAY)
noted = DealNoticeNoted(**dict(note))
planned = DigestPlanned(**ANN, due=MONDAY)
over = NoteOver(**ANN, notice_id=NOTICE)
send = SendDigest(**ANN, due=MONDAY)


def test_the_mail_counts_tasks_and_leaves_out_what_is_over() -> None:
    assert note_notice(raised, FACT) == [note]
    given(digesting.decider, asked).when(note).then(noted, planned)
    (intended,) = given(digesting.decider, asked, noted, planned).when(send).events
    assert isinstance(intended, DigestIntended)
    assert (intended.counts, intended.of_deals) == ({}, {"task_raised": 1})
    mail = composed(intended)
    assert mail.subject == "1 new in your inbox"
    assert "1 × to be seen to in deals" in mail.body
    unknown = intended.model_copy(update={"of_deals": {"task_raised": 1, "of_a_later_version": 2}})
    assert composed(unknown).subject == "1 new in your inbox"
    given(digesting.decider, asked, noted, planned, NoticeOver(**dict(over))).when(send).then_nothing()


def test_a_task_that_is_over_is_told_of_no_more_and_anew_to_who_gets_it_back() -> None:
    assert note_notice(gone, FACT) == [over]
    assert [type(command) for command in note_notice(given_on, FACT)] == [NoteOver, NoteOver, NoteNotice]
    ended = NoticeOver(**dict(over))
    given(inbox.decider, asked, noted).when(over).then(ended)
    given(inbox.decider).when(over).then_nothing()
    read = NoticeRead(**ANN, notice_id=NOTICE, at=FRIDAY)
    given(digesting.decider, asked, noted, planned, read).when(note).then_nothing()
    given(digesting.decider, asked, noted, planned, read, ended).when(note).then(noted)


# ── over HTTP ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_everybody_who_may_have_a_task_has_an_inbox(served: Any, ann: httpx.AsyncClient) -> None:
    await owned(ann, "sam")
    for role in ("solution", "fulfilment", "legal", "finance"):
        async with served.client("sam", role) as sam:
            (row,) = (await sam.get("/inbox")).json()["data"]
            assert (row["kind"], row["opportunity_id"], row["task_id"], row["over"]) == ("lead_assigned", None, None, False)
            assert (await sam.get("/inbox/unread")).json()["unread"] == 1
    async with served.client("nat", "analyst") as nat:
        assert (await nat.get("/inbox")).status_code == 403


async def test_a_hand_over_is_told_with_who_ordered_it_and_so_is_that_they_are_back(served: Any) -> None:
    async with served.client("max", "sales_manager") as boss:
        await done(boss, "/desks/ann/hand-over", to="bob")
        await done(boss, "/desks/ann/take-up")
    rows = await served.log.pool.fetch("SELECT type, data, partition FROM log WHERE type LIKE 'ltc.lead.desk-%' ORDER BY position")
    assert [row["type"] for row in rows] == ["ltc.lead.desk-handed-over.v1", "ltc.lead.desk-taken-up.v1"]
    assert all(row["partition"] is not None for row in rows), "others hear of it"
    assert '"by":"max"' in rows[0]["data"]
