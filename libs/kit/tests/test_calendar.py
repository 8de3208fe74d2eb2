"""Working time."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ltc_kit.calendar import MakeUpDay, Week, WorkingCalendar
from pydantic import ValidationError

FULL = ("13:00-18:00", "09:00-12:00")
WEEK = Week(monday=FULL, tuesday=FULL, wednesday=FULL, thursday=FULL, friday=FULL)
SHANGHAI = WorkingCalendar(
    zone="Asia/Shanghai",
    week=WEEK,
    holidays=tuple(date(2026, 10, day) for day in range(1, 8)),
    make_up_days=(MakeUpDay(day=date(2026, 10, 10), hours=("09:00-12:00", "13:00-18:00")),),
)


def shanghai(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC) - timedelta(hours=8)


@pytest.mark.parametrize(
    ("start", "minutes", "due"),
    [
        (shanghai(24, 9), 60, shanghai(24, 10)),
        (shanghai(24, 11), 240, shanghai(24, 16)),
        (shanghai(24, 7), 60, shanghai(24, 10)),
        (shanghai(24, 12, 30), 30, shanghai(24, 13, 30)),
        (shanghai(24, 17), 240, shanghai(25, 12)),
        (shanghai(24, 23), 1, shanghai(25, 9, 1)),
        (shanghai(27, 17), 120, shanghai(30, 10)),
        (shanghai(28, 10), 60, shanghai(30, 10)),
    ],
    ids=["within a morning", "over noon", "before work", "at noon", "over night", "at night", "over a weekend", "on a Saturday"],
)
def test_only_working_time_passes(start: datetime, minutes: int, due: datetime) -> None:
    assert SHANGHAI.due(start, minutes) == due


def test_nobody_works_in_the_golden_week() -> None:
    assert SHANGHAI.due(shanghai(30, 17, month=9), 120) == shanghai(8, 10, month=10)


def test_a_saturday_that_is_made_up_counts() -> None:
    assert SHANGHAI.due(shanghai(9, 17, month=10), 120) == shanghai(10, 10, month=10)


def test_a_make_up_day_comes_before_a_holiday() -> None:
    both = SHANGHAI.model_copy(update={"make_up_days": (MakeUpDay(day=date(2026, 10, 3), hours=("09:00-10:00",)),)})
    assert both.due(shanghai(30, 18, month=9), 60) == shanghai(3, 10, month=10)


def test_a_day_on_which_clocks_change_has_the_hours_it_has() -> None:
    night = WorkingCalendar(zone="Europe/Berlin", week=Week(sunday=("00:00-24:00",)))
    start = datetime(2026, 10, 24, 22, tzinfo=UTC)  # midnight in Berlin before a day of 25 hours
    assert night.due(start, 25 * 60) == start + timedelta(hours=25)


def test_where_there_is_hardly_any_work_a_deadline_beyond_ten_years_is_refused() -> None:
    with pytest.raises(ValueError, match="within ten years"):
        WorkingCalendar(zone="UTC", week=Week(monday=("09:00-09:01",))).due(shanghai(24, 9), 10_000)


@pytest.mark.parametrize(
    "wrong",
    [
        {"week": {"monday": ["12:00-09:00"]}},
        {"week": {"monday": ["09:00-25:00"]}},
        {"week": {}},
        {"zone": "Mars/Olympus"},
        {"zone": "../etc/passwd"},
        {"holidays": ["2026-02-30"]},
    ],
)
def test_a_calendar_that_makes_no_sense_is_none(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        WorkingCalendar.model_validate({"zone": "Asia/Shanghai", "week": {"monday": ["09:00-12:00"]}, **wrong})


@given(st.integers(0, 365 * 24 * 60), st.integers(1, 3000), st.integers(1, 3000))
def test_time_adds_up(minute: int, first: int, second: int) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
    assert SHANGHAI.due(SHANGHAI.due(start, first), second) == SHANGHAI.due(start, first + second)
