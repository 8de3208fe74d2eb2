"""The list of deals, and the page of one deal with its quotes and bid costs."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import Annotated, Any
from uuid import UUID

from ltc_events import UserId
from ltc_events.opportunity_gates import Profile
from ltc_runtime.http import EVERYONE, PREVIEW, Api, AsColumns, Page, Paging, Read, matching
from pydantic import Field
from sqlalchemy import select

from ..bid_cost.read import BidCostSum, bid_cost_sums
from ..deal.read import OpportunityRow
from ..deal.rules import decider, possible
from ..deal.rules.states import OpportunityStatus, UnknownOpportunity
from ..form_search.read import Cell, Show, Where, holding, shown_fields
from ..pipeline.rules import PipelineCode
from ..quote.read import LIST_COLUMNS, QuoteContent, QuoteRow

deals = Api("/opportunities", stream=decider)


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


@deals.query("", roles=EVERYONE)
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
    table = OpportunityRow.table.c
    asked: dict[Any, Any] = {
        table.status: status, table.account_manager: account_manager, table.party_id: party_id, table.lead_id: lead_id,
        table.pipeline: pipeline, table.profile: profile, table.stage: stage,
    }  # fmt: skip
    found = select(OpportunityRow.table).where(*matching(asked), *await holding(where, read))
    if in_stage_since is not None:
        found = found.where(table.stage_entered_at < datetime.combine(in_stage_since, time(), UTC))
    page = await read.page(found, key=(table.opened_at, table.opportunity_id), into=OpportunityRow, paging=paging)
    says = await shown_fields([row.opportunity_id for row in page.data], show, read)
    return Page(data=[ListedOpportunity(**dict(row), fields=says[row.opportunity_id]) for row in page.data], next_cursor=page.next_cursor)


@deals.query("/{opportunity_id}", roles=EVERYONE, refuses=(UnknownOpportunity,))
async def show_opportunity(opportunity_id: UUID, read: Read) -> OpportunityView:
    """One deal with its latest quotes."""
    # composed with its quotes, so it has no version of its own
    row = await read.row(OpportunityRow, UnknownOpportunity, opportunity_id=opportunity_id)
    quote = QuoteContent.table.c
    of_deal = select(*LIST_COLUMNS).where(quote.opportunity_id == opportunity_id)
    quotes, more_quotes = await read.latest(PREVIEW, of_deal, key=(quote.drafted_at, quote.quote_id))
    return OpportunityView(
        **dict(row),
        bid_costs=await bid_cost_sums(opportunity_id, read),
        quotes=[QuoteRow(**each) for each in quotes],
        more_quotes=more_quotes,
        actions=read.actions(possible(row.status)),
    )
