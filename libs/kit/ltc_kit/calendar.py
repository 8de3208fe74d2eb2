"""Working time: which hours of which days count, as data, with holidays and the days worked instead of them (调休)."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from ltc_events import Value
from pydantic import AfterValidator, ConfigDict, StringConstraints, model_validator

FAR = 3700
"""No deadline is more days away than this."""


def hours_in_order(text: str) -> str:
    """Hours that end before they begin are none."""
    opens, closes = text.split("-")
    if not "00:00" <= opens < closes <= "24:00":
        raise ValueError("must end after they begin, within one day")
    return text


def known_zone(name: str) -> str:
    """A time zone that the database of time zones knows."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError("is no time zone such as Asia/Shanghai") from None
    return name


Hours = Annotated[str, StringConstraints(pattern=r"^[0-2][0-9]:[0-5][0-9]-[0-2][0-9]:[0-5][0-9]$"), AfterValidator(hours_in_order)]
"""From when to when, such as ``09:00-12:00``; a day ends at ``24:00``."""

Zone = Annotated[
    str, StringConstraints(max_length=64, pattern=r"^(UTC|[A-Z][A-Za-z_]+(/[A-Za-z0-9_+-]+){1,2})$"), AfterValidator(known_zone)
]
"""A time zone of the IANA database."""

Day = tuple[Hours, ...]


class Week(Value):
    """When there is work in an ordinary week."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    monday: Day = ()
    tuesday: Day = ()
    wednesday: Day = ()
    thursday: Day = ()
    friday: Day = ()
    saturday: Day = ()
    sunday: Day = ()

    def of(self, weekday: int) -> Day:
        """The hours of a day of the week; Monday is 0."""
        return (self.monday, self.tuesday, self.wednesday, self.thursday, self.friday, self.saturday, self.sunday)[weekday]


class MakeUpDay(Value):
    """A day that is worked though the week or a holiday says otherwise."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    day: date
    hours: Day


class WorkingCalendar(Value):
    """Which hours of which days count. A make-up day comes before a holiday, a holiday before the week."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    zone: Zone
    week: Week
    holidays: tuple[date, ...] = ()
    make_up_days: tuple[MakeUpDay, ...] = ()

    @model_validator(mode="after")
    def some_day_is_worked(self) -> "WorkingCalendar":
        """Where nobody ever works, nothing is ever due."""
        if not any(self.week.of(weekday) for weekday in range(7)):
            raise ValueError("no day of the week has hours")
        return self

    def hours(self, day: date) -> Day:
        """When there is work on that day."""
        made_up = next((each.hours for each in self.make_up_days if each.day == day), None)
        if made_up is not None:
            return made_up
        return () if day in self.holidays else self.week.of(day.weekday())

    def due(self, start: datetime, minutes: int) -> datetime:
        """When so many minutes of working time have passed since ``start``, in UTC.

        Raises:
            ValueError: there is not that much working time within ten years.
        """
        left = timedelta(minutes=minutes)
        for opens, closes in self._spans(start.astimezone(ZoneInfo(self.zone)).date()):
            begin = max(opens, start)
            if begin >= closes:
                continue
            if closes - begin >= left:
                return begin + left
            left -= closes - begin
        raise ValueError(f"less than {minutes} minutes of work within ten years of {start.isoformat()}")

    def opening(self, after: datetime) -> datetime | None:
        """When the work of a day begins next, later than that instant; never, where there is no work within ten years."""
        zone, seen = ZoneInfo(self.zone), None
        for opens, _ in self._spans(after.astimezone(zone).date()):
            day = opens.astimezone(zone).date()
            if day != seen and opens > after:
                return opens
            seen = day
        return None

    def _spans(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        """Working time from that day on, as instants: what lies between two of them is right on days when clocks change."""
        for number in range(min(FAR, (date.max - day).days)):
            today = day + timedelta(days=number)
            for hours in sorted(self.hours(today)):
                opens, closes = hours.split("-")
                yield self._instant(today, opens), self._instant(today, closes)

    def _instant(self, day: date, clock: str) -> datetime:
        if clock == "24:00":
            return self._instant(day + timedelta(days=1), "00:00")
        return datetime.combine(day, time.fromisoformat(clock), ZoneInfo(self.zone)).astimezone(UTC)
