"""A deal, as far as we heard of it from sales: whether a lead can still join it, and who works on it."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, TypeAlias
from uuid import UUID

from ltc_events import Command, Decider, Event, Refusal, UserId

Ended = Literal["won", "lost"]
"""Lost is also what we let go ourselves."""


class NoteDeal(Command):
    """Note that sales works on a deal, and who."""

    opportunity_id: UUID
    account_manager: UserId
    solution_manager: UserId
    fulfilment_manager: UserId
    expected_close: date


class NoteDealEnd(Command):
    """Note that a deal is decided."""

    opportunity_id: UUID
    ended: Ended


class DealNoted(Event, type="ltc.lead.deal-noted.v1"):
    """We heard that sales works on a deal."""

    opportunity_id: UUID
    account_manager: UserId
    solution_manager: UserId
    fulfilment_manager: UserId
    expected_close: date


class DealEndNoted(Event, type="ltc.lead.deal-end-noted.v1"):
    """We heard that it is decided."""

    opportunity_id: UUID
    ended: Ended


class UnknownDeal(Refusal):
    """There is no such opportunity, or we have not heard of it yet."""

    status = 404


class DealDecided(Refusal):
    """This opportunity is decided: it was {ended}. Convert the lead into a new one."""


@dataclass(frozen=True, slots=True)
class Deal:
    """What we heard of it; of one never heard of, nothing."""

    noted: DealNoted | None = None
    ended: Ended | None = None


DealCommand: TypeAlias = NoteDeal | NoteDealEnd
DealEvent: TypeAlias = DealNoted | DealEndNoted


def decide(deal: Deal, command: DealCommand) -> list[DealEvent]:
    match command:
        case NoteDeal():
            noted = DealNoted(**dict(command))
            return [] if deal.noted == noted else [noted]
        case NoteDealEnd():
            return [] if deal.ended else [DealEndNoted(**dict(command))]


def must_be_open(deal: Deal) -> DealNoted:
    if deal.ended is not None:
        raise DealDecided(ended=deal.ended)
    if deal.noted is None:
        raise UnknownDeal
    return deal.noted


def evolve(deal: Deal, event: DealEvent) -> Deal:
    match event:
        case DealNoted():
            return replace(deal, noted=event)
        case DealEndNoted(ended=ended):
            return replace(deal, ended=ended)


decider: Decider[Deal, DealCommand, DealEvent] = Decider(
    kind="deal", id="opportunity_id", initial=Deal(), decide=decide, evolve=evolve, commands=DealCommand, events=DealEvent, shared=True
)
