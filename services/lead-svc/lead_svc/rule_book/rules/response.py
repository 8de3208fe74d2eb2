"""How soon a new lead hears of us: rules that are data."""

from datetime import datetime
from typing import Annotated

from ltc_kit.calendar import WorkingCalendar
from pydantic import Field

from .assignment import Told
from .scoring import Part


class ResponseRules(Part):
    """Within how much working time a new lead hears of us, and what working time is."""

    working_minutes: Annotated[int, Field(ge=1, le=10_000)]
    calendar: WorkingCalendar
    escalate_to: Told = ()
    """Who hears of it beside the owner, if it does not."""

    def due(self, came: datetime) -> datetime | None:
        """Until when a lead that came then hears of us; none, where the calendar has not so much work within ten years."""
        try:
            return self.calendar.due(came, self.working_minutes)
        except ValueError:
            return None

    def is_late(self, came: datetime, now: datetime) -> bool:
        """Whether a lead that came then should have heard of us by now."""
        due = self.due(came)
        return due is not None and due < now
