"""Who owns a lead: assigned by a manager, by rules, by a claim from the pool, or by the hand-over of a leaver."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from ltc_events import Command, Event, Name, Refusal, Stream, Text, UserId
from ltc_events.lead import LeadAssigned, LeadClaimed, LeadPooled

from ...rule_book.rules import Book, book_id
from ...rule_book.rules import decider as rule_book
from ...rule_book.rules.assignment import AssignmentRules, first_fit
from ...workload.rules import LeadTaken, Workload, workload_of
from ...workload.rules import decider as workload
from .events import LeadOwnerNotFound, LeadRouted
from .history import history
from .pool import LeadInPool, must_be_pooled, must_not_be_barred
from .states import Alive, Assigned, Captured, Lead, Pooled, Qualified, Trail, must_be_alive

ASSIGNMENT, POOL = book_id("assignment"), book_id("pool")


# ── commands ──────────────────────────────────────────────────────────────────────────────────────────────────────────


class AssignLead(Command):
    """Assign the lead to an owner, replacing any current owner."""

    lead_id: UUID
    owner: UserId
    by_manager: bool = True
    at: datetime | None = None


class RouteLead(Command):
    """Find the assignment rule for a lead that is new, or whose owner left."""

    lead_id: UUID

    def reads(self) -> Sequence[Stream]:
        """The lead and the assignment rules."""
        return [history.of(self.lead_id), rule_book.of(ASSIGNMENT)]


class OfferLead(Command):
    """Assign the lead to the candidate who has capacity and waited longest."""

    lead_id: UUID
    rules_version: int
    rule: Name
    reason: Text
    candidates: tuple[UserId, ...]
    limits: dict[UserId, int]
    alarm_to: tuple[UserId, ...] = ()
    at: datetime

    def reads(self) -> Sequence[Stream]:
        """The lead and the workload of each candidate."""
        return [history.of(self.lead_id), *(workload.of(workload_of(owner)) for owner in dict.fromkeys(self.candidates))]


class ClaimLead(Command):
    """Take a lead out of the pool."""

    lead_id: UUID
    owner: UserId
    at: datetime

    def reads(self) -> Sequence[Stream]:
        """The lead, the workload of the claimant and the pool rules."""
        return [history.of(self.lead_id), workload.of(workload_of(self.owner)), rule_book.of(POOL)]


class MoveLead(Command):
    """Move the lead if the leaver still has it."""

    lead_id: UUID
    hand_over_id: UUID
    owner: UserId
    to: UserId | None = None


# ── refusals ──────────────────────────────────────────────────────────────────────────────────────────────────────────


class ClaimLimitReached(Refusal):
    """You have {limit} claimed leads open, the most allowed: close one, or release it."""


class ClaimantLeft(Refusal):
    """You handed your leads over because you leave: a manager must take your desk up again first."""


# ── rules ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def assign(lead: Alive, command: AssignLead) -> Sequence[Event]:
    if isinstance(lead, Pooled):
        if not command.by_manager:
            raise LeadInPool
        if command.at is not None:
            must_not_be_barred(lead.trail, command.owner, command.at)
        return [LeadAssigned(lead_id=command.lead_id, owner=command.owner, **from_pool(lead))]
    previous = None if isinstance(lead, Captured) else lead.owner
    if previous == command.owner:
        return []  # it is theirs already
    return [LeadAssigned(lead_id=command.lead_id, owner=command.owner, previous_owner=previous)]


def from_pool(lead: Pooled) -> dict[str, object]:
    """What an assignment says of a lead that leaves the pool."""
    return {"previous_owner": lead.previous_owner, "from_pool": True, "qualified": lead.bant is not None}


def route(lead: Lead, book: Book, command: RouteLead) -> Sequence[Event]:
    """A lead in the pool stays there, unless its owner left."""
    rules = book.assignment
    waits = isinstance(lead, Captured) or (isinstance(lead, Pooled) and lead.orphaned)
    if not isinstance(lead, Captured | Pooled) or not waits or rules is None or book.live is None:
        return []  # it has an owner already, or there are no rules
    found = first_fit(rules, lead.who.channel, lead.who.territory, lead.who.need)
    if found is None:
        return owner_not_found(lead, command.lead_id, "no assignment rule fits", book.live, rules.alarm_to)
    rule, reason = found
    routed = LeadRouted(
        lead_id=command.lead_id,
        rules_version=book.live,
        rule=rule.name,
        reason=reason,
        candidates=rule.owners,
        limits=limits(rules, rule.owners),
        alarm_to=rules.alarm_to,
    )
    return [routed]


def owner_not_found(lead: Captured | Pooled, lead_id: UUID, reason: str, version: int, alarm_to: tuple[str, ...]) -> Sequence[Event]:
    """The lead goes to the pool, with an alarm. If it is there already, it stays there, and the alarm comes only now."""
    if isinstance(lead, Captured):
        return [LeadPooled(lead_id=lead_id, reason=reason, alarm=True, alarm_to=alarm_to)]
    return [LeadOwnerNotFound(lead_id=lead_id, reason=reason, rules_version=version, alarm_to=alarm_to)] if alarm_to else []


def limits(rules: AssignmentRules, owners: tuple[str, ...]) -> dict[str, int]:
    found = {owner: rules.capacities.get(owner, rules.capacity) for owner in owners}
    return {owner: limit for owner, limit in found.items() if limit is not None}


def offer(lead: Lead, workloads: Mapping[str, Workload], command: OfferLead) -> Sequence[Event]:
    if not isinstance(lead, Captured | Pooled):
        return []  # it has an owner by now
    against = {owner: hindrance(each, command.limits.get(owner), lead.trail, owner, command.at) for owner, each in workloads.items()}
    free = [owner for owner in command.candidates if against[owner] is None]
    if not free:
        why = ", ".join(f"{owner} {reason}" for owner, reason in against.items())
        reason = f"nobody is eligible by rule {command.rule}: {why}"[:4000]
        return owner_not_found(lead, command.lead_id, reason, command.rules_version, command.alarm_to)
    owner = min(free, key=lambda each: workloads[each].turn)  # of equals the first that the rule names
    turn = max(each.turn for each in workloads.values()) + 1
    by_rule = {"how": "rule", "rule": command.rule, "rules_version": command.rules_version, "reason": command.reason}
    pooled = from_pool(lead) if isinstance(lead, Pooled) else {}
    assigned = LeadAssigned(lead_id=command.lead_id, owner=owner, **by_rule, **pooled)
    return [assigned, LeadTaken(desk_id=workload_of(owner), owner=owner, lead_id=command.lead_id, how="rule", turn=turn)]


def hindrance(workload: Workload, limit: int | None, trail: Trail, owner: str, at: datetime) -> str | None:
    """What speaks against assigning the lead to this owner, if anything."""
    if workload.left is not None:
        return "left"
    if limit is not None and len(workload.open) >= limit:
        return f"has {len(workload.open)} of at most {limit} leads"
    if at < trail.barred.get(owner, at):
        return "let it lie before"
    return None


def claim(lead: Lead, own: Workload, book: Book, command: ClaimLead) -> Sequence[Event]:
    alive = must_be_alive(lead)
    if isinstance(alive, Assigned) and alive.owner == command.owner:
        return []  # it is theirs already
    pooled = must_be_pooled(alive)
    if own.left is not None:
        raise ClaimantLeft
    must_not_be_barred(pooled.trail, command.owner, command.at)
    limit = None if book.pool is None else book.pool.claim_limit
    if limit is not None and len(own.claimed) >= limit:
        raise ClaimLimitReached(limit=limit)
    assigned = LeadAssigned(lead_id=command.lead_id, owner=command.owner, how="claim", **from_pool(pooled))
    taken = LeadTaken(desk_id=workload_of(command.owner), owner=command.owner, lead_id=command.lead_id, how="claim")
    return [LeadClaimed(lead_id=command.lead_id, owner=command.owner), assigned, taken]


def move(lead: Lead, command: MoveLead) -> Sequence[Event]:
    if not isinstance(lead, Assigned | Qualified) or lead.owner != command.owner:
        return []  # it has another owner by now
    ids = {"lead_id": command.lead_id, "previous_owner": lead.owner, "hand_over_id": command.hand_over_id}
    if command.to is None:
        return [LeadPooled(**ids, reason=f"{command.owner} left", alarm=True)]
    return [LeadAssigned(**ids, owner=command.to, how="hand_over")]
