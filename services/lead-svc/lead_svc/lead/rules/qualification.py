"""Qualification (BANT), and its opposite."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated
from uuid import UUID

from ltc_events import Command, Event, Money, Name, Text
from ltc_events.lead import Bant, LeadDisqualified, LeadQualified
from pydantic import AfterValidator, Field

from .states import Alive, Assigned, BantIncomplete, Qualified


def not_negative(money: Money) -> Money:
    if money.amount < 0:
        raise ValueError("must not be negative")
    return money


Budget = Annotated[Money, AfterValidator(not_negative)]


class QualifyLead(Command):
    """Confirm need, budget, authority and timing. A refusal names what is missing."""

    lead_id: UUID
    need: Text | None = Field(None, examples=["Forty graphics cards by Christmas"])
    budget: Budget | None = None
    authority: Name | None = Field(None, examples=["Head of IT"], description="The role that decides at the customer, not a person.")
    timing: date | None = Field(None, examples=["2026-12-24"], description="When the customer wants it.")


class DisqualifyLead(Command):
    """Close the lead without a deal, and say why."""

    lead_id: UUID
    reason: Text = Field(examples=["A student's homework"])


def qualify(lead: Assigned, command: QualifyLead) -> Sequence[Event]:
    need, budget, authority, timing = command.need, command.budget, command.authority, command.timing
    if need is None or budget is None or authority is None or timing is None:
        raise BantIncomplete(missing=[point for point in ("need", "budget", "authority", "timing") if getattr(command, point) is None])
    return [LeadQualified(lead_id=command.lead_id, bant=Bant(need=need, budget=budget, authority=authority, timing=timing))]


def disqualify(lead: Alive, command: DisqualifyLead) -> Sequence[Event]:
    owner = lead.owner if isinstance(lead, Assigned | Qualified) else None
    return [LeadDisqualified(lead_id=command.lead_id, reason=command.reason, owner=owner)]
