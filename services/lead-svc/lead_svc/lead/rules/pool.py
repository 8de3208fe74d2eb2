"""The public pool (公海): leads without an owner, which any salesperson with capacity may claim."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from ltc_events import Command, Event, Refusal, Stream, Text, UserId
from ltc_events.lead import LeadPooled, LeadRecycled

from ...rule_book.rules import Book, book_id
from ...rule_book.rules import decider as rule_book
from .events import LeadWatched
from .history import history
from .states import Alive, Assigned, Lead, NotYourLead, Pooled, Trail, Watch


class ReleaseLead(Command):
    """Give the lead back to the pool."""

    lead_id: UUID
    reason: Text
    actor: UserId
    by_manager: bool


class WatchLead(Command):
    """Begin to watch that the owner does not neglect the lead."""

    lead_id: UUID
    at: datetime

    def reads(self) -> Sequence[Stream]:
        """The lead and the pool rules."""
        return [history.of(self.lead_id), rule_book.of(book_id("pool"))]


class RecycleLead(Command):
    """Check that the owner was in touch until now; if not, the lead goes to the pool."""

    lead_id: UUID
    due: datetime


class LeadNotInPool(Refusal):
    """This lead is not in the pool."""


class LeadInPool(Refusal):
    """This lead is in the pool: claim it, or ask a manager to assign it."""


class OwnedBefore(Refusal):
    """{owner} neglected this lead and does not get it back before {until}."""


def release(lead: Assigned, command: ReleaseLead) -> Sequence[Event]:
    if lead.owner != command.actor and not command.by_manager:
        raise NotYourLead(owner=lead.owner)
    return [LeadPooled(lead_id=command.lead_id, reason=command.reason, previous_owner=lead.owner, alarm=False)]


def watch(lead: Lead, book: Book, command: WatchLead) -> Sequence[Event]:
    rules = book.pool
    if not isinstance(lead, Assigned) or rules is None or rules.untouched_days is None or book.live is None:
        return []
    due = command.at + timedelta(days=rules.untouched_days)
    return [watched(command.lead_id, Watch(lead.owner, due, rules.untouched_days, rules.no_return_days, book.live))]


def recycle(lead: Lead, command: RecycleLead) -> Sequence[Event]:
    watch = lead.trail.watch if isinstance(lead, Assigned) else None
    if not isinstance(lead, Assigned) or watch is None or watch.due != command.due or watch.owner != lead.owner:
        return []  # it changed since
    touched, days = lead.trail.last_touch, timedelta(days=watch.untouched_days)
    if touched is not None and touched + days > command.due:
        return [watched(command.lead_id, replace(watch, due=touched + days))]
    reason = f"nobody was in touch for {watch.untouched_days} days"
    recycled = LeadRecycled(
        lead_id=command.lead_id,
        reason=reason,
        previous_owner=lead.owner,
        no_return_before=command.due + timedelta(days=watch.no_return_days),
        rules_version=watch.rules_version,
    )
    return [recycled, LeadPooled(lead_id=command.lead_id, reason=reason, previous_owner=lead.owner, alarm=False)]


def watched(lead_id: UUID, watch: Watch) -> LeadWatched:
    return LeadWatched(
        lead_id=lead_id,
        owner=watch.owner,
        due=watch.due,
        untouched_days=watch.untouched_days,
        no_return_days=watch.no_return_days,
        rules_version=watch.rules_version,
    )


def must_be_pooled(lead: Alive) -> Pooled:
    if not isinstance(lead, Pooled):
        raise LeadNotInPool
    return lead


def must_not_be_barred(trail: Trail, owner: str, at: datetime) -> None:
    until = trail.barred.get(owner)
    if until is not None and at < until:
        raise OwnedBefore(owner=owner, until=until.isoformat())
