"""A mail a day of what is new and unread, for whoever wants one: planned, sent once, ended, and forgotten."""

from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from digest_facts import BOX, FIRST, FRIDAY, MONDAY, SEALED, SECOND, SUBJECT
from hypothesis import given as drawn
from hypothesis import strategies as st
from lead_svc.inbox import rules as digesting
from lead_svc.inbox import rules as inbox
from lead_svc.inbox.policies import note_notice
from lead_svc.inbox.rules import USUAL, WORDS, NoteDigest, NoteNotice, SendDigest, composed, is_wanted
from lead_svc.inbox.rules.states import (
    DigestAsked,
    DigestEnded,
    DigestIntended,
    DigestPlanned,
    DigestTold,
    EndDigest,
    InboxCleared,
    NoticeNoted,
    NoticeRead,
)
from leads import done, owned
from ltc_events import Event, Fact
from ltc_events.lead import LeadAssigned
from ltc_events.testing import given
from postbox import Postbox, effects, go_on

BOB: dict[str, Any] = {"inbox_id": BOX, "user": "bob"}
asked = DigestAsked(**BOB, subject_id=SUBJECT, email=SEALED)
ended = DigestEnded(**BOB, reason="ended by its reader")
note = NoteNotice(**BOB, notice_id=FIRST, kind="lead_assigned", at=FRIDAY)
noted = NoticeNoted(**dict(note))
planned = DigestPlanned(**BOB, due=MONDAY)
send = SendDigest(**BOB, due=MONDAY)
intended = DigestIntended(**BOB, due=MONDAY, to=SEALED, counts={"lead_assigned": 1})
waiting: tuple[Event, ...] = (asked, noted, planned)
seen = NoticeRead(**BOB, notice_id=FIRST, at=FRIDAY)


def told(outcome: Any, at: datetime = MONDAY) -> NoteDigest:
    return NoteDigest(**BOB, due=MONDAY, outcome=outcome, detail="said", at=at)


def test_who_wants_no_mail_costs_nothing() -> None:
    given(digesting.decider).when(note).then_nothing()
    given(digesting.decider, asked, ended).when(note).then_nothing()


def test_what_is_new_on_friday_afternoon_is_told_on_monday_as_work_begins_and_what_comes_until_then_with_it() -> None:
    given(digesting.decider, asked).when(note).then(noted, planned)
    another = note.model_copy(update={"notice_id": SECOND, "kind": "lead_recycled", "at": MONDAY - timedelta(minutes=1)})
    given(digesting.decider, *waiting).when(note).then_nothing()
    given(digesting.decider, *waiting).when(another).then(NoticeNoted(**dict(another)))
    both = given(digesting.decider, *waiting, NoticeNoted(**dict(another))).when(send).events
    assert both == [intended.model_copy(update={"counts": {"lead_assigned": 1, "lead_recycled": 1}})]
    given(digesting.decider, *waiting, intended).when(another.model_copy(update={"at": MONDAY})).then(
        NoticeNoted(**dict(another.model_copy(update={"at": MONDAY}))), DigestPlanned(**BOB, due=MONDAY + timedelta(days=1))
    )


def test_what_was_read_meanwhile_is_told_to_nobody() -> None:
    given(digesting.decider, *waiting).when(send).then(intended)
    given(digesting.decider, *waiting, seen).when(send).then_nothing()
    given(digesting.decider, *waiting, InboxCleared(**BOB, at=FRIDAY)).when(send).then_nothing()
    given(digesting.decider, asked, seen).when(note).then_nothing()
    given(digesting.decider, asked, InboxCleared(**BOB, at=FRIDAY)).when(note).then_nothing()


def test_a_mail_that_moved_on_or_is_under_way_is_not_sent_again() -> None:
    given(digesting.decider, *waiting, intended).when(send).then_nothing()
    given(digesting.decider, *waiting, ended).when(send).then_nothing()
    given(digesting.decider, *waiting, ended, asked).when(send).then_nothing()
    later = DigestPlanned(**BOB, due=MONDAY + timedelta(days=1))
    given(digesting.decider, *waiting, later).when(send).then_nothing()


@pytest.mark.parametrize("outcome", ["deferred", "dropped"])
def test_what_did_not_go_out_goes_out_with_the_next_one(outcome: Any) -> None:
    (note_of, again) = given(digesting.decider, *waiting, intended).when(told(outcome)).events
    assert again == DigestPlanned(**BOB, due=MONDAY + timedelta(days=1))
    tomorrow = SendDigest(**BOB, due=MONDAY + timedelta(days=1))
    (sent,) = given(digesting.decider, *waiting, intended, note_of, again).when(tomorrow).events
    assert isinstance(sent, DigestIntended)
    assert sent.counts == intended.counts
    given(digesting.decider, *waiting, intended, note_of, seen, again).when(tomorrow).then_nothing()


def test_an_address_that_is_no_good_is_not_written_to_again() -> None:
    for outcome in ("refused", "forgotten"):
        (_, end) = given(digesting.decider, *waiting, intended).when(told(outcome)).events
        assert end == DigestEnded(**BOB, reason="said")
    given(digesting.decider, *waiting, intended).when(told("sent")).then(DigestTold(**dict(told("sent"))))
    given(digesting.decider, *waiting, intended, ended).when(told("refused")).then(DigestTold(**dict(told("refused"))))


def test_at_the_last_moment_it_is_asked_whether_it_is_still_wanted_and_whether_there_was_one_today() -> None:
    state = inbox.decider.initial
    for event in (*waiting, intended):
        state = inbox.decider.evolve(state, event)  # type: ignore[arg-type]
    assert is_wanted(state, intended, MONDAY)
    assert not is_wanted(inbox.decider.evolve(state, ended), intended, MONDAY)
    assert not is_wanted(inbox.decider.evolve(state, asked.model_copy(update={"email": SEALED[:-1] + "B"})), intended, MONDAY)
    sent = inbox.decider.evolve(state, DigestTold(**dict(told("sent"))))
    assert not is_wanted(sent, intended, MONDAY + timedelta(hours=3))
    assert is_wanted(sent, intended, MONDAY + timedelta(days=1))


def test_ending_twice_is_ending_once() -> None:
    end = EndDigest(**BOB, reason="ended by its reader")
    given(inbox.decider, asked).when(end).then(ended)
    given(inbox.decider, asked, ended).when(end).then_nothing()


def test_the_mail_says_how_much_and_names_nobody() -> None:
    mail = composed(intended.model_copy(update={"counts": dict.fromkeys(WORDS, 2)}))
    assert mail.subject == "10 new in your inbox"
    assert all(f"2 × {words}" in mail.body for words in WORDS.values())
    assert "bob" not in mail.body


@drawn(st.integers(0, 20 * 366 * 24 * 60).map(lambda minutes: FRIDAY + timedelta(minutes=minutes)))
def test_work_begins_next_on_a_working_morning_within_four_days(at: datetime) -> None:
    due = USUAL.opening(at)
    assert due is not None
    assert at < due <= at + timedelta(days=4)
    assert (due.hour, due.minute, due.weekday() < 5) == (9, 0, True)


def test_who_did_it_themselves_is_not_told() -> None:
    at = Fact(0, "lead", FIRST, 3, FRIDAY, FRIDAY, "ann", FIRST)
    assert note_notice(LeadAssigned(lead_id=FIRST, owner="ann"), at) == []
    (command,) = note_notice(LeadAssigned(lead_id=FIRST, owner="bob"), at)
    assert isinstance(command, NoteNotice)
    assert (command.user, command.kind, command.at) == ("bob", "lead_assigned", FRIDAY)


async def test_a_digest_goes_out_once_is_ended_by_its_reader_and_forgotten_with_them(
    served: Any, ann: httpx.AsyncClient, post: Postbox
) -> None:
    outside = await effects(served, post)
    async with served.client("bob", "sales") as bob, served.client("lea", "legal") as legal:
        assert (await bob.get("/inbox/digest")).json()["on"] is False
        assert (await bob.post("/inbox/digest", json={"email": "no address"})).status_code == 422
        await done(bob, "/inbox/digest", email="bob@ltc.example")
        await owned(ann, "bob")
        await owned(ann, "bob")
        await go_on(served, outside)
        digest = (await bob.get("/inbox/digest")).json()
        assert (digest["on"], digest["email"], digest["outcome"]) == (True, "bob@ltc.example", None)
        assert (digest["due"] is None, post.mails) == (False, [])
        served.pass_days(4)
        for _ in range(2):
            await go_on(served, outside)
        (mail,) = post.mails
        assert (mail["To"], mail["Subject"]) == ("bob@ltc.example", "2 new in your inbox")
        assert mail["List-Unsubscribe"] is None
        served.pass_days(8)
        await go_on(served, outside)
        assert len(post.mails) == 1, "nothing new, no mail"

        await owned(ann, "bob")
        await done(legal, f"/people/{digest['subject_id']}/forget")
        served.pass_days(12)
        await go_on(served, outside)
        assert len(post.mails) == 1
        digest = (await bob.get("/inbox/digest")).json()
        assert (digest["on"], digest["email"], digest["outcome"]) == (False, None, "forgotten")

        await done(bob, "/inbox/digest", email="bob@ltc.example")
        await owned(ann, "bob")
        await done(bob, "/inbox/digest/end")
        served.pass_days(16)
        await go_on(served, outside)
        digest = (await bob.get("/inbox/digest")).json()
        assert (digest["on"], digest["email"], digest["why_not"]) == (False, None, "ended by its reader")
    assert len(post.mails) == 1
    assert not await served.log.pool.fetchval("SELECT count(*) FROM log t WHERE t::text LIKE '%bob@ltc%'")
