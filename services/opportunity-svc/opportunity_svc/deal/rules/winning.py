"""Winning: a deal is won with the quote the customer accepted, both decided together."""

from datetime import date
from uuid import UUID

from ltc_events import Command, Event, JointDecider, States, Stream, Text
from ltc_events.opportunity import OpportunityWon

from ...quote import rules as quote
from ...quote.rules.gates import must_be_accepted, must_be_of
from ...quote.rules.states import Accepted
from ...quote.rules.supersession import supersede
from .. import rules as opportunity
from . import Open, must_be_open, must_have_come
from .events import LessonNoted
from .stages import must_be_through
from .stepping import seen_as


class WinOpportunity(Command):
    """Close the deal with what the customer accepted."""

    opportunity_id: UUID
    quote_id: UUID
    others: tuple[UUID, ...] = ()
    """The other quotes of the deal that may be offers still."""
    won_on: date
    lesson: Text | None = None
    """What we learn from it, where somebody says so."""
    today: date


def decide(states: States, command: WinOpportunity) -> list[Event]:
    deal = must_be_open(states.of(opportunity.decider, command.opportunity_id))
    won = win(deal, must_be_accepted(states.of(quote.decider, command.quote_id)), command)
    return [*won, *supersede(quote.beside(states, command.others), command.opportunity_id, command.quote_id, won=True)]


def win(deal: Open, accepted: Accepted, command: WinOpportunity) -> list[Event]:
    content = accepted.content
    must_be_of(content, command.opportunity_id)
    must_have_come(command.won_on, command.today)
    must_be_through(deal, seen_as(content, command.quote_id))
    won = OpportunityWon(
        opportunity_id=command.opportunity_id,
        quote_id=command.quote_id,
        quote_hash=content.hash,
        party_id=deal.party_id,
        company=deal.company,
        account_manager=deal.account_manager,
        solution_manager=deal.solution_manager,
        fulfilment_manager=deal.fulfilment_manager,
        currency=content.currency,
        lines=content.lines,
        net=content.net,
        won_on=command.won_on,
    )
    return [won, *learnt_by(command)]


def learnt_by(command: WinOpportunity) -> list[Event]:
    if command.lesson is None:
        return []
    return [LessonNoted(opportunity_id=command.opportunity_id, lesson=command.lesson, won_on=command.won_on)]


def streams(command: WinOpportunity) -> list[Stream]:
    return [opportunity.decider.of(command.opportunity_id), *map(quote.decider.of, (command.quote_id, *command.others))]


decider: JointDecider[WinOpportunity] = JointDecider(
    commands=WinOpportunity, streams=streams, decide=decide, over=(opportunity.decider, quote.decider)
)
