"""Nurture: begun only where it may, mail after mail, and over when something speaks against it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from lead_svc.lead.rules.events import ConsentRecorded, ContactRecorded
from lead_svc.lead.rules.states import LeadClosed, UnknownLead
from lead_svc.lead.rules.touch import ConsentMissing
from lead_svc.nurture import rules
from lead_svc.nurture.rules import ATTEMPTS, NoMailAddress, NoteMail, NurturedAlready, NurtureLead, SendStep, StopNurture, UnknownSequence
from lead_svc.nurture.rules.states import (
    NurtureBegun,
    NurtureFinished,
    NurtureMailIntended,
    NurtureMailTold,
    NurtureStepPlanned,
    NurtureStopped,
    nurture_of,
)
from lead_svc.rule_book.rules import RulesActivated, RulesDrafted
from lead_svc.rule_book.rules.nurture import NurtureRules
from ltc_events import Event
from ltc_events.effect import Outcome
from ltc_events.lead import LeadCaptured, LeadConverted, LeadDisqualified
from ltc_events.testing import given

ONE, JO = UUID(int=1), UUID(int=2)
IDS: dict[str, Any] = {"nurture_id": nurture_of(ONE), "lead_id": ONE}
RUN: dict[str, Any] = {**IDS, "run": 1}
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
WEEK = {day: ["00:00-24:00"] for day in ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")}
STEP = {"subject": "News", "body": "{withdraw}"}
RULES = NurtureRules.model_validate(
    {
        "calendar": {"zone": "UTC", "week": WEEK},
        "sequences": {"welcome": [STEP, {**STEP, "working_days": 1}]},
        "by_itself": {"cold": "welcome"},
    }
)
SEALED = f"sealed.v1.{JO}.{'A' * 40}"
BOOK: dict[str, Any] = {"book_id": rules.NURTURE, "version": 1}
LIVE = (RulesDrafted(**BOOK, book="nurture", nurture=RULES, drafted_by="max"), RulesActivated(**BOOK, activated_by="max"))
CAPTURED = LeadCaptured(lead_id=ONE, party_id=ONE, contact_id=JO, company="Acme", channel="site")
CONTACT = ContactRecorded(lead_id=ONE, contact_id=JO, email=SEALED)
AGREED = ConsentRecorded(lead_id=ONE, given=True, source="Form")
REACHABLE = (*LIVE, CAPTURED, CONTACT, AGREED)
BEGUN = NurtureBegun(**RUN, sequence="welcome", rules_version=1, trigger="by_hand")
PLANNED = NurtureStepPlanned(**RUN, step=0, attempt=1, due=NOON)
RUNNING = (*REACHABLE, BEGUN, PLANNED)
BEGIN = NurtureLead(**IDS, sequence="welcome", trigger="by_hand", at=NOON)
COLD = NurtureLead(**IDS, trigger="cold", at=NOON)
SEND = SendStep(**RUN, step=0, attempt=1, due=NOON)
INTENDED = NurtureMailIntended(**RUN, step=0, attempt=1, to=SEALED, company="Acme", subject="News", body="{withdraw}")
BACK = ConsentRecorded(lead_id=ONE, given=False, source="Call")


def converted() -> LeadConverted:
    people = {"account_manager": "ann", "solution_manager": "sam", "fulfilment_manager": "fay"}
    said: dict[str, Any] = {
        "company": "Acme",
        "need": "Cards",
        "budget": {"amount": 1, "currency": "USD"},
        "expected_close": date(2027, 1, 1),
    }
    return LeadConverted.model_validate({"lead_id": ONE, "opportunity_id": ONE, "party_id": ONE, **said, **people})


def note(outcome: Outcome, attempt: int = 1, step: int = 0) -> NoteMail:
    return NoteMail(**RUN, step=step, attempt=attempt, outcome=outcome, detail="said so", at=NOON)


def noted(outcome: Outcome, attempt: int = 1, step: int = 0) -> NurtureMailTold:
    return NurtureMailTold(**RUN, step=step, attempt=attempt, outcome=outcome, detail="said so")


def test_a_sequence_begins_with_its_first_mail() -> None:
    given(rules.decider, *REACHABLE).when(BEGIN).then(BEGUN, PLANNED)


@pytest.mark.parametrize(
    ("history", "refusal"),
    [
        (LIVE, UnknownLead),
        ((*REACHABLE, converted()), LeadClosed),
        ((CAPTURED, CONTACT, AGREED), UnknownSequence),
        (RUNNING, NurturedAlready),
        ((*LIVE, CAPTURED, CONTACT), ConsentMissing),
        ((*REACHABLE, BACK), ConsentMissing),
        ((*LIVE, CAPTURED, AGREED), NoMailAddress),
    ],
)
def test_who_begins_one_by_hand_is_told_why_not_and_by_itself_none_begins(history: tuple[Event, ...], refusal: Any) -> None:
    given(rules.decider, *history).when(BEGIN).then_refused(refusal)
    given(rules.decider, *history).when(COLD).then_nothing()


def test_by_itself_a_lead_gets_a_sequence_once() -> None:
    begun = BEGUN.model_copy(update={"trigger": "cold"})
    given(rules.decider, *REACHABLE).when(COLD).then(begun, PLANNED)
    over = NurtureFinished(**RUN)
    given(rules.decider, *REACHABLE, begun, PLANNED, over).when(COLD).then_nothing()
    given(rules.decider, *REACHABLE).when(NurtureLead(**IDS, trigger="pooled", at=NOON)).then_nothing()


def test_when_a_mail_is_due_it_is_intended_unless_something_speaks_against_it() -> None:
    given(rules.decider, *RUNNING).when(SEND).then(INTENDED)
    given(rules.decider, *RUNNING, BACK).when(SEND).then(NurtureStopped(**RUN, reason=ConsentMissing().message))
    given(rules.decider, *RUNNING, converted()).when(SEND).then(NurtureStopped(**RUN, reason="This lead is closed: it was converted."))
    given(rules.decider, *RUNNING, NurtureStopped(**RUN, reason="x")).when(SEND).then_nothing()
    given(rules.decider, *RUNNING).when(SEND.model_copy(update={"step": 1})).then_nothing()


def test_a_lead_that_was_given_up_may_still_be_written_to() -> None:
    lost = LeadDisqualified(lead_id=ONE, reason="No budget")
    given(rules.decider, *RUNNING, lost).when(SEND).then(INTENDED)


@pytest.mark.parametrize("outcome", ["sent", "unknown"])
def test_what_was_sent_or_may_have_been_is_followed_by_the_next_mail(outcome: Outcome) -> None:
    following = NurtureStepPlanned(**RUN, step=1, attempt=1, due=datetime(2026, 11, 25, tzinfo=UTC))
    given(rules.decider, *RUNNING).when(note(outcome)).then(noted(outcome), following)
    last = (*RUNNING, noted(outcome), following)
    given(rules.decider, *last).when(note(outcome, step=1)).then(noted(outcome, step=1), NurtureFinished(**RUN))
    given(rules.decider, *last).when(note(outcome)).then(noted(outcome))


def test_what_the_server_would_not_take_yet_is_tried_later_and_not_for_ever() -> None:
    again = NurtureStepPlanned(**RUN, step=0, attempt=2, due=NOON + timedelta(minutes=30))
    given(rules.decider, *RUNNING).when(note("deferred")).then(noted("deferred"), again)
    last = again.model_copy(update={"attempt": ATTEMPTS})
    stopped = NurtureStopped(**RUN, reason="said so")
    given(rules.decider, *RUNNING, last).when(note("deferred", ATTEMPTS)).then(noted("deferred", ATTEMPTS), stopped)


@pytest.mark.parametrize("outcome", ["refused", "forgotten", "dropped"])
def test_what_will_never_be_taken_ends_the_sequence(outcome: Outcome) -> None:
    given(rules.decider, *RUNNING).when(note(outcome)).then(noted(outcome), NurtureStopped(**RUN, reason="said so"))


def test_what_does_not_run_cannot_be_stopped() -> None:
    stop = StopNurture(lead_id=ONE, reason="they answered")
    given(rules.decider, BEGUN, PLANNED).when(stop).then(NurtureStopped(**RUN, reason="they answered"))
    given(rules.decider).when(stop).then_nothing()
