"""Stepping: a deal goes on to a later stage, or asks for a decision, with the quote it is about, both decided together."""

from typing import TypeAlias
from uuid import UUID

from ltc_events import Event, JointDecider, States, Stream

from ...quote import rules as quote
from ...quote.rules.gates import must_be_of, must_exist
from ...quote.rules.states import Accepted, Approved, Content, Quote, Sent
from .. import rules as opportunity
from . import must_be_open
from .criteria import QuoteSeen
from .decisions import RequestDecision, request
from .stages import EnterStage, enter

SteppingCommand: TypeAlias = EnterStage | RequestDecision


def decide(states: States, command: SteppingCommand) -> list[Event]:
    deal = must_be_open(states.of(opportunity.decider, command.opportunity_id))
    seen = None
    if command.quote_id is not None:
        seen = approved(states.of(quote.decider, command.quote_id), command.opportunity_id, command.quote_id)
    match command:
        case EnterStage():
            return [*enter(deal, seen, command)]
        case RequestDecision():
            return [*request(deal, seen, command)]


def approved(named: Quote, opportunity_id: UUID, quote_id: UUID) -> QuoteSeen | None:
    """The quote, if it is of this deal and approved."""
    known = must_exist(named)
    must_be_of(known.content, opportunity_id)
    return seen_as(known.content, quote_id) if isinstance(known, Approved | Sent | Accepted) else None


def seen_as(content: Content, quote_id: UUID) -> QuoteSeen:
    """What a criterion sees of a quote."""
    return QuoteSeen(quote_id, content.hash, content.net)


def streams(command: SteppingCommand) -> list[Stream]:
    deal = opportunity.decider.of(command.opportunity_id)
    return [deal] if command.quote_id is None else [deal, quote.decider.of(command.quote_id)]


decider: JointDecider[SteppingCommand] = JointDecider(
    commands=SteppingCommand, streams=streams, decide=decide, over=(opportunity.decider, quote.decider)
)
