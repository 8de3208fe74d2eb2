"""Responding: a new lead hears of us within so much working time, or somebody is told."""

from datetime import datetime
from uuid import UUID

from ltc_events import Command, Event, JointDecider, States, Stream

from ...rule_book import rules as rule_book
from .. import rules as lead
from .response import ResponseAwaited
from .states import Absorbed, Alive

RESPONSE = rule_book.book_id("response")


class AwaitResponse(Command):
    """Find out until when a new lead must have heard of us."""

    lead_id: UUID
    at: datetime


def decide(states: States, command: AwaitResponse) -> list[Event]:
    known, book = states.of(lead.decider, command.lead_id), states.of(rule_book.decider, RESPONSE)
    rules = book.response
    if not isinstance(known, Alive | Absorbed) or known.trail.response is not None or rules is None or book.live is None:
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


def streams(command: AwaitResponse) -> list[Stream]:
    return [lead.decider.of(command.lead_id), rule_book.decider.of(RESPONSE)]


decider: JointDecider[AwaitResponse] = JointDecider(
    commands=AwaitResponse, streams=streams, decide=decide, over=(lead.decider, rule_book.decider)
)
