"""Touches: calls, mails, visits and social messages, and the customer's consent to receive offers."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from ltc_events import Command, Event, Name, Personal, Refusal, UserId

from .events import ConsentRecorded, Direction, TouchKind, TouchLogged
from .states import Alive, Consent, Lead, NotCaptured, Owned


class LogTouch(Command):
    """Record a touch."""

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
    """Record that the customer agrees to receive offers, or no longer does."""

    lead_id: UUID
    given: bool
    until: date | None = None
    """The last day; unlimited by default."""
    source: Name


class TouchInTheFuture(Refusal):
    """{at} has not come yet: log a touch after it happened."""


class ConsentMissing(Refusal):
    """The customer did not agree to receive offers, or no longer does: ask for consent first."""


def log_touch(lead: Owned, command: LogTouch) -> Sequence[Event]:
    trail = lead.trail
    if command.at > command.now:
        raise TouchInTheFuture(at=command.at.isoformat())
    if command.marketing and command.direction == "out":
        must_consent(trail.consent, command.at.date())
    logged = TouchLogged(
        **command.model_dump(exclude={"now", "actor"}),
        by=command.actor,
        touches=trail.touches + 1,
        first_touch=min(trail.first_touch or command.at, command.at),
        last_touch=max(trail.last_touch or command.at, command.at),
    )
    return [logged]


def must_consent(consent: Consent | None, day: date) -> None:
    if consent is None or (consent.until is not None and day > consent.until):
        raise ConsentMissing


def record_consent(lead: Alive, command: RecordConsent) -> Sequence[Event]:
    until = command.until if command.given else None
    if lead.trail.consent == (Consent(until) if command.given else None):
        return []
    return [ConsentRecorded(lead_id=command.lead_id, given=command.given, until=until, source=command.source)]


def withdraw_consent(lead: Lead, lead_id: UUID, source: str) -> Sequence[Event]:
    """In every status of the lead."""
    if isinstance(lead, NotCaptured) or lead.trail.consent is None:
        return []
    return [ConsentRecorded(lead_id=lead_id, given=False, source=source)]
