"""Nurture sequences as data."""

from datetime import UTC, datetime
from typing import Any

import pytest
from lead_svc.rule_book.rules.nurture import NurtureRules, Step
from pydantic import ValidationError

WEEK = {day: ["09:00-17:00"] for day in ("monday", "tuesday", "wednesday", "thursday", "friday")}
CALENDAR = {"zone": "Asia/Shanghai", "week": WEEK, "holidays": ["2026-11-30"]}
MAIL = {"subject": "News for {company}", "body": "Dear {name}, … No more? {withdraw}"}
FRIDAY = datetime(2026, 11, 27, 2, 30, tzinfo=UTC)  # half past ten in Shanghai


def rules(**changes: Any) -> NurtureRules:
    return NurtureRules.model_validate({"calendar": CALENDAR, "sequences": {"welcome": [MAIL]}, **changes})


@pytest.mark.parametrize(
    ("wait", "due"),
    [
        ({}, FRIDAY),
        ({"working_minutes": 60}, datetime(2026, 11, 27, 3, 30, tzinfo=UTC)),
        ({"working_days": 1}, datetime(2026, 12, 1, 1, 0, tzinfo=UTC)),  # Monday is a holiday
        ({"working_days": 2, "working_minutes": 90}, datetime(2026, 12, 2, 2, 30, tzinfo=UTC)),
    ],
)
def test_waiting_counts_working_time(wait: dict[str, int], due: datetime) -> None:
    assert rules().due(FRIDAY, Step.model_validate({**MAIL, **wait})) == due


def test_where_nobody_works_any_more_nothing_is_due() -> None:
    assert rules().due(datetime(9999, 12, 30, tzinfo=UTC), Step.model_validate({**MAIL, "working_days": 9})) is None


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"sequences": {"welcome": [{**MAIL, "subject": "{salary}"}]}}, "knows no {salary}"),
        ({"sequences": {"welcome": [{**MAIL, "body": "Buy!"}]}}, "must hold {withdraw}"),
        ({"by_itself": {"pooled": "other"}}, "which is no sequence"),
        ({"sequences": {"welcome": []}}, "at least 1 item"),
    ],
)
def test_what_customers_should_not_get_is_refused(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        rules(**changes)
