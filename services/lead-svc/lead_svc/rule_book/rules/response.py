"""Response rules: how soon a new lead gets its first response, as data."""

from datetime import datetime
from typing import Annotated

from ltc_kit.calendar import WorkingCalendar
from pydantic import Field

from .assignment import Told
from .scoring import Part


class ResponseRules(Part):
    """The working time within which a new lead gets its first response, and its calendar."""

    working_minutes: Annotated[int, Field(ge=1, le=10_000)]
    calendar: WorkingCalendar
    escalate_to: Told = ()
    """The users who get a notice of a missed response, beside the owner."""

    def due(self, came: datetime) -> datetime | None:
        """The deadline of the first response to a lead captured then; None where the calendar has too little work within ten years."""
        try:
            return self.calendar.due(came, self.working_minutes)
        except ValueError:
            return None

    def is_late(self, came: datetime, now: datetime) -> bool:
        """Whether the first response to a lead captured then is overdue."""
        due = self.due(came)
        return due is not None and due < now
