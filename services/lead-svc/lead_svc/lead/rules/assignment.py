"""Assigning: rules name who may get a lead, whoever has room and waited longest gets it, and the pool is open to the others."""

from datetime import datetime, timedelta
from typing import TypeAlias
from uuid import UUID

from ltc_events import Command, Event, JointDecider, Name, Refusal, States, Stream, Text, UserId
from ltc_events.lead import LeadAssigned, LeadClaimed, LeadPooled

from ...rule_book import rules as rule_book
from ...rule_book.rules.assignment import AssignmentRules, first_fit
from ...workload import rules as desk
from ...workload.rules import Desk, LeadTaken, desk_of
from .. import rules as lead
from .pool import LeadOwnerNotFound, LeadRouted, must_be_pooled, must_not_be_barred, watched
from .states import Assigned, Captured, Pooled, Trail, Watch, must_be_alive

ASSIGNMENT, POOL = rule_book.book_id("assignment"), rule_book.book_id("pool")


class RouteLead(Command):
    """Find the rule that says whose a lead shall be that is new, or whose owner left."""

    lead_id: UUID


class OfferLead(Command):
    """Give the lead to whoever of these has room and waited longest."""

    lead_id: UUID
    rules_version: int
    rule: Name
    reason: Text
    candidates: tuple[UserId, ...]
    limits: dict[UserId, int]
    alarm_to: tuple[UserId, ...] = ()
    at: datetime


class ClaimLead(Command):
    """Take a lead out of the pool."""

    lead_id: UUID
    owner: UserId
    at: datetime


class WatchLead(Command):
    """See to it that a lead does not lie untouched."""

    lead_id: UUID
    at: datetime


class ClaimLimitReached(Refusal):
    """You have {limit} claimed leads open, and nobody has more: finish one, or release it."""


class ClaimantLeft(Refusal):
    """You handed your leads over because you leave: a manager must take your desk up again first."""


AssigningCommand: TypeAlias = RouteLead | OfferLead | ClaimLead | WatchLead


def decide(states: States, command: AssigningCommand) -> list[Event]:
    match command:
        case RouteLead():
            return route(states, command)
        case OfferLead():
            return offer(states, command)
        case ClaimLead():
            return claim(states, command)
        case WatchLead():
            return watch(states, command)


def route(states: States, command: RouteLead) -> list[Event]:
    known, book = states.of(lead.decider, command.lead_id), states.of(rule_book.decider, ASSIGNMENT)
    rules = book.assignment
    if not isinstance(known, Captured | Pooled) or not has_turn(known) or rules is None or book.live is None:
        return []  # somebody has it already, or there are no rules
    found = first_fit(rules, known.who.channel, known.who.territory, known.who.need)
    if found is None:
        return nobody_found(known, command.lead_id, "no assignment rule fits", book.live, rules.alarm_to)
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


def has_turn(known: Captured | Pooled) -> bool:
    """What lies in the pool stays there, but for what a leaver had."""
    return isinstance(known, Captured) or known.orphaned


def nobody_found(known: Captured | Pooled, lead_id: UUID, reason: str, version: int, alarm_to: tuple[str, ...]) -> list[Event]:
    """Into the pool, with an alarm. What is there already stays there; the alarm comes only now that the rules were asked."""
    if isinstance(known, Captured):
        return [LeadPooled(lead_id=lead_id, reason=reason, alarm=True, alarm_to=alarm_to)]
    return [LeadOwnerNotFound(lead_id=lead_id, reason=reason, rules_version=version, alarm_to=alarm_to)] if alarm_to else []


def limits(rules: AssignmentRules, owners: tuple[str, ...]) -> dict[str, int]:
    found = {owner: rules.capacities.get(owner, rules.capacity) for owner in owners}
    return {owner: limit for owner, limit in found.items() if limit is not None}


def offer(states: States, command: OfferLead) -> list[Event]:
    known = states.of(lead.decider, command.lead_id)
    if not isinstance(known, Captured | Pooled):
        return []  # somebody was quicker
    desks = {owner: states.of(desk.decider, desk_of(owner)) for owner in command.candidates}
    against = {owner: hindered(desks[owner], command.limits.get(owner), known.trail, owner, command.at) for owner in desks}
    free = [owner for owner in command.candidates if against[owner] is None]
    if not free:
        why = ", ".join(f"{owner} {reason}" for owner, reason in against.items())
        reason = f"nobody is eligible by rule {command.rule}: {why}"[:4000]
        return nobody_found(known, command.lead_id, reason, command.rules_version, command.alarm_to)
    owner = min(free, key=lambda each: desks[each].turn)  # of equals the first that the rule names
    turn = max(each.turn for each in desks.values()) + 1
    assigned = LeadAssigned(
        lead_id=command.lead_id, owner=owner, how="rule", rule=command.rule, rules_version=command.rules_version, reason=command.reason
    )
    if isinstance(known, Pooled):
        out = {"previous_owner": known.previous_owner, "from_pool": True, "qualified": known.bant is not None}
        assigned = assigned.model_copy(update=out)
    return [assigned, LeadTaken(desk_id=desk_of(owner), owner=owner, lead_id=command.lead_id, how="rule", turn=turn)]


def hindered(desk: Desk, limit: int | None, trail: Trail, owner: str, at: datetime) -> str | None:
    """What speaks against giving them the lead, if anything does."""
    if desk.left is not None:
        return "left"
    if limit is not None and len(desk.open) >= limit:
        return f"has {len(desk.open)} of at most {limit} leads"
    if at < trail.barred.get(owner, at):
        return "let it lie before"
    return None


def claim(states: States, command: ClaimLead) -> list[Event]:
    known = must_be_alive(states.of(lead.decider, command.lead_id))
    if isinstance(known, Assigned) and known.owner == command.owner:
        return []  # it is theirs already
    pooled, own = must_be_pooled(known), states.of(desk.decider, desk_of(command.owner))
    if own.left is not None:
        raise ClaimantLeft
    must_not_be_barred(pooled.trail, command.owner, command.at)
    rules = states.of(rule_book.decider, POOL).pool
    limit = None if rules is None else rules.claim_limit
    if limit is not None and len(own.claimed) >= limit:
        raise ClaimLimitReached(limit=limit)
    assigned = LeadAssigned(
        lead_id=command.lead_id,
        owner=command.owner,
        previous_owner=pooled.previous_owner,
        how="claim",
        from_pool=True,
        qualified=pooled.bant is not None,
    )
    taken = LeadTaken(desk_id=desk_of(command.owner), owner=command.owner, lead_id=command.lead_id, how="claim")
    return [LeadClaimed(lead_id=command.lead_id, owner=command.owner), assigned, taken]


def watch(states: States, command: WatchLead) -> list[Event]:
    known, book = states.of(lead.decider, command.lead_id), states.of(rule_book.decider, POOL)
    rules = book.pool
    if not isinstance(known, Assigned) or rules is None or rules.untouched_days is None or book.live is None:
        return []
    due = command.at + timedelta(days=rules.untouched_days)
    return [watched(command.lead_id, Watch(known.owner, due, rules.untouched_days, rules.no_return_days, book.live))]


def streams(command: AssigningCommand) -> list[Stream]:
    this = lead.decider.of(command.lead_id)
    match command:
        case RouteLead():
            return [this, rule_book.decider.of(ASSIGNMENT)]
        case OfferLead():
            return [this, *(desk.decider.of(desk_of(owner)) for owner in dict.fromkeys(command.candidates))]
        case ClaimLead():
            return [this, desk.decider.of(desk_of(command.owner)), rule_book.decider.of(POOL)]
        case WatchLead():
            return [this, rule_book.decider.of(POOL)]


decider: JointDecider[AssigningCommand] = JointDecider(
    commands=AssigningCommand, streams=streams, decide=decide, over=(lead.decider, rule_book.decider, desk.decider)
)
