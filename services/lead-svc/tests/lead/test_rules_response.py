"""A new lead hears of us in time, or somebody is told."""

from datetime import datetime, timedelta

from lead_svc.lead import rules as lead
from lead_svc.lead.policies import await_response, check_response
from lead_svc.lead.rules import decider
from lead_svc.lead.rules.events import TouchLogged
from lead_svc.lead.rules.response import AwaitResponse
from lead_svc.rule_book.rules import RulesDrafted
from lead_svc.rule_book.rules.response import ResponseRules
from ltc_events import At, Fact
from ltc_events.lead import LeadDisqualified
from ltc_events.testing import given
from ltc_kit.calendar import Week, WorkingCalendar
from response_facts import BOOK, FRIDAY, LEAD, MONDAY, assigned, awaited, captured, check, live, overdue


def touched(at: datetime) -> TouchLogged:
    return TouchLogged(
        lead_id=LEAD, touch_id=LEAD, kind="call", direction="out", marketing=False, at=at, by="ann", touches=1,
        first_touch=at, last_touch=at
    )  # fmt: skip


def test_four_working_hours_from_a_friday_afternoon_end_on_monday() -> None:
    given(decider, captured, *live).when(AwaitResponse(lead_id=LEAD, at=FRIDAY)).then(awaited)


def test_without_rules_nothing_is_awaited_and_nothing_twice() -> None:
    given(decider, captured).when(AwaitResponse(lead_id=LEAD, at=FRIDAY)).then_nothing()
    given(decider, captured, *live, awaited).when(AwaitResponse(lead_id=LEAD, at=FRIDAY)).then_nothing()


def test_where_there_is_hardly_any_work_the_rules_await_nothing_beyond_ten_years() -> None:
    rare = ResponseRules(working_minutes=10_000, calendar=WorkingCalendar(zone="UTC", week=Week(monday=("09:00-09:01",))))
    drafted = RulesDrafted(book_id=BOOK, book="response", version=1, response=rare, drafted_by="max")
    given(decider, captured, drafted, live[1]).when(AwaitResponse(lead_id=LEAD, at=FRIDAY)).then_nothing()


def test_a_lead_that_has_not_heard_of_us_in_time_is_told_once() -> None:
    given(lead.decider, captured, assigned, awaited).when(check).then(overdue)
    given(lead.decider, captured, awaited).when(check).then(overdue.model_copy(update={"owner": None}))
    given(lead.decider, captured, assigned, awaited, overdue).when(check).then_nothing()


def test_a_lead_that_has_heard_of_us_is_not() -> None:
    given(lead.decider, captured, assigned, awaited, touched(MONDAY)).when(check).then_nothing()
    given(lead.decider, captured, awaited, LeadDisqualified(lead_id=LEAD, reason="No")).when(check).then_nothing()


def test_a_call_after_the_time_was_up_comes_too_late() -> None:
    given(lead.decider, captured, assigned, awaited, touched(MONDAY + timedelta(seconds=1))).when(check).then(overdue)


def test_what_follows_from_what() -> None:
    assert await_response(captured, Fact(1, "lead", LEAD, 1, FRIDAY, FRIDAY, "ann", LEAD)) == [AwaitResponse(lead_id=LEAD, at=FRIDAY)]
    assert check_response(awaited) == [At(MONDAY, check)]
