"""Nurture: mails to a lead that is not ready yet, one after the other, until the lead answers, buys or takes consent back."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TypeAlias
from uuid import UUID

from ltc_events import Code, Command, Decider, Name, Refusal, States, Stream
from ltc_events.effect import Outcome
from pydantic import Field

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
    evolve,
    nurture_of,
)

NURTURE = rule_book.book_id("nurture")
ATTEMPTS = 6
FIRST_PAUSE = timedelta(minutes=30)
"""The pause before a deferred mail is tried again; it doubles each time."""


class NurtureLead(Command):
    """Begin a sequence with a lead: the named one, or the one the rules give it."""

    nurture_id: UUID
    lead_id: UUID
    sequence: Code | None = None
    trigger: Code
    """``by_hand``, or what happened to the lead."""
    at: datetime

    def reads(self) -> list[Stream]:
        """The lead, its course and the nurture rules."""
        return streams_of(self.lead_id)


class SendStep(Command):
    """Send the mail of a step, unless consent or the lead's state forbid it."""

    nurture_id: UUID
    lead_id: UUID
    run: int
    step: int
    attempt: int
    due: datetime

    def reads(self) -> list[Stream]:
        """The lead, its course and the nurture rules."""
        return streams_of(self.lead_id)


class NoteMail(Command):
    """Record the outcome of a mail, and plan the next one."""

    nurture_id: UUID
    lead_id: UUID
    run: int
    step: int
    attempt: int
    outcome: Outcome
    detail: Name
    at: datetime

    def reads(self) -> list[Stream]:
        """The lead, its course and the nurture rules."""
        return streams_of(self.lead_id)


class StopNurture(Command):
    """Stop the sequence that runs: its mails are sent no more."""

    lead_id: UUID
    reason: Name = Field(examples=["Asked by phone"])

    @property
    def nurture_id(self) -> UUID:
        """The stream of the course."""
        return nurture_of(self.lead_id)


def streams_of(lead_id: UUID) -> list[Stream]:
    """A lead, its course and the nurture rules: the first of them that exists says the deal."""
    return [lead.of(lead_id), decider.of(nurture_of(lead_id)), rule_book.decider.of(NURTURE)]


class UnknownSequence(Refusal):
    """No nurture sequence of this name is live."""

    status = 404


class NurturedAlready(Refusal):
    """The lead gets the mails of {sequence}: stop that sequence first."""


class NoMailAddress(Refusal):
    """No mail address of the lead is known: record one first."""


NurtureCommand: TypeAlias = NurtureLead | SendStep | NoteMail | StopNurture


def decide(states: States, command: NurtureCommand) -> Sequence[NurtureEvent]:
    course = states.of(decider, command.nurture_id)
    match command:
        case StopNurture():
            return stop(course, command)
        case NurtureLead(trigger="by_hand"):
            return begin(states.of(lead, command.lead_id), course, states.of(rule_book.decider, NURTURE), command)
        case NurtureLead():
            return begin_by_itself(states.of(lead, command.lead_id), course, states.of(rule_book.decider, NURTURE), command)
        case SendStep():
            return send(states.of(lead, command.lead_id), course, states.of(rule_book.decider, NURTURE), command)
        case NoteMail():
            return note(course, states.of(rule_book.decider, NURTURE), command)


def stop(course: Course, command: StopNurture) -> list[NurtureEvent]:
    if course.now is None:
        return []
    return [NurtureStopped(nurture_id=command.nurture_id, lead_id=command.lead_id, run=course.runs, reason=command.reason)]


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
    """By the rules a lead gets a sequence once, and only if it may; a refusal has no reader here."""
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
    """The next event of a sequence, counted from ``start``."""
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
        return []  # the course moved on
    reason = against(known, command.due)
    if reason is not None:
        return stop(course, StopNurture(lead_id=command.lead_id, reason=reason))
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
    """Why no mail may be sent to the lead at that instant; None if it may."""
    try:
        trail = must_be_known(known)
        must_consent(trail.consent, at.date())
    except Refusal as refusal:
        return refusal.message
    return None if trail.contact is not None and trail.contact.email is not None else NoMailAddress().message


def note(course: Course, book: rule_book.Book, command: NoteMail) -> list[NurtureEvent]:
    recorded = NurtureMailTold(**command.model_dump(exclude={"at"}))
    now = course.now
    if now is None or (course.runs, now.step, now.attempt) != (command.run, command.step, command.attempt):
        return [recorded]  # it was stopped meanwhile
    ids = {"nurture_id": command.nurture_id, "lead_id": command.lead_id, "run": command.run}
    match command.outcome:
        case "sent" | "unknown":
            return [recorded, planned(command, command.run, rules_of(book, now), now.sequence, now.step + 1, command.at)]
        case "deferred" if now.attempt < ATTEMPTS:
            due = command.at + FIRST_PAUSE * 2 ** (now.attempt - 1)
            return [recorded, NurtureStepPlanned(**ids, step=now.step, attempt=now.attempt + 1, due=due)]
        case _:
            return [recorded, NurtureStopped(**ids, reason=command.detail)]


def rules_of(book: rule_book.Book, run: Run) -> NurtureRules:
    """The rules a run began with; a version that became live later does not change it."""
    rules = book.versions.written[run.version - 1]
    assert isinstance(rules, NurtureRules)
    return rules


decider: Decider[Course, NurtureCommand, NurtureEvent] = Decider(
    kind="nurture",
    id="nurture_id",
    initial=Course(),
    decide_many=decide,
    evolve=evolve,
    commands=NurtureCommand,
    events=NurtureEvent,
    also=(lead, rule_book.decider),
)
