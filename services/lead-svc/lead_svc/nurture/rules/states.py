"""How a lead is nurtured: the sequences it had, and how far the current one is."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from ltc_events import Code, Event, Name, Personal, Text, derive_id
from ltc_events.effect import Outcome


def nurture_of(lead_id: UUID) -> UUID:
    """The stream that holds how a lead is nurtured."""
    return derive_id("nurture", lead_id)


class NurtureBegun(Event, type="ltc.lead.nurture-begun.v1"):
    """The lead gets the mails of a sequence, by the version that is live now."""

    nurture_id: UUID
    lead_id: UUID
    run: int
    sequence: Code
    rules_version: int
    trigger: Code


class NurtureStepPlanned(Event, type="ltc.lead.nurture-step-planned.v1"):
    """The next mail is due at this instant."""

    nurture_id: UUID
    lead_id: UUID
    run: int
    step: int
    attempt: int
    due: datetime


class NurtureMailIntended(Event, type="ltc.lead.nurture-mail-intended.v1"):
    """The mail is sent now. Its Message-ID follows from the id of this event."""

    nurture_id: UUID
    lead_id: UUID
    run: int
    step: int
    attempt: int
    to: Personal[str]
    name: Personal[str] | None = None
    company: Name
    subject: Name
    body: Text


class NurtureMailTold(Event, type="ltc.lead.nurture-mail-told.v1"):
    """The outcome of a mail."""

    nurture_id: UUID
    lead_id: UUID
    run: int
    step: int
    attempt: int
    outcome: Outcome
    detail: Name


class NurtureStopped(Event, type="ltc.lead.nurture-stopped.v1"):
    """The sequence was stopped: the lead gets no more of its mails."""

    nurture_id: UUID
    lead_id: UUID
    run: int
    reason: Name


class NurtureFinished(Event, type="ltc.lead.nurture-finished.v1"):
    """The lead got every mail of the sequence."""

    nurture_id: UUID
    lead_id: UUID
    run: int


@dataclass(frozen=True, slots=True)
class Run:
    """A sequence that runs."""

    sequence: str
    version: int
    step: int = 0
    attempt: int = 1


@dataclass(frozen=True, slots=True)
class Course:
    """How a lead was nurtured so far."""

    runs: int = 0
    had: frozenset[str] = frozenset()
    now: Run | None = None


NurtureEvent: TypeAlias = NurtureBegun | NurtureStepPlanned | NurtureMailIntended | NurtureMailTold | NurtureStopped | NurtureFinished


def evolve(course: Course, event: NurtureEvent) -> Course:
    match event:
        case NurtureBegun():
            return Course(event.run, course.had | {event.sequence}, Run(event.sequence, event.rules_version))
        case NurtureStepPlanned():
            return replace(course, now=replace(course.now, step=event.step, attempt=event.attempt)) if course.now else course
        case NurtureStopped() | NurtureFinished():
            return replace(course, now=None)
        case NurtureMailIntended() | NurtureMailTold():
            return course
