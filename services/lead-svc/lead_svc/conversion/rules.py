"""A request to convert many leads; each is converted by itself, and the request keeps the answers."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, TypeAlias
from uuid import UUID

from ltc_events import Code, Command, Decider, Event, Refusal, Text, UserId
from pydantic import Field

MOST = 500
"""The most leads of one request."""

PART = 50
"""The most leads of one event."""

LeadIds = Annotated[tuple[UUID, ...], Field(min_length=1, max_length=MOST)]


class RequestConversions(Command):
    """Convert many leads, each by itself."""

    conversion_id: UUID
    lead_ids: LeadIds
    account_manager: UserId
    solution_manager: UserId
    fulfilment_manager: UserId
    expected_close: date | None = None
    profile: Code | None = None


class ConversionsRequested(Event, type="ltc.lead.conversions-requested.v1"):
    """These leads are to be converted; a large request is several of these."""

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
    """One of them was refused, for this reason."""

    conversion_id: UUID
    lead_id: UUID
    code: Code
    detail: Text


class UnknownConversion(Refusal):
    """There is no such request to convert leads."""

    status = 404


class TriangleNotThreePeople(Refusal):
    """Account, solution and fulfilment manager must be three different people."""


@dataclass(frozen=True, slots=True)
class Conversion:
    """Which leads of a request have their answer."""

    requested: frozenset[UUID] = frozenset()
    answered: frozenset[UUID] = frozenset()


ConversionEvent: TypeAlias = ConversionsRequested | ConversionDone | ConversionRefused


def decide(conversion: Conversion, command: RequestConversions) -> Sequence[ConversionEvent]:
    if conversion.requested:
        return []  # requested twice, done once
    must_be_three_people(command.account_manager, command.solution_manager, command.fulfilment_manager)
    leads = tuple(dict.fromkeys(command.lead_ids))
    parts = [leads[begin : begin + PART] for begin in range(0, len(leads), PART)]
    return [ConversionsRequested(**{**dict(command), "lead_ids": part}) for part in parts]


def must_be_three_people(*triangle: str) -> None:
    if len(set(triangle)) < 3:
        raise TriangleNotThreePeople


def evolve(conversion: Conversion, event: ConversionEvent) -> Conversion:
    match event:
        case ConversionsRequested(lead_ids=lead_ids):
            return replace(conversion, requested=conversion.requested | set(lead_ids))
        case ConversionDone(lead_id=lead_id) | ConversionRefused(lead_id=lead_id):
            return replace(conversion, answered=conversion.answered | {lead_id})


decider: Decider[Conversion, RequestConversions, ConversionEvent] = Decider(
    kind="conversion",
    id="conversion_id",
    initial=Conversion(),
    decide=decide,
    evolve=evolve,
    commands=RequestConversions,
    events=ConversionEvent,
    shared=True,
)
