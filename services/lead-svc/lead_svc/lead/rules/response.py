"""The first response: until when it must come, and what if it does not."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from ltc_events import Command, Event, UserId
from ltc_events.lead import LeadResponseMissed

from .states import Assigned, Captured, Lead, Pooled, Response, Trail


class CheckResponse(Command):
    """Look whether the lead has heard of us."""

    lead_id: UUID
    due: datetime


class ResponseAwaited(Event, type="ltc.lead.response-awaited.v1"):
    """Until then the lead must have heard of us. The rules are those that counted when it came."""

    lead_id: UUID
    due: datetime
    working_minutes: int
    rules_version: int
    escalate_to: tuple[UserId, ...] = ()
    """Who hears of it beside the owner, if it does not."""


def check_response(lead: Lead, command: CheckResponse) -> list[LeadResponseMissed]:
    if not isinstance(lead, Captured | Pooled | Assigned):
        return []  # whoever was qualified has heard of us
    response = lead.trail.response
    if response is None or response.overdue or response.due != command.due:
        return []
    first = lead.trail.first_touch
    if first is not None and first <= response.due:
        return []
    owner = lead.owner if isinstance(lead, Assigned) else None
    missed = LeadResponseMissed(
        lead_id=command.lead_id,
        due=response.due,
        owner=owner,
        rules_version=response.rules_version,
        escalated_to=response.escalate_to,
    )
    return [missed]


def awaiting(trail: Trail, event: ResponseAwaited) -> Trail:
    return replace(trail, response=Response(event.due, event.rules_version, event.escalate_to))


def overdue(trail: Trail, event: LeadResponseMissed) -> Trail:
    return replace(trail, response=Response(event.due, event.rules_version, event.escalated_to, overdue=True))
