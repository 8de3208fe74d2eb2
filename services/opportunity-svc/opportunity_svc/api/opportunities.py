"""What people do with deals, and how the pipeline is asked for."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from ltc_events import Code, Money, Text, UserId
from ltc_events.opportunity import LossReason
from ltc_runtime.edge import EVERYONE, Api, Body, Handle, Page, Paging, Read, View, matching
from pydantic import Field
from sqlalchemy import select

from .. import projections as shown
from ..domain import opportunity
from ..domain.opportunity import DayInTheFuture, LoseOpportunity, OpportunityClosed, OpportunityStatus, UnknownOpportunity
from ..domain.quote.states import QuoteNotAccepted, UnknownQuote
from ..domain.winning import QuoteOfOtherOpportunity, WinOpportunity
from .quotes import WITHOUT_LINES, QuoteRow, quote_row
from .roles import SALES

opportunities = Api("/opportunities", stream=opportunity.decider)


class WinBody(Body):
    """What the customer accepted, and when the deal was closed."""

    quote_id: UUID
    won_on: date | None = Field(None, description="Today, if nothing is said.")


@opportunities.act(
    "/{opportunity_id}/win",
    roles=SALES,
    refuses=(UnknownOpportunity, OpportunityClosed, UnknownQuote, QuoteNotAccepted, QuoteOfOtherOpportunity, DayInTheFuture),
)
async def win_opportunity(opportunity_id: UUID, body: WinBody, handle: Handle) -> None:
    """Win a deal with the quote the customer accepted."""
    command = WinOpportunity(opportunity_id=opportunity_id, quote_id=body.quote_id, won_on=body.won_on or handle.today, today=handle.today)
    return await handle(command)


class LoseBody(Body):
    """Why it was lost, and what we learn from it."""

    reason: LossReason
    lesson: Text = Field(examples=["Ask for the budget before the demo"])
    competitor: Code | None = Field(None, examples=["Rival"])
    lost_on: date | None = Field(None, description="Today, if nothing is said.")


@opportunities.act("/{opportunity_id}/lose", roles=SALES, refuses=(UnknownOpportunity, OpportunityClosed, DayInTheFuture))
async def lose_opportunity(opportunity_id: UUID, body: LoseBody, handle: Handle) -> None:
    """Lose a deal, and leave a lesson."""
    command = LoseOpportunity(
        opportunity_id=opportunity_id,
        reason=body.reason,
        lesson=body.lesson,
        competitor=body.competitor,
        lost_on=body.lost_on or handle.today,
        today=handle.today,
    )
    return await handle(command)


class OpportunityRow(View):
    """A deal as the pipeline shows it."""

    opportunity_id: UUID
    lead_id: UUID
    party_id: UUID
    company: str
    need: str
    status: OpportunityStatus
    value: Money = Field(description="What the customer wants to spend.")
    account_manager: str
    solution_manager: str
    fulfilment_manager: str
    expected_close: date
    opened_at: datetime
    quote_id: UUID | None = Field(description="The quote it was won with.")
    won: Money | None = Field(description="What it came to, before tax.")
    loss_reason: LossReason | None
    lesson: str | None
    competitor: str | None
    closed_on: date | None


class OpportunityView(OpportunityRow):
    """A deal with its quotes, and what the caller may do now."""

    quotes: Sequence[QuoteRow]
    actions: list[str]


@opportunities.query("", roles=EVERYONE)
async def list_opportunities(
    read: Read,
    paging: Paging,
    status: OpportunityStatus | None = None,
    account_manager: UserId | None = None,
    party_id: UUID | None = None,
    lead_id: UUID | None = None,
) -> Page[OpportunityRow]:
    """The pipeline, newest deal first."""
    table = shown.opportunities.c
    asked = {table.status: status, table.account_manager: account_manager, table.party_id: party_id, table.lead_id: lead_id}
    found = select(shown.opportunities).where(*matching(asked))
    return await read.page(found, key=(table.opened_at, table.opportunity_id), into=opportunity_row, paging=paging)


@opportunities.query("/{opportunity_id}", roles=EVERYONE, refuses=(UnknownOpportunity,))
async def show_opportunity(opportunity_id: UUID, read: Read) -> OpportunityView:
    """One deal with its quotes."""
    found = select(shown.opportunities).where(shown.opportunities.c.opportunity_id == opportunity_id)
    row = await read.one(found, UnknownOpportunity)  # composed with its quotes, so it has no version of its own
    quoted = select(*WITHOUT_LINES).where(shown.quotes.c.opportunity_id == opportunity_id).order_by(shown.quotes.c.drafted_at)
    return OpportunityView(
        **dict(opportunity_row(**row)),
        quotes=[quote_row(**each) for each in await read.all(quoted)],
        actions=read.actions(opportunity.possible(row["status"])),
    )


opportunities.history("/{opportunity_id}/history", roles=EVERYONE, refuses=(UnknownOpportunity,))


def opportunity_row(**row: Any) -> OpportunityRow:
    won = None if row["won_net"] is None else Money(amount=row["won_net"], currency=row["won_currency"])
    return OpportunityRow(**{**row, "value": Money(amount=row["value"], currency=row["currency"]), "won": won})
