"""Nurturing: mails to somebody who is not ready yet, one after the other, until they answer, buy, or want no more of them."""

from datetime import datetime, timedelta
from typing import TypeAlias
from uuid import UUID

from ltc_events import Code, Command, Event, JointDecider, Name, Refusal, States, Stream
from ltc_events.effect import Effect, EffectOutcome, Mail, Outcome

from ...lead.rules.history import history as lead
from ...lead.rules.states import Absorbed, Closed, Lead, LeadClosed, NotCaptured, Trail, UnknownLead, must_be_alive
from ...lead.rules.touch import must_consent
from ...rule_book import rules as rule_book
from ...rule_book.rules.nurture import NurtureRules
from .states import (
    Course,
    NurtureBegun,
    NurtureEvent,
    NurtureFinished,
    NurtureMailIntended,
    NurtureMailTold,
    NurtureStepPlanned,
    NurtureStopped,
    Run,
    StopNurture,
    decider,
    stop,
)

NURTURE = rule_book.book_id("nurture")
ATTEMPTS = 6
FIRST_PAUSE = timedelta(minutes=30)
"""Before a mail that the server would not take yet is tried again; each time twice as long."""


class NurtureLead(Command):
    """Begin a sequence with a lead: the one that is named, or the one the rules give it by itself."""

    nurture_id: UUID
    lead_id: UUID
    sequence: Code | None = None
    trigger: Code
    """``by_hand``, or what happened to the lead."""
    at: datetime


class SendStep(Command):
    """Intend the mail of a step, if nothing speaks against it."""

    nurture_id: UUID
    lead_id: UUID
    run: int
    step: int
    attempt: int
    due: datetime


class NoteMail(Command):
    """Note what came of a mail, and plan what is next."""

    nurture_id: UUID
    lead_id: UUID
    run: int
    step: int
    attempt: int
    outcome: Outcome
    detail: Name
    at: datetime


class UnknownSequence(Refusal):
    """No nurture sequence of this name is live."""

    status = 404


class NurturedAlready(Refusal):
    """They are getting the mails of {sequence}: stop that first."""


class NoMailAddress(Refusal):
    """We have no mail address of theirs."""


NurturingCommand: TypeAlias = NurtureLead | SendStep | NoteMail


def decide(states: States, command: NurturingCommand) -> list[Event]:
    known, course = states.of(lead, command.lead_id), states.of(decider, command.nurture_id)
    book = states.of(rule_book.decider, NURTURE)
    match command:
        case NurtureLead(trigger="by_hand"):
            return [*begin(known, course, book, command)]
        case NurtureLead():
            return [*begin_by_itself(known, course, book, command)]
        case SendStep():
            return [*send(known, course, book, command)]
        case NoteMail():
            return [*note(course, book, command)]


def begin(known: Lead, course: Course, book: rule_book.Book, command: NurtureLead) -> list[NurtureEvent]:
    trail = must_be_known(known)
    rules = book.counting
    if not isinstance(rules, NurtureRules) or book.live is None or command.sequence not in rules.sequences:
        raise UnknownSequence
    if course.now is not None:
        raise NurturedAlready(sequence=course.now.sequence)
    must_consent(trail.consent, command.at.date())
    if trail.contact is None or trail.contact.email is None:
        raise NoMailAddress
    begun = NurtureBegun(
        nurture_id=command.nurture_id,
        lead_id=command.lead_id,
        run=course.runs + 1,
        sequence=command.sequence,
        rules_version=book.live,
        trigger=command.trigger,
    )
    return [begun, planned(command, begun.run, rules, command.sequence, 0, command.at)]


def begin_by_itself(known: Lead, course: Course, book: rule_book.Book, command: NurtureLead) -> list[NurtureEvent]:
    """By the rules a lead gets a sequence once, and only if it may: nobody is there to be told why not."""
    rules = book.counting
    sequence = rules.by_itself.get(command.trigger) if isinstance(rules, NurtureRules) else None  # type: ignore[call-overload]
    if sequence is None or sequence in course.had:
        return []
    try:
        return begin(known, course, book, command.model_copy(update={"sequence": sequence}))
    except Refusal:
        return []


def must_be_known(known: Lead) -> Trail:
    match known:
        case NotCaptured():
            raise UnknownLead
        case Closed(status="converted"):
            raise LeadClosed(ended="converted")
        case Absorbed():
            return must_be_alive(known).trail
        case _:
            return known.trail


def planned(
    command: NurtureLead | NoteMail, run: int, rules: NurtureRules, sequence: str, step: int, start: datetime
) -> NurtureStepPlanned | NurtureStopped | NurtureFinished:
    """What comes next of a sequence, counted from ``start``."""
    ids = {"nurture_id": command.nurture_id, "lead_id": command.lead_id}
    if step >= len(rules.sequences[sequence]):
        return NurtureFinished(**ids, run=run)
    due = rules.due(start, rules.sequences[sequence][step])
    if due is None:
        return NurtureStopped(**ids, run=run, reason="the calendar has no day for the next mail")
    return NurtureStepPlanned(**ids, run=run, step=step, attempt=1, due=due)


def send(known: Lead, course: Course, book: rule_book.Book, command: SendStep) -> list[NurtureEvent]:
    now = course.now
    if now is None or (course.runs, now.step, now.attempt) != (command.run, command.step, command.attempt):
        return []  # it moved on
    reason = against(known, command.due)
    if reason is not None:
        return stop(course, StopNurture(nurture_id=command.nurture_id, lead_id=command.lead_id, reason=reason))
    assert not isinstance(known, NotCaptured | Absorbed)
    who, contact = known.who, known.trail.contact
    assert who is not None
    assert contact is not None
    assert contact.email is not None
    step = rules_of(book, now).sequences[now.sequence][now.step]
    intended = NurtureMailIntended(
        nurture_id=command.nurture_id,
        lead_id=command.lead_id,
        run=command.run,
        step=command.step,
        attempt=command.attempt,
        to=contact.email,
        name=contact.name,
        company=who.company,
        subject=step.subject,
        body=step.body,
    )
    return [intended]


def against(known: Lead, at: datetime) -> str | None:
    """What speaks against writing to them at that instant."""
    try:
        trail = must_be_known(known)
        must_consent(trail.consent, at.date())
    except Refusal as refusal:
        return refusal.message
    return None if trail.contact is not None and trail.contact.email is not None else NoMailAddress().message


def note(course: Course, book: rule_book.Book, command: NoteMail) -> list[NurtureEvent]:
    told = NurtureMailTold(**command.model_dump(exclude={"at"}))
    now = course.now
    if now is None or (course.runs, now.step, now.attempt) != (command.run, command.step, command.attempt):
        return [told]  # it was stopped meanwhile
    ids = {"nurture_id": command.nurture_id, "lead_id": command.lead_id, "run": command.run}
    match command.outcome:
        case "sent" | "unknown":
            return [told, planned(command, command.run, rules_of(book, now), now.sequence, now.step + 1, command.at)]
        case "deferred" if now.attempt < ATTEMPTS:
            due = command.at + FIRST_PAUSE * 2 ** (now.attempt - 1)
            return [told, NurtureStepPlanned(**ids, step=now.step, attempt=now.attempt + 1, due=due)]
        case _:
            return [told, NurtureStopped(**ids, reason=command.detail)]


def rules_of(book: rule_book.Book, run: Run) -> NurtureRules:
    """The rules a run began with; another version that is live by now is for others."""
    rules = book.versions.written[run.version - 1]
    assert isinstance(rules, NurtureRules)
    return rules


def streams(command: NurturingCommand) -> list[Stream]:
    return [lead.of(command.lead_id), decider.of(command.nurture_id), rule_book.decider.of(NURTURE)]


nurturing: JointDecider[NurturingCommand] = JointDecider(
    commands=NurturingCommand, streams=streams, decide=decide, over=(lead, decider, rule_book.decider)
)


def stands(states: States, mail: NurtureMailIntended, at: datetime) -> bool:
    """Asked again at the very moment: consent may have been taken back since it was intended."""
    course = states.of(decider, mail.nurture_id)
    return course.now is not None and course.runs == mail.run and against(states.of(lead, mail.lead_id), at) is None


def composed(mail: NurtureMailIntended) -> Mail:
    return Mail(to=mail.to, name=mail.name, subject=mail.subject, body=mail.body, words={"company": mail.company}, withdraw=True)


def told(mail: NurtureMailIntended, came: EffectOutcome) -> NoteMail:
    return NoteMail(
        nurture_id=mail.nurture_id,
        lead_id=mail.lead_id,
        run=mail.run,
        step=mail.step,
        attempt=mail.attempt,
        outcome=came.outcome,
        detail=came.detail,
        at=came.at,
    )


mails = Effect(
    intent=NurtureMailIntended,
    streams=lambda mail: [lead.of(mail.lead_id), decider.of(mail.nurture_id)],
    stands=stands,
    mail=composed,
    told=told,
)
