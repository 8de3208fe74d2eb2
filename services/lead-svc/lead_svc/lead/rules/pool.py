"""The public pool (公海): leads nobody cares for, which whoever has room may claim."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from ltc_events import Command, Event, Name, Refusal, Text, UserId
from ltc_events.lead import LeadPooled, LeadRecycled

from .states import Alive, Assigned, Captured, Lead, Pooled, Trail, Watch


class ReleaseLead(Command):
    """Give the lead back to the pool."""

    lead_id: UUID
    reason: Text
    actor: UserId
    by_manager: bool


class RecycleLead(Command):
    """Look whether the owner was in touch until now; if not, the lead goes to the pool."""

    lead_id: UUID
    due: datetime


class LeadRouted(Event, type="ltc.lead.routed.v1"):
    """A rule says whose turn it may be."""

    lead_id: UUID
    rules_version: int
    rule: Name
    reason: Text
    candidates: tuple[UserId, ...]
    limits: dict[UserId, int]
    """How many open leads each of them has at most; who is not named has no limit."""
    alarm_to: tuple[UserId, ...] = ()
    """Who hears of it, if none of them can take it."""


class LeadOwnerNotFound(Event, type="ltc.lead.owner-not-found.v1"):
    """The rules found nobody for a lead that is in the pool already: there it stays, and somebody should look."""

    lead_id: UUID
    reason: Text
    rules_version: int
    alarm_to: tuple[UserId, ...]


class LeadWatched(Event, type="ltc.lead.watched.v1"):
    """If nobody is in touch until then, the lead goes to the pool. The rules are those that counted when it was given."""

    lead_id: UUID
    owner: UserId
    due: datetime
    untouched_days: int
    no_return_days: int
    rules_version: int


class LeadNotInPool(Refusal):
    """This lead is not in the pool."""


class LeadInPool(Refusal):
    """This lead is in the pool: claim it, or let a manager give it to somebody."""


class OwnedBefore(Refusal):
    """{owner} let this lead lie and does not get it back before {until}."""


def release(lead: Assigned, command: ReleaseLead) -> list[LeadPooled]:
    return [LeadPooled(lead_id=command.lead_id, reason=command.reason, previous_owner=lead.owner, alarm=False)]


def recycle(lead: Lead, command: RecycleLead) -> list[LeadWatched | LeadRecycled | LeadPooled]:
    watch = lead.trail.watch if isinstance(lead, Assigned) else None
    if not isinstance(lead, Assigned) or watch is None or watch.due != command.due or watch.owner != lead.owner:
        return []  # it moved on
    touched = lead.trail.last_touch
    if touched is not None and touched + timedelta(days=watch.untouched_days) > command.due:
        return [watched(command.lead_id, replace(watch, due=touched + timedelta(days=watch.untouched_days)))]
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


def watching(trail: Trail, event: LeadWatched) -> Trail:
    return replace(trail, watch=Watch(event.owner, event.due, event.untouched_days, event.no_return_days, event.rules_version))


def barred(trail: Trail, event: LeadRecycled) -> Trail:
    return replace(trail, barred={**trail.barred, event.previous_owner: event.no_return_before})


def pooled(lead: Lead, event: LeadPooled) -> Lead:
    if not isinstance(lead, Alive):
        return lead
    bant = None if isinstance(lead, Captured | Assigned) else lead.bant
    return Pooled(lead.who, event.previous_owner, lead.trail, bant, orphaned=event.hand_over_id is not None)


def unfound(lead: Lead) -> Lead:
    return replace(lead, orphaned=False) if isinstance(lead, Pooled) else lead


def must_be_pooled(lead: Alive) -> Pooled:
    if not isinstance(lead, Pooled):
        raise LeadNotInPool
    return lead


def must_not_be_barred(trail: Trail, owner: str, at: datetime) -> None:
    until = trail.barred.get(owner)
    if until is not None and at < until:
        raise OwnedBefore(owner=owner, until=until.isoformat())
