"""How deals end: won, lost, declined or cancelled."""

from datetime import date
from uuid import UUID

from ltc_events import Text
from ltc_events.filled import DayInTheFuture
from ltc_runtime.http import Api, Body, Handle, Read, Role
from pydantic import Field

from ..deal.rules import decider
from ..deal.rules.outcome import (
    AlreadyAdmitted,
    CancelOpportunity,
    DeclineOpportunity,
    FailureSummaryMissing,
    LoseOpportunity,
    WinOpportunity,
)
from ..deal.rules.stages import NotReadyToWin
from ..deal.rules.states import OPEN, OpportunityClosed, UnknownOpportunity
from ..quote.read import other_quotes_of_deal
from ..quote.rules.gates import QuoteNotAccepted, QuoteOfOtherOpportunity, UnknownQuote

SALES: tuple[Role, ...] = ("sales", "sales_manager")
UNDECIDED = (UnknownOpportunity, OpportunityClosed)

outcomes = Api("/opportunities", stream=decider)
outcomes.act("/{opportunity_id}/lose", LoseOpportunity, roles=SALES, refuses=(*UNDECIDED, FailureSummaryMissing))
outcomes.act("/{opportunity_id}/decline", DeclineOpportunity, roles=SALES, refuses=(*OPEN, AlreadyAdmitted))
outcomes.act("/{opportunity_id}/cancel", CancelOpportunity, roles=SALES, refuses=UNDECIDED)


class WinBody(Body):
    """What the customer accepted, and when the deal was closed."""

    quote_id: UUID
    won_on: date | None = Field(None, description="Today, if nothing is said.")
    lesson: Text | None = Field(None, examples=["The works manager decides, not purchasing"], description="What we learn from it.")


@outcomes.act(
    "/{opportunity_id}/win",
    roles=SALES,
    refuses=(*OPEN, UnknownQuote, QuoteNotAccepted, QuoteOfOtherOpportunity, DayInTheFuture, NotReadyToWin),
)
async def win_opportunity(opportunity_id: UUID, body: WinBody, read: Read, handle: Handle) -> None:
    """Win a deal with the quote the customer accepted; its other quotes are superseded.

    Whatever its pipeline still asks for is listed where it is refused, with who can see to it.
    """
    command = WinOpportunity(
        opportunity_id=opportunity_id,
        quote_id=body.quote_id,
        others=await other_quotes_of_deal(body.quote_id, opportunity_id, read),
        won_on=body.won_on or handle.today,
        lesson=body.lesson,
        today=handle.today,
    )
    return await handle(command)
