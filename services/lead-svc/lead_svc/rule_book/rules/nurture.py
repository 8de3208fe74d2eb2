"""Nurture sequences: mails in their order and how much working time lies between them, as data."""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from ltc_events import Code, Name, Text
from ltc_kit.calendar import FAR, WorkingCalendar
from pydantic import AfterValidator, Field, model_validator

from .scoring import Part

Trigger = Literal["pooled", "disqualified", "cold"]
WORDS = frozenset({"company", "name", "withdraw"})
"""What stands in braces in a text: the company, the person's name, the link that takes consent back."""


def known_words(text: str) -> str:
    """The customer would read a word in braces that no field fills in."""
    unknown = sorted(set(re.findall(r"\{([^{}]*)\}", text)) - WORDS)
    if unknown:
        raise ValueError(f"knows no {{{unknown[0]}}}: there are {', '.join(sorted(WORDS))}")
    return text


class Step(Part):
    """One mail, and how long after the one before (or after the beginning) it goes out."""

    working_days: Annotated[int, Field(ge=0, le=365)] = 0
    """So many days with work later, as work begins."""
    working_minutes: Annotated[int, Field(ge=0, le=10_000)] = 0
    """And so many minutes of working time after that."""
    subject: Annotated[Name, AfterValidator(known_words)]
    body: Annotated[Text, AfterValidator(known_words)]

    @model_validator(mode="after")
    def consent_can_be_taken_back(self) -> "Step":
        """Every mail says how to get no more of them."""
        if "{withdraw}" not in self.body:
            raise ValueError("body must hold {withdraw}, the link that takes consent back")
        return self


class NurtureRules(Part):
    """Sequences by name, and which of them leads get by themselves."""

    calendar: WorkingCalendar
    sequences: dict[Code, Annotated[tuple[Step, ...], Field(min_length=1, max_length=20)]] = Field(max_length=50)
    by_itself: dict[Trigger, Code] = {}
    """A lead gets into the pool, is disqualified, or is judged to be cold → the sequence it gets, once."""

    @model_validator(mode="after")
    def sequences_exist(self) -> "NurtureRules":
        """What leads get by themselves must be there."""
        missing = sorted(set(self.by_itself.values()) - set(self.sequences))
        if missing:
            raise ValueError(f"by_itself names {missing[0]}, which is no sequence")
        return self

    def due(self, start: datetime, step: Step) -> datetime | None:
        """When a step is due that is counted from ``start``; never, where the calendar has not so much work within ten years."""
        try:
            opened = self._after_days(start, step.working_days) if step.working_days else start
            return self.calendar.due(opened, step.working_minutes) if step.working_minutes else max(opened, start)
        except ValueError:
            return None

    def _after_days(self, start: datetime, days: int) -> datetime:
        zone = ZoneInfo(self.calendar.zone)
        day, left = start.astimezone(zone).date(), days
        for _ in range(min(FAR, (date.max - day).days)):
            day += timedelta(days=1)
            left -= bool(self.calendar.hours(day))
            if not left:
                midnight = datetime.combine(day, time(), zone).astimezone(UTC)
                return self.calendar.due(midnight, 1) - timedelta(minutes=1)
        raise ValueError(f"less than {days} days with work within ten years")
