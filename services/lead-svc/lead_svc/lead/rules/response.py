"""The first response: its deadline in working time, and what happens when it is late."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from ltc_events import Command, Event, Stream
from ltc_events.lead import LeadResponseMissed

from ...rule_book.rules import Book, book_id
from ...rule_book.rules import decider as rule_book
from .events import ResponseAwaited
from .history import history
from .states import Absorbed, Alive, Assigned, Captured, Lead, Pooled

RESPONSE = book_id("response")


class AwaitResponse(Command):
    """Find the deadline of the first response to a new lead."""

    lead_id: UUID
    at: datetime

    def reads(self) -> Sequence[Stream]:
        """The lead and the response rules."""
        return [history.of(self.lead_id), rule_book.of(RESPONSE)]


class CheckResponse(Command):
    """Check that the owner responded to the lead."""

    lead_id: UUID
    due: datetime


def await_response(lead: Lead, book: Book, command: AwaitResponse) -> Sequence[Event]:
    rules = book.response
    if not isinstance(lead, Alive | Absorbed) or lead.trail.response is not None or rules is None or book.live is None:
        return []
    due = rules.due(command.at)
    if due is None:
        return []
    awaited = ResponseAwaited(
        lead_id=command.lead_id,
        due=due,
        working_minutes=rules.working_minutes,
        rules_version=book.live,
        escalate_to=rules.escalate_to,
    )
    return [awaited]


def check_response(lead: Lead, command: CheckResponse) -> Sequence[Event]:
    if not isinstance(lead, Captured | Pooled | Assigned):
        return []  # a qualified lead had its response
    response, first = lead.trail.response, lead.trail.first_touch
    if response is None or response.overdue or response.due != command.due:
        return []
    if first is not None and first <= response.due:
        return []
    missed = LeadResponseMissed(
        lead_id=command.lead_id,
        due=response.due,
        owner=lead.owner if isinstance(lead, Assigned) else None,
        rules_version=response.rules_version,
        escalated_to=response.escalate_to,
    )
    return [missed]
