"""The copy of a deal: whether a lead can still join it, who works on it, and the end of its contract."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, TypeAlias
from uuid import UUID

from ltc_events import Code, Command, Decider, Event, Name, Refusal, UserId

Ended = Literal["won", "lost"]
"""A declined or cancelled deal is lost."""


class NoteDeal(Command):
    """Note that sales works on a deal, and its people."""

    opportunity_id: UUID
    account_manager: UserId
    solution_manager: UserId
    fulfilment_manager: UserId
    expected_close: date
    lead_id: UUID | None = None
    """The lead it was opened for."""


class NoteDealEnd(Command):
    """Note that a deal is won or lost."""

    opportunity_id: UUID
    ended: Ended


class NoteExpiry(Command):
    """Note that the term of its contract ends."""

    opportunity_id: UUID
    contract_id: UUID
    contract_no: Code
    party_id: UUID
    company: Name
    ends_on: date


class DealNoted(Event, type="ltc.lead.deal-noted.v1"):
    """Sales works on a deal."""

    opportunity_id: UUID
    account_manager: UserId
    solution_manager: UserId
    fulfilment_manager: UserId
    expected_close: date
    lead_id: UUID | None = None


class DealEndNoted(Event, type="ltc.lead.deal-end-noted.v1"):
    """A deal is won or lost."""

    opportunity_id: UUID
    ended: Ended


class ExpiryNoted(Event, type="ltc.lead.expiry-noted.v1"):
    """The term of the contract of a deal ends: a renewal lead follows."""

    opportunity_id: UUID
    contract_id: UUID
    contract_no: Code
    party_id: UUID
    company: Name
    ends_on: date
    lead_id: UUID | None = None
    """The lead the deal was opened for, if it is known."""


class UnknownDeal(Refusal):
    """There is no such opportunity, or lead-svc has not consumed its event yet: try again later."""

    status = 404


class DealDecided(Refusal):
    """This opportunity is decided: it was {ended}. Convert the lead into a new one."""


@dataclass(frozen=True, slots=True)
class Deal:
    """What is known of the deal; of an unknown one, nothing."""

    noted: DealNoted | None = None
    ended: Ended | None = None
    expiry: ExpiryNoted | None = None


DealCommand: TypeAlias = NoteDeal | NoteDealEnd | NoteExpiry
DealEvent: TypeAlias = DealNoted | DealEndNoted | ExpiryNoted


def decide(deal: Deal, command: DealCommand) -> list[DealEvent]:
    match command:
        case NoteDeal():
            noted = DealNoted(**dict(command))
            return [] if deal.noted == noted else [noted]
        case NoteDealEnd():
            return [] if deal.ended else [DealEndNoted(**dict(command))]
        case NoteExpiry():
            return note_expiry(deal, command)


def note_expiry(deal: Deal, command: NoteExpiry) -> list[DealEvent]:
    known, end = deal.expiry, (command.contract_id, command.ends_on)
    if known is not None and (known.contract_id, known.ends_on) == end:
        return []
    return [ExpiryNoted(**dict(command), lead_id=deal.noted.lead_id if deal.noted else None)]


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
        case ExpiryNoted():
            return replace(deal, expiry=event)


decider: Decider[Deal, DealCommand, DealEvent] = Decider(
    kind="deal", id="opportunity_id", initial=Deal(), decide=decide, evolve=evolve, commands=DealCommand, events=DealEvent, shared=True
)
