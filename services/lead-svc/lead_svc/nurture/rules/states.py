"""How a lead is nurtured: which sequences it had, and where the one that runs stands."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from ltc_events import Code, Command, Decider, Event, Name, Personal, Text, derive_id
from ltc_events.effect import Outcome


def nurture_of(lead_id: UUID) -> UUID:
    """The stream that holds how a lead is nurtured."""
    return derive_id("nurture", lead_id)


class StopNurture(Command):
    """Send no more."""

    nurture_id: UUID
    lead_id: UUID
    reason: Name


class NurtureBegun(Event, type="ltc.lead.nurture-begun.v1"):
    """They get the mails of a sequence, by the version of it that counts now."""

    nurture_id: UUID
    lead_id: UUID
    run: int
    sequence: Code
    rules_version: int
    trigger: Code


class NurtureStepPlanned(Event, type="ltc.lead.nurture-step-planned.v1"):
    """A mail of theirs is due then."""

    nurture_id: UUID
    lead_id: UUID
    run: int
    step: int
    attempt: int
    due: datetime


class NurtureMailIntended(Event, type="ltc.lead.nurture-mail-intended.v1"):
    """This is to be sent now. Its Message-ID follows from the id of this event."""

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
    """What came of it."""

    nurture_id: UUID
    lead_id: UUID
    run: int
    step: int
    attempt: int
    outcome: Outcome
    detail: Name


class NurtureStopped(Event, type="ltc.lead.nurture-stopped.v1"):
    """They get no more of this sequence."""

    nurture_id: UUID
    lead_id: UUID
    run: int
    reason: Name


class NurtureFinished(Event, type="ltc.lead.nurture-finished.v1"):
    """They got the whole sequence."""

    nurture_id: UUID
    lead_id: UUID
    run: int


@dataclass(frozen=True, slots=True)
class Run:
    """A sequence under way."""

    sequence: str
    version: int
    step: int = 0
    attempt: int = 1


@dataclass(frozen=True, slots=True)
class Course:
    """How they were nurtured so far."""

    runs: int = 0
    had: frozenset[str] = frozenset()
    now: Run | None = None


NurtureEvent: TypeAlias = NurtureBegun | NurtureStepPlanned | NurtureMailIntended | NurtureMailTold | NurtureStopped | NurtureFinished


def stop(course: Course, command: StopNurture) -> list[NurtureEvent]:
    if course.now is None:
        return []
    return [NurtureStopped(nurture_id=command.nurture_id, lead_id=command.lead_id, run=course.runs, reason=command.reason)]


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


decider: Decider[Course, StopNurture, NurtureEvent] = Decider(
    kind="nurture", id="nurture_id", initial=Course(), decide=stop, evolve=evolve, commands=StopNurture, events=NurtureEvent
)
