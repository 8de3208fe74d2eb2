"""Book what working for a deal costs."""

from datetime import date
from uuid import UUID

from ltc_events import Money, Text
from ltc_events.filled import DayInTheFuture
from ltc_events.opportunity_gates import BidCostKind
from ltc_runtime.http import Api, Body, Handle, Role
from pydantic import Field

from ..deal.rules import decider
from ..deal.rules.bid_costs import BookBidCost, CostOfNothing, InvestmentUndecided, MoreThanBooked
from ..deal.rules.states import OPEN

BOOKERS: tuple[Role, ...] = ("sales", "sales_manager", "solution", "fulfilment", "finance")

bid_costs = Api("/opportunities", stream=decider)


class BidCostBody(Body):
    """What was spent, when, and what for."""

    kind: BidCostKind = Field(examples=["travel"])
    amount: Money = Field(description="Below nothing, to take back what was booked wrongly.")
    spent_on: date | None = Field(None, description="Today, if nothing is said.")
    what_for: Text = Field(examples=["Two days at the works"])


@bid_costs.act(
    "/{opportunity_id}/bid-costs",
    roles=BOOKERS,
    refuses=(*OPEN, DayInTheFuture, InvestmentUndecided, CostOfNothing, MoreThanBooked),
    money=True,
)
async def book_bid_cost(opportunity_id: UUID, body: BidCostBody, handle: Handle) -> None:
    """Book what working for an open deal cost.

    Where its pipeline has the gate ATI (立项), that is decided first; what is missing is listed, with who can see to it.
    """
    command = BookBidCost(
        opportunity_id=opportunity_id,
        cost_id=handle.new_id("bid-cost"),
        kind=body.kind,
        amount=body.amount,
        spent_on=body.spent_on or handle.today,
        what_for=body.what_for,
        actor=handle.actor,
        today=handle.today,
    )
    return await handle(command)
