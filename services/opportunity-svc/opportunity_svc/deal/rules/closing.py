"""Closing: a deal that should have been decided by now, and whose seats it leaves behind when it is."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from ltc_events import Command

from .events import ExpectedClosePassed
from .states import Closed, Open, Opportunity, OpportunityEvent, Suspended


class CheckClose(Command):
    """Look whether the deal should have been decided before today."""

    opportunity_id: UUID
    today: date


def check_close(opportunity: Opportunity, command: CheckClose) -> list[OpportunityEvent]:
    if not isinstance(opportunity, Open) or opportunity.expected_close >= command.today:
        return []  # it moved on, or stands still: then it is looked at when it is resumed
    seen = (opportunity.expected_close, opportunity.suspensions)
    if opportunity.close_passed == seen:
        return []
    passed = ExpectedClosePassed(
        opportunity_id=command.opportunity_id, expected_close=opportunity.expected_close, suspensions=opportunity.suspensions
    )
    return [passed]


def passed(deal: Open, event: ExpectedClosePassed) -> Open:
    return replace(deal, close_passed=(event.expected_close, event.suspensions))


def going(opportunity: Opportunity) -> Open | None:
    """The deal that is not decided yet, also if it is suspended."""
    match opportunity:
        case Open():
            return opportunity
        case Suspended(deal=deal):
            return deal
        case _:
            return None


def seated(deal: Open) -> tuple[str, ...]:
    """Who holds a seat."""
    return tuple(dict.fromkeys((deal.account_manager, deal.solution_manager, deal.fulfilment_manager)))


def ended(opportunity: Opportunity, closed: Closed) -> Closed:
    """The deal is decided; who held its seats then is kept."""
    deal = going(opportunity)
    return closed if deal is None else replace(closed, people=seated(deal))
