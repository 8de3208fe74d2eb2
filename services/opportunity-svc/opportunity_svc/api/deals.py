"""What people do with deals, and how the pipeline is asked for."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import Annotated, Any, Literal
from uuid import UUID

from ltc_events import Code, Money, Text, UserId
from ltc_events.opportunity import FailureSummary, LossReason
from ltc_events.opportunity_gates import CancelReason, DeclineReason, Profile, SuspendReason
from ltc_runtime.http import EVERYONE, PREVIEW, AsColumns, Body, Handle, Page, Paging, Read, View, matching
from pydantic import Field
from sqlalchemy import select

from .. import projections as shown
from ..deal import rules as opportunity
from ..deal.rules.outcome import (
    AlreadyAdmitted,
    CancelOpportunity,
    DeclineOpportunity,
    FailureSummaryMissing,
    LoseOpportunity,
    NotSuspended,
    ResumeOpportunity,
    SuspendOpportunity,
)
from ..deal.rules.states import DayInTheFuture, OpportunityClosed, OpportunityStatus, UnknownOpportunity
from ..deal.rules.terms import ChangeOpportunity, CloseDayBehind, TriangleNotThreePeople, ValueBelowNothing
from ..pipeline.rules import PipelineCode
from ..quote.read import LIST_COLUMNS, QuoteContent, QuoteRow
from .costing import BidCostSum, bid_cost_sums
from .form_fields import Cell, Show, Where, holding, told
from .resource import OPEN, opportunities
from .roles import SALES, TRIANGLE


class LoseBody(Body):
    """Why it was lost, and what we learn from it."""

    reason: LossReason
    lesson: Text = Field(examples=["Ask for the budget before the demo"])
    competitor: Code | None = Field(None, examples=["Rival"])
    failure_summary: FailureSummary | None = Field(None, description="Needed of a deal with the profile `project`.")
    lost_on: date | None = Field(None, description="Today, if nothing is said.")


@opportunities.act(
    "/{opportunity_id}/lose", roles=SALES, refuses=(UnknownOpportunity, OpportunityClosed, DayInTheFuture, FailureSummaryMissing)
)
async def lose_opportunity(opportunity_id: UUID, body: LoseBody, handle: Handle) -> None:
    """Lose a deal, and leave a lesson."""
    command = LoseOpportunity(
        opportunity_id=opportunity_id,
        reason=body.reason,
        lesson=body.lesson,
        competitor=body.competitor,
        failure_summary=body.failure_summary,
        lost_on=body.lost_on or handle.today,
        today=handle.today,
    )
    return await handle(command)


class DeclineBody(Body):
    """Why we do not go for it."""

    how: Literal["not_admitted", "no_bid"] = Field(description="It is not let in (订单准入), or we do not bid.")
    reason: DeclineReason = Field(examples=["thin_margin"])
    note: Text = Field(examples=["Below cost, and no second phase in sight"])
    declined_on: date | None = Field(None, description="Today, if nothing is said.")


@opportunities.act("/{opportunity_id}/decline", roles=SALES, refuses=(*OPEN, DayInTheFuture, AlreadyAdmitted))
async def decline_opportunity(opportunity_id: UUID, body: DeclineBody, handle: Handle) -> None:
    """Do not let a deal in, or do not bid for it."""
    command = DeclineOpportunity(
        opportunity_id=opportunity_id,
        how=body.how,
        reason=body.reason,
        note=body.note,
        declined_on=body.declined_on or handle.today,
        today=handle.today,
        actor=handle.actor,
    )
    return await handle(command)


class ChangeBody(Body):
    """What is other than it was; what is not said stays."""

    value: Money | None = Field(None, description="What the deal is worth.")
    expected_close: date | None = None
    account_manager: UserId | None = Field(None, description="AR")
    solution_manager: UserId | None = Field(None, description="SR")
    fulfilment_manager: UserId | None = Field(None, description="FR")
    reason: Text = Field(examples=["They want the second works too"])


@opportunities.act(
    "/{opportunity_id}/change", roles=SALES, refuses=(*OPEN, ValueBelowNothing, CloseDayBehind, TriangleNotThreePeople)
)  # fmt: skip
async def change_opportunity(opportunity_id: UUID, body: ChangeBody, handle: Handle) -> None:
    """Change the value of a deal, when it is expected to close, or who works on it; its history keeps every change and reason.

    A decision (ATI, ATB) holds up to the amount its mandate goes to: a deal that grows beyond it, or into another currency, needs a new
    one. So it does where whoever decided becomes account manager; and what was asked about another amount is asked anew.
    """
    command = ChangeOpportunity(opportunity_id=opportunity_id, **dict(body), actor=handle.actor, today=handle.today)
    return await handle(command)


class SuspendBody(Body):
    """Why nothing goes on."""

    reason: SuspendReason = Field(examples=["budget_frozen"])
    note: Text = Field(examples=["Their board decides about budgets in May"])


@opportunities.act("/{opportunity_id}/suspend", roles=SALES, refuses=OPEN)
async def suspend_opportunity(opportunity_id: UUID, body: SuspendBody, handle: Handle) -> None:
    """Let nothing go on with a deal until it is resumed.

    Nobody is reminded or asked to decide meanwhile, and the forecast leaves it out. Quotes still expire on their day.
    """
    command = SuspendOpportunity(opportunity_id=opportunity_id, reason=body.reason, note=body.note, actor=handle.actor)
    return await handle(command)


class ResumeBody(Body):
    """Why it goes on."""

    note: Text = Field(examples=["The budget was granted"])


@opportunities.act("/{opportunity_id}/resume", roles=SALES, refuses=(UnknownOpportunity, OpportunityClosed, NotSuspended))
async def resume_opportunity(opportunity_id: UUID, body: ResumeBody, handle: Handle) -> None:
    """Let a suspended deal go on where it stood; what was to be decided then is asked for anew."""
    return await handle(ResumeOpportunity(opportunity_id=opportunity_id, note=body.note, actor=handle.actor))


class CancelBody(Body):
    """Why there is no deal any more."""

    reason: CancelReason = Field(examples=["customer_gave_up"])
    note: Text = Field(examples=["The works is not built"])
    cancelled_on: date | None = Field(None, description="Today, if nothing is said.")


@opportunities.act("/{opportunity_id}/cancel", roles=SALES, refuses=(UnknownOpportunity, OpportunityClosed, DayInTheFuture))
async def cancel_opportunity(opportunity_id: UUID, body: CancelBody, handle: Handle) -> None:
    """End a deal that is none any more. It counts as neither won nor lost."""
    command = CancelOpportunity(
        opportunity_id=opportunity_id,
        reason=body.reason,
        note=body.note,
        cancelled_on=body.cancelled_on or handle.today,
        today=handle.today,
        actor=handle.actor,
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
    value: Money = Field(description="What it is worth: at first what the customer wants to spend.")
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
    pipeline: str
    pipeline_version: int = Field(description="The version it began with; 0 is what the product brings along.")
    profile: Profile
    stage: str
    stage_number: int = Field(description="Of the stage in its pipeline, from 1.")
    stage_entered_at: datetime
    weighted: Money = Field(description="Its value times the probability of its stage.")
    decline_reason: DeclineReason | None
    decline_note: str | None
    suspended_at: datetime | None = Field(description="Since when nothing goes on.")
    suspend_reason: SuspendReason | None
    suspend_note: str | None
    cancel_reason: CancelReason | None
    cancel_note: str | None


class ListedOpportunity(OpportunityRow):
    """A deal as the pipeline shows it, with what was asked for of its forms."""

    fields: Annotated[dict[str, Cell], AsColumns()] = Field(
        description="What `show` asks for, each under form.key; an amount of money under form.key.amount and form.key.currency. "
        "Null where it is not filled in."
    )


class OpportunityView(OpportunityRow):
    """A deal with its latest quotes, and what the caller may do now."""

    quotes: Sequence[QuoteRow] = Field(description=f"The latest {PREVIEW}, as they were drafted.")
    more_quotes: bool = Field(description="There are more: `/quotes?opportunity_id=` lists them all.")
    bid_costs: Sequence[BidCostSum] = Field(description="What working for it cost, by currency.")
    actions: list[str]


@opportunities.query("", roles=EVERYONE)
async def list_opportunities(
    read: Read,
    paging: Paging,
    status: OpportunityStatus | None = None,
    account_manager: UserId | None = None,
    party_id: UUID | None = None,
    lead_id: UUID | None = None,
    pipeline: PipelineCode | None = None,
    profile: Profile | None = None,
    stage: PipelineCode | None = None,
    in_stage_since: date | None = None,
    where: Where = None,
    show: Show = None,
) -> Page[ListedOpportunity]:
    """The pipeline, newest deal first.

    `in_stage_since` finds deals that have been in their stage from before that day on; `where` finds them by what their forms say,
    and `show` tells it, in a file in columns of their own.
    """
    table = shown.opportunities.c
    asked: dict[Any, Any] = {
        table.status: status, table.account_manager: account_manager, table.party_id: party_id, table.lead_id: lead_id,
        table.pipeline: pipeline, table.profile: profile, table.stage: stage,
    }  # fmt: skip
    found = select(shown.opportunities).where(*matching(asked), *await holding(where, read))
    if in_stage_since is not None:
        found = found.where(table.stage_entered_at < datetime.combine(in_stage_since, time(), UTC))
    page = await read.page(found, key=(table.opened_at, table.opportunity_id), into=opportunity_row, paging=paging)
    says = await told([row.opportunity_id for row in page.data], show, read)
    return Page(data=[ListedOpportunity(**dict(row), fields=says[row.opportunity_id]) for row in page.data], next_cursor=page.next_cursor)


@opportunities.query("/{opportunity_id}", roles=EVERYONE, refuses=(UnknownOpportunity,))
async def show_opportunity(opportunity_id: UUID, read: Read) -> OpportunityView:
    """One deal with its latest quotes."""
    found = select(shown.opportunities).where(shown.opportunities.c.opportunity_id == opportunity_id)
    row = await read.one(found, UnknownOpportunity)  # composed with its quotes, so it has no version of its own
    quote = QuoteContent.table.c
    of_deal = select(*LIST_COLUMNS).where(quote.opportunity_id == opportunity_id)
    quotes, more_quotes = await read.latest(PREVIEW, of_deal, key=(quote.drafted_at, quote.quote_id))
    return OpportunityView(
        **dict(opportunity_row(**row)),
        bid_costs=await bid_cost_sums(opportunity_id, read),
        quotes=[QuoteRow(**each) for each in quotes],
        more_quotes=more_quotes,
        actions=read.actions(opportunity.possible(row["status"])),
    )


opportunities.history("/{opportunity_id}/history", roles=EVERYONE, refuses=(UnknownOpportunity,), opened_for=TRIANGLE)


def opportunity_row(**row: Any) -> OpportunityRow:
    won = None if row["won_net"] is None else Money(amount=row["won_net"], currency=row["won_currency"])
    value, weighted = (Money(amount=row[name], currency=row["currency"]) for name in ("value", "weighted"))
    return OpportunityRow(**{**row, "value": value, "weighted": weighted, "won": won})
