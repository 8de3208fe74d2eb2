"""Converting: a lead joins a deal there is, many are converted at one request, and one comes back if its deal comes to nothing."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, TypeAlias
from uuid import UUID

from ltc_events import Code, Command, Decider, Event, JointDecider, Refusal, States, Stream, Text, UserId
from ltc_events.lead import LeadAssigned, LeadCaptured, LeadConverted, LeadQualified
from pydantic import Field

from ..deal import rules as deal
from ..lead import rules as lead
from ..lead.rules import ConvertLead, LeadReturned, TriangleNotThreePeople
from ..lead.rules.states import Closed, Nobody, must_be_qualified
from ..lead.rules.work import convert

MOST = 500
"""So many leads are converted by one request at most."""

PART = 50
"""So many by one event."""

LeadIds = Annotated[tuple[UUID, ...], Field(min_length=1, max_length=MOST)]


class JoinDeal(Command):
    """Let a qualified lead join a deal that sales works on already."""

    lead_id: UUID
    opportunity_id: UUID


class RequestConversions(Command):
    """Convert many leads, each for itself."""

    conversion_id: UUID
    lead_ids: LeadIds
    account_manager: UserId
    solution_manager: UserId
    fulfilment_manager: UserId
    expected_close: date | None = None
    profile: Code | None = None


class TryConversion(Command):
    """Convert one lead of many, or note why not."""

    conversion_id: UUID
    convert: ConvertLead


class ReturnLead(Command):
    """Take a lead up again whose deal came to nothing."""

    lead_id: UUID
    previous: UUID
    opportunity_id: UUID
    why: Code
    still_qualified: bool = False


class ConversionsRequested(Event, type="ltc.lead.conversions-requested.v1"):
    """These leads are to be converted; of many, these are some."""

    conversion_id: UUID
    lead_ids: tuple[UUID, ...]
    account_manager: UserId
    solution_manager: UserId
    fulfilment_manager: UserId
    expected_close: date | None = None
    profile: Code | None = None


class ConversionDone(Event, type="ltc.lead.conversion-done.v1"):
    """One of them was converted."""

    conversion_id: UUID
    lead_id: UUID
    opportunity_id: UUID


class ConversionRefused(Event, type="ltc.lead.conversion-refused.v1"):
    """One of them was not, and this is why."""

    conversion_id: UUID
    lead_id: UUID
    code: Code
    detail: Text


@dataclass(frozen=True, slots=True)
class Conversion:
    """Which leads of a request have their answer."""

    requested: frozenset[UUID] = frozenset()
    answered: frozenset[UUID] = frozenset()


ConversionEvent: TypeAlias = ConversionsRequested | ConversionDone | ConversionRefused


def request(conversion: Conversion, command: RequestConversions) -> list[ConversionEvent]:
    if conversion.requested:
        return []  # asked twice, done once
    if len({command.account_manager, command.solution_manager, command.fulfilment_manager}) < 3:
        raise TriangleNotThreePeople
    leads = tuple(dict.fromkeys(command.lead_ids))
    parts = [leads[begin : begin + PART] for begin in range(0, len(leads), PART)]
    return [ConversionsRequested(**{**dict(command), "lead_ids": part}) for part in parts]


def evolve(conversion: Conversion, event: ConversionEvent) -> Conversion:
    match event:
        case ConversionsRequested(lead_ids=lead_ids):
            return replace(conversion, requested=conversion.requested | set(lead_ids))
        case ConversionDone(lead_id=lead_id) | ConversionRefused(lead_id=lead_id):
            return replace(conversion, answered=conversion.answered | {lead_id})


requests: Decider[Conversion, RequestConversions, ConversionEvent] = Decider(
    kind="conversion",
    id="conversion_id",
    initial=Conversion(),
    decide=request,
    evolve=evolve,
    commands=RequestConversions,
    events=ConversionEvent,
    shared=True,
)

ConvertingCommand: TypeAlias = JoinDeal | TryConversion | ReturnLead


def decide(states: States, command: ConvertingCommand) -> list[Event]:
    match command:
        case JoinDeal():
            return [*join(states, command)]
        case TryConversion():
            return [*attempt(states, command)]
        case ReturnLead():
            return [*take_up(states, command)]


def join(states: States, command: JoinDeal) -> list[LeadConverted]:
    known = must_be_qualified(states.of(lead.decider, command.lead_id))
    joined = deal.must_be_open(states.of(deal.decider, command.opportunity_id))
    triangle = joined.model_dump(include={"account_manager", "solution_manager", "fulfilment_manager", "expected_close"})
    (converted,) = convert(known, ConvertLead(lead_id=command.lead_id, **triangle))
    return [converted.model_copy(update={"opportunity_id": command.opportunity_id, "joins": True})]


def attempt(states: States, command: TryConversion) -> list[Event]:
    asked = command.convert
    if asked.lead_id in states.of(requests, command.conversion_id).answered:
        return []
    names = {"conversion_id": command.conversion_id, "lead_id": asked.lead_id}
    try:
        (converted,) = convert(must_be_qualified(states.of(lead.decider, asked.lead_id)), asked)
    except Refusal as refusal:
        return [ConversionRefused(**names, code=refusal.code(), detail=refusal.message)]
    return [converted, ConversionDone(**names, opportunity_id=converted.opportunity_id)]


def take_up(states: States, command: ReturnLead) -> list[LeadCaptured | LeadReturned | LeadAssigned | LeadQualified]:
    before, now = states.of(lead.decider, command.previous), states.of(lead.decider, command.lead_id)
    if not isinstance(before, Closed) or before.status != "converted" or before.who is None or not isinstance(now, Nobody):
        return []  # not a lead of ours, or it came back already
    who, lead_id = before.who, command.lead_id
    captured = LeadCaptured(
        lead_id=lead_id,
        party_id=who.party_id,
        contact_id=who.contact_id,
        company=who.company,
        channel="other" if who.renews else who.channel,
        campaign=who.campaign,
        need=before.bant.need if before.bant else who.need,
        territory=who.territory,
        returned_from=command.previous,
        renews=who.renews,
    )
    contact = before.trail.contact
    returned = LeadReturned(
        lead_id=lead_id,
        previous=command.previous,
        opportunity_id=command.opportunity_id,
        why=command.why,
        contact_name=contact.name if contact else None,
        contact_email=contact.email if contact else None,
        barred=dict(before.trail.barred),
    )
    if before.owner is None:
        return [captured, returned]
    assigned = LeadAssigned(lead_id=lead_id, owner=before.owner, how="return")
    qualified = [LeadQualified(lead_id=lead_id, bant=before.bant)] if before.bant and command.still_qualified else []
    return [captured, returned, assigned, *qualified]


def streams(command: ConvertingCommand) -> list[Stream]:
    match command:
        case JoinDeal():
            return [lead.decider.of(command.lead_id), deal.decider.of(command.opportunity_id)]
        case TryConversion():
            return [lead.decider.of(command.convert.lead_id), requests.of(command.conversion_id)]
        case ReturnLead():
            return [lead.decider.of(command.previous), lead.decider.of(command.lead_id)]


decider: JointDecider[ConvertingCommand] = JointDecider(
    commands=ConvertingCommand, streams=streams, decide=decide, over=(lead.decider, deal.decider, requests)
)
