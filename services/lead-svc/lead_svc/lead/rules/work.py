"""Capturing a lead, giving it to one of us, finding out what they need, and what becomes of it."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from ltc_events import Code, Command, Event, Money, Name, Personal, Text, UserId, derive_id
from ltc_events.lead import Bant, Channel, Domain, LeadAssigned, LeadCaptured, LeadConverted, LeadDisqualified, LeadQualified, PhoneNumber
from pydantic import AfterValidator

from ...party.rules.names import party_of
from .pool import LeadInPool, must_not_be_barred
from .states import Alive, Assigned, BantIncomplete, Captured, Lead, Nobody, Pooled, Qualified, TriangleNotThreePeople
from .touch import ConsentGiven, ConsentRecorded


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
    territory: Code | None = None
    website: Domain | None = None
    company_phone: PhoneNumber | None = None
    contact_id: UUID | None = None
    contact_name: Personal[str] | None = None
    contact_email: Personal[str] | None = None
    contact_phone: Personal[str] | None = None
    consent: ConsentGiven | None = None
    """They agreed as they came to hear of our offers."""


class AssignLead(Command):
    """Give the lead to one of us, whoever had it before."""

    lead_id: UUID
    owner: UserId
    by_manager: bool = True
    at: datetime | None = None


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
    profile: Code | None = None
    """The sales process the deal shall follow; the usual one, if nothing is said."""


# ── facts that stay here ──────────────────────────────────────────────────────────────────────────────────────────────


class ContactRecorded(Event, type="ltc.lead.contact-recorded.v1"):
    """Whom to talk to at the customer; sealed, and never told to anybody."""

    lead_id: UUID
    contact_id: UUID
    name: Personal[str] | None = None
    email: Personal[str] | None = None
    phone: Personal[str] | None = None


# ── rules ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def capture(lead: Lead, command: CaptureLead) -> list[LeadCaptured | ContactRecorded | ConsentRecorded]:
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
        territory=command.territory,
        website=command.website,
        company_phone=command.company_phone,
    )
    agreed = [ConsentRecorded(lead_id=command.lead_id, given=True, **dict(command.consent))] if command.consent else []
    if command.contact_id is None:
        return [captured, *agreed]
    contact = ContactRecorded(
        lead_id=command.lead_id,
        contact_id=command.contact_id,
        name=command.contact_name,
        email=command.contact_email,
        phone=command.contact_phone,
    )
    return [captured, contact, *agreed]


def assign(lead: Alive, command: AssignLead) -> list[LeadAssigned]:
    if isinstance(lead, Pooled):
        return give_from_pool(lead, command)
    previous = None if isinstance(lead, Captured) else lead.owner
    if previous == command.owner:
        return []  # it is theirs already
    return [LeadAssigned(lead_id=command.lead_id, owner=command.owner, previous_owner=previous)]


def give_from_pool(lead: Pooled, command: AssignLead) -> list[LeadAssigned]:
    if not command.by_manager:
        raise LeadInPool
    if command.at is not None:
        must_not_be_barred(lead.trail, command.owner, command.at)
    return [
        LeadAssigned(
            lead_id=command.lead_id,
            owner=command.owner,
            previous_owner=lead.previous_owner,
            from_pool=True,
            qualified=lead.bant is not None,
        )
    ]


def qualify(lead: Assigned, command: QualifyLead) -> list[LeadQualified]:
    need, budget, authority, timing = command.need, command.budget, command.authority, command.timing
    if need is None or budget is None or authority is None or timing is None:
        raise BantIncomplete(missing=[point for point in ("need", "budget", "authority", "timing") if getattr(command, point) is None])
    return [LeadQualified(lead_id=command.lead_id, bant=Bant(need=need, budget=budget, authority=authority, timing=timing))]


def disqualify(lead: Alive, command: DisqualifyLead) -> list[LeadDisqualified]:
    owner = lead.owner if isinstance(lead, Assigned | Qualified) else None
    return [LeadDisqualified(lead_id=command.lead_id, reason=command.reason, owner=owner)]


def convert(lead: Qualified, command: ConvertLead) -> list[LeadConverted]:
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
        owner=lead.owner,
        profile=command.profile,
    )
    return [converted]


def opportunity_of(lead_id: UUID) -> UUID:
    """The opportunity a lead becomes, known before it does."""
    return derive_id(lead_id, "opportunity")
