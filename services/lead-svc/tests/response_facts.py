"""Response rules, and leads that wait for a first response."""

from datetime import UTC, datetime
from uuid import UUID

from lead_svc.lead.rules.events import ResponseAwaited
from lead_svc.lead.rules.response import CheckResponse
from lead_svc.rule_book.rules import RulesActivated, RulesDrafted, book_id
from lead_svc.rule_book.rules.response import ResponseRules
from ltc_events import Event
from ltc_events.lead import LeadAssigned, LeadCaptured, LeadResponseMissed
from ltc_kit.calendar import Week, WorkingCalendar

LEAD, BOOK = UUID(int=1), book_id("response")


FRIDAY = datetime(2026, 11, 27, 16, tzinfo=UTC)


MONDAY = datetime(2026, 11, 30, 11, tzinfo=UTC)


DAY = ("09:00-18:00",)


RULES = ResponseRules(
    working_minutes=240,
    calendar=WorkingCalendar(zone="UTC", week=Week(monday=DAY, tuesday=DAY, wednesday=DAY, thursday=DAY, friday=DAY)),
)


captured = LeadCaptured(lead_id=LEAD, party_id=LEAD, company="Acme", channel="site")


assigned = LeadAssigned(lead_id=LEAD, owner="ann")


live: tuple[Event, ...] = (
    RulesDrafted(book_id=BOOK, book="response", version=1, response=RULES, drafted_by="max"),
    RulesActivated(book_id=BOOK, version=1, activated_by="max"),
)


awaited = ResponseAwaited(lead_id=LEAD, due=MONDAY, working_minutes=240, rules_version=1)


overdue = LeadResponseMissed(lead_id=LEAD, due=MONDAY, owner="ann", rules_version=1)


check = CheckResponse(lead_id=LEAD, due=MONDAY)
