"""A lead: somebody may need something of ours, one of us cares for them, and it becomes a deal or it does not."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Literal, TypeAlias
from uuid import UUID

from ltc_events import Code, Command, Decider, Event, Money, Name, Personal, Refusal, Text, UserId, derive_id
from ltc_events.lead import Bant, Channel, LeadAssigned, LeadCaptured, LeadConverted, LeadDisqualified, LeadQualified
from pydantic import AfterValidator

from .party import party_of


def not_negative(money: Money) -> Money:
    """Nobody has a budget below nothing."""
    if money.amount < 0:
        raise ValueError("must not be negative")
    return money


Budget = Annotated[Money, AfterValidator(not_negative)]

# ── commands ──────────────────────────────────────────────────────────────────────────────────────────────────────────


class CaptureLead(Command):
    """Take down who may need what, and whom to ask there."""

    lead_id: UUID
    company: Name
    channel: Channel
    campaign: Code | None = None
    need: Text | None = None
    contact_id: UUID | None = None
    contact_name: Personal[str] | None = None
    contact_email: Personal[str] | None = None
    contact_phone: Personal[str] | None = None


class AssignLead(Command):
    """Give the lead to one of us, whoever had it before."""

    lead_id: UUID
    owner: UserId


class QualifyLead(Command):
    """Confirm need, budget, authority and timing."""

    lead_id: UUID
    need: Text | None = None
    budget: Budget | None = None
    authority: Name | None = None
    timing: date | None = None


class DisqualifyLead(Command):
    """Give the lead up, and say why."""

    lead_id: UUID
    reason: Text


class ConvertLead(Command):
    """Hand the lead over to sales: name the iron triangle."""

    lead_id: UUID
    account_manager: UserId
    solution_manager: UserId
    fulfilment_manager: UserId
    expected_close: date | None = None
    """When the deal should be closed; the customer's own timing, if nothing is said."""


# ── facts that stay here ──────────────────────────────────────────────────────────────────────────────────────────────


class ContactRecorded(Event, type="ltc.lead.contact-recorded.v1"):
    """Whom to talk to at the customer; sealed, and never told to anybody."""

    lead_id: UUID
    contact_id: UUID
    name: Personal[str] | None = None
    email: Personal[str] | None = None
    phone: Personal[str] | None = None


# ── refusals ──────────────────────────────────────────────────────────────────────────────────────────────────────────


class UnknownLead(Refusal):
    """There is no such lead."""

    status = 404


class LeadClosed(Refusal):
    """This lead is over: it was {ended}."""


class LeadNotAssigned(Refusal):
    """Nobody cares for this lead yet: assign it before it is qualified."""


class LeadAlreadyQualified(Refusal):
    """This lead is already qualified; convert it, or disqualify it."""


class LeadNotQualified(Refusal):
    """Only a qualified lead can be converted: qualify this one first."""


class BantIncomplete(Refusal):
    """Still to be found out before this lead is qualified: {missing}."""


class TriangleNotThreePeople(Refusal):
    """Account, solution and fulfilment manager must be three different people."""


# ── states: what is still possible, not how it is shown ───────────────────────────────────────────────────────────────

LeadStatus = Literal["captured", "assigned", "qualified", "disqualified", "converted"]


@dataclass(frozen=True, slots=True)
class Nobody:
    """Nobody was captured under this id yet."""


@dataclass(frozen=True, slots=True)
class Who:
    """Who may need something; what never changes about a lead."""

    party_id: UUID
    company: str
    contact_id: UUID | None


@dataclass(frozen=True, slots=True)
class Captured:
    """Somebody may need something, and nobody cares for them yet."""

    who: Who


@dataclass(frozen=True, slots=True)
class Assigned:
    """One of us finds out what they need."""

    who: Who
    owner: str


@dataclass(frozen=True, slots=True)
class Qualified:
    """They do need something, and can decide and pay."""

    who: Who
    owner: str
    bant: Bant


@dataclass(frozen=True, slots=True)
class Closed:
    """Handed over or given up: nothing happens to it any more."""

    status: Literal["disqualified", "converted"]


Lead: TypeAlias = Nobody | Captured | Assigned | Qualified | Closed
Alive: TypeAlias = Captured | Assigned | Qualified
LeadCommand: TypeAlias = CaptureLead | AssignLead | QualifyLead | DisqualifyLead | ConvertLead
LeadEvent: TypeAlias = LeadCaptured | ContactRecorded | LeadAssigned | LeadQualified | LeadDisqualified | LeadConverted


# ── decide ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def decide(lead: Lead, command: LeadCommand) -> list[LeadEvent]:
    match command:
        case CaptureLead():
            return capture(lead, command)
        case AssignLead():
            return assign(must_be_alive(lead), command)
        case QualifyLead():
            return qualify(must_be_assigned(lead), command)
        case DisqualifyLead():
            return disqualify(must_be_alive(lead), command)
        case ConvertLead():
            return convert(must_be_qualified(lead), command)


def capture(lead: Lead, command: CaptureLead) -> list[LeadEvent]:
    if not isinstance(lead, Nobody):
        return []  # asked twice, captured once
    captured = LeadCaptured(
        lead_id=command.lead_id,
        party_id=party_of(command.company),
        contact_id=command.contact_id,
        company=command.company,
        channel=command.channel,
        campaign=command.campaign,
        need=command.need,
    )
    if command.contact_id is None:
        return [captured]
    contact = ContactRecorded(
        lead_id=command.lead_id,
        contact_id=command.contact_id,
        name=command.contact_name,
        email=command.contact_email,
        phone=command.contact_phone,
    )
    return [captured, contact]


def assign(lead: Alive, command: AssignLead) -> list[LeadEvent]:
    previous = None if isinstance(lead, Captured) else lead.owner
    if previous == command.owner:
        return []  # it is theirs already
    return [LeadAssigned(lead_id=command.lead_id, owner=command.owner, previous_owner=previous)]


def qualify(lead: Assigned, command: QualifyLead) -> list[LeadEvent]:
    need, budget, authority, timing = command.need, command.budget, command.authority, command.timing
    if need is None or budget is None or authority is None or timing is None:
        raise BantIncomplete(missing=[point for point in ("need", "budget", "authority", "timing") if getattr(command, point) is None])
    return [LeadQualified(lead_id=command.lead_id, bant=Bant(need=need, budget=budget, authority=authority, timing=timing))]


def disqualify(lead: Alive, command: DisqualifyLead) -> list[LeadEvent]:
    return [LeadDisqualified(lead_id=command.lead_id, reason=command.reason)]


def convert(lead: Qualified, command: ConvertLead) -> list[LeadEvent]:
    if len({command.account_manager, command.solution_manager, command.fulfilment_manager}) < 3:
        raise TriangleNotThreePeople
    converted = LeadConverted(
        lead_id=command.lead_id,
        opportunity_id=opportunity_of(command.lead_id),
        party_id=lead.who.party_id,
        contact_id=lead.who.contact_id,
        company=lead.who.company,
        need=lead.bant.need,
        budget=lead.bant.budget,
        account_manager=command.account_manager,
        solution_manager=command.solution_manager,
        fulfilment_manager=command.fulfilment_manager,
        expected_close=command.expected_close or lead.bant.timing,
    )
    return [converted]


def opportunity_of(lead_id: UUID) -> UUID:
    """The opportunity a lead becomes, known before it does."""
    return derive_id(lead_id, "opportunity")


# ── gates ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def must_be_alive(lead: Lead) -> Alive:
    match lead:
        case Captured() | Assigned() | Qualified():
            return lead
        case Nobody():
            raise UnknownLead
        case Closed(status=status):
            raise LeadClosed(ended=status)


def must_be_assigned(lead: Lead) -> Assigned:
    match must_be_alive(lead):
        case Assigned() as assigned:
            return assigned
        case Captured():
            raise LeadNotAssigned
        case Qualified():
            raise LeadAlreadyQualified


def must_be_qualified(lead: Lead) -> Qualified:
    match must_be_alive(lead):
        case Qualified() as qualified:
            return qualified
        case Captured() | Assigned():
            raise LeadNotQualified


# ── evolve ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def evolve(lead: Lead, event: LeadEvent) -> Lead:
    match event:
        case LeadCaptured():
            return Captured(Who(event.party_id, event.company, event.contact_id))
        case LeadAssigned():
            return owned(lead, event.owner)
        case LeadQualified():
            return Qualified(lead.who, lead.owner, event.bant) if isinstance(lead, Assigned) else lead
        case LeadDisqualified():
            return Closed("disqualified")
        case LeadConverted():
            return Closed("converted")
        case ContactRecorded():
            return lead  # no rule depends on it


def owned(lead: Lead, owner: str) -> Lead:
    match lead:
        case Captured(who=who) | Assigned(who=who):
            return Assigned(who, owner)
        case Qualified():
            return replace(lead, owner=owner)
        case Nobody() | Closed():
            return lead


def possible(status: LeadStatus) -> tuple[str, ...]:
    """What may be done with a lead of this status, by the names the API gives it."""
    match status:
        case "captured":
            return ("assign_lead", "disqualify_lead")
        case "assigned":
            return ("assign_lead", "qualify_lead", "disqualify_lead")
        case "qualified":
            return ("assign_lead", "disqualify_lead", "convert_lead")
        case "disqualified" | "converted":
            return ()


decider: Decider[Lead, LeadCommand, LeadEvent] = Decider(
    kind="lead", id="lead_id", initial=Nobody(), decide=decide, evolve=evolve, commands=LeadCommand, events=LeadEvent
)
