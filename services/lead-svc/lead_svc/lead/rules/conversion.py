"""Conversion: a qualified lead becomes a deal, or joins one."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated
from uuid import UUID

from ltc_events import Code, Command, Event, Refusal, Stream, UserId, derive_id
from ltc_events.lead import LeadConverted
from pydantic import Field

from ...conversion.rules import Conversion, ConversionDone, ConversionRefused, must_be_three_people
from ...conversion.rules import decider as conversion
from ...deal.rules import Deal, must_be_open
from ...deal.rules import decider as deal
from .history import history
from .states import Lead, Qualified, must_be_qualified

Profile = Annotated[
    Code | None, Field(examples=["light"], description="The sales process the deal follows; the usual one, if nothing is said.")
]


class ConvertLead(Command):
    """Hand the lead over to sales: name the iron triangle."""

    lead_id: UUID
    account_manager: UserId
    solution_manager: UserId
    fulfilment_manager: UserId
    expected_close: date | None = None
    """When the deal should be closed; the timing of the customer by default."""
    profile: Code | None = None
    """The sales process of the deal; the usual one by default."""


class JoinDeal(Command):
    """Let a qualified lead join an open deal."""

    lead_id: UUID
    opportunity_id: UUID

    def reads(self) -> Sequence[Stream]:
        """The lead and the deal."""
        return [history.of(self.lead_id), deal.of(self.opportunity_id)]


class TryConversion(Command):
    """Convert one lead of many, or record why not."""

    conversion_id: UUID
    convert: ConvertLead

    @property
    def lead_id(self) -> UUID:
        """The lead to convert."""
        return self.convert.lead_id

    def reads(self) -> Sequence[Stream]:
        """The lead and the request."""
        return [history.of(self.lead_id), conversion.of(self.conversion_id)]


def convert(lead: Qualified, command: ConvertLead) -> list[LeadConverted]:
    must_be_three_people(command.account_manager, command.solution_manager, command.fulfilment_manager)
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


def join(lead: Qualified, joined: Deal, command: JoinDeal) -> Sequence[Event]:
    triangle = must_be_open(joined).model_dump(include={"account_manager", "solution_manager", "fulfilment_manager", "expected_close"})
    (converted,) = convert(lead, ConvertLead(lead_id=command.lead_id, **triangle))
    return [converted.model_copy(update={"opportunity_id": command.opportunity_id, "joins": True})]


def try_conversion(lead: Lead, request: Conversion, command: TryConversion) -> Sequence[Event]:
    if command.lead_id in request.answered:
        return []
    names = {"conversion_id": command.conversion_id, "lead_id": command.lead_id}
    try:
        (converted,) = convert(must_be_qualified(lead), command.convert)
    except Refusal as refusal:
        return [ConversionRefused(**names, code=refusal.code(), detail=refusal.message)]
    return [converted, ConversionDone(**names, opportunity_id=converted.opportunity_id)]


def opportunity_of(lead_id: UUID) -> UUID:
    """The opportunity that a lead becomes, known in advance."""
    return derive_id(lead_id, "opportunity")
