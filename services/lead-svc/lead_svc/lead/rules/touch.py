"""Keeping in touch: calls, mails, visits and social messages, and whether the customer agreed to hear of our offers."""

from dataclasses import replace
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from ltc_events import Code, Command, Event, Name, Personal, Refusal, UserId, Value

from .states import Alive, Consent, Lead, Nobody, Owned, Trail

TouchKind = Literal["call", "mail", "visit", "social"]
Direction = Literal["out", "in"]


class ConsentGiven(Value):
    """They agreed as they came, by a form."""

    source: Name
    form: Code
    text_version: int
    """The version of the form whose text they agreed to."""


class LogTouch(Command):
    """Note that we were in touch with them."""

    lead_id: UUID
    touch_id: UUID
    kind: TouchKind
    direction: Direction
    marketing: bool = False
    note: Personal[str] | None = None
    at: datetime
    now: datetime
    actor: UserId


class RecordConsent(Command):
    """Note that they agree to hear of our offers, or no longer do."""

    lead_id: UUID
    given: bool
    until: date | None = None
    """The last day; for ever, if nothing is said."""
    source: Name


class TouchLogged(Event, type="ltc.lead.touch-logged.v1"):
    """We were in touch with them. What was said is sealed."""

    lead_id: UUID
    touch_id: UUID
    kind: TouchKind
    direction: Direction
    marketing: bool
    note: Personal[str] | None = None
    at: datetime
    by: UserId
    touches: int
    """How often we were in touch, this time included."""
    first_touch: datetime
    """When we were in touch first."""
    last_touch: datetime
    """When we were in touch last: a call noted late is not the last one."""


class ConsentRecorded(Event, type="ltc.lead.consent-recorded.v1"):
    """They agreed to hear of our offers, or no longer do."""

    lead_id: UUID
    given: bool
    until: date | None = None
    source: Name
    form: Code | None = None
    """The capture form by which they agreed."""
    text_version: int | None = None
    """The version of that form, which holds the text."""


class TouchInTheFuture(Refusal):
    """A touch is noted when it happened: {at} has not come yet."""


class ConsentMissing(Refusal):
    """They did not agree to hear of our offers, or no longer do: ask for their consent first."""


def log_touch(lead: Owned, command: LogTouch) -> list[TouchLogged]:
    if command.at > command.now:
        raise TouchInTheFuture(at=command.at.isoformat())
    if command.marketing and command.direction == "out":
        must_consent(lead.trail.consent, command.at.date())
    first, last = lead.trail.first_touch or command.at, lead.trail.last_touch or command.at
    logged = TouchLogged(
        lead_id=command.lead_id,
        touch_id=command.touch_id,
        kind=command.kind,
        direction=command.direction,
        marketing=command.marketing,
        note=command.note,
        at=command.at,
        by=command.actor,
        touches=lead.trail.touches + 1,
        first_touch=min(first, command.at),
        last_touch=max(last, command.at),
    )
    return [logged]


def must_consent(consent: Consent | None, day: date) -> None:
    if consent is None or (consent.until is not None and day > consent.until):
        raise ConsentMissing


def record_consent(lead: Alive, command: RecordConsent) -> list[ConsentRecorded]:
    asked = Consent(command.until) if command.given else None
    if lead.trail.consent == asked:
        return []
    until = command.until if command.given else None
    return [ConsentRecorded(lead_id=command.lead_id, given=command.given, until=until, source=command.source)]


def withdraw_consent(lead: Lead, lead_id: UUID, source: str) -> list[ConsentRecorded]:
    """Whatever became of the lead."""
    if isinstance(lead, Nobody) or lead.trail.consent is None:
        return []
    return [ConsentRecorded(lead_id=lead_id, given=False, source=source)]


def touched(trail: Trail, event: TouchLogged) -> Trail:
    return replace(trail, touches=event.touches, first_touch=event.first_touch, last_touch=event.last_touch)


def consented(trail: Trail, event: ConsentRecorded) -> Trail:
    return replace(trail, consent=Consent(event.until) if event.given else None, said_no=not event.given)


def trailed(lead: Lead, trail: Trail) -> Lead:
    """The lead with another trail; a lead that is over keeps none."""
    return replace(lead, trail=trail) if isinstance(lead, Alive) else lead
