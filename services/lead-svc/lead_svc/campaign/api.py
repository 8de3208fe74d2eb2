"""What was spent for campaigns."""

from datetime import date
from typing import Annotated
from uuid import UUID

from ltc_events import Money, Text
from ltc_events.lead import Channel
from ltc_runtime.http import Api, Body, Handle, NaturalKey, Role, View
from pydantic import Field, StringConstraints

from .rules import NothingSpent, RecordCampaignCost, SpentInTheFuture, campaign_id, decider

CampaignInUrl = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._-]*$")]
"""A campaign whose code can stand in a URL."""

MANAGERS: tuple[Role, ...] = ("sales_manager",)

campaigns = Api("/campaigns", stream=decider, natural=NaturalKey("campaign", CampaignInUrl, campaign_id))


class CostBody(Body):
    """What was spent."""

    channel: Channel
    amount: Money = Field(description="Negative: so much less than was recorded before.")
    spent_on: date
    note: Text | None = Field(None, examples=["Stand and catering"])


class CostRecorded(View):
    """The cost that was noted."""

    cost_id: UUID


@campaigns.act("/{campaign}/costs", roles=MANAGERS, refuses=(SpentInTheFuture, NothingSpent), money=True)
async def record_campaign_cost(campaign: CampaignInUrl, body: CostBody, handle: Handle) -> CostRecorded:
    """Record what was spent for a campaign."""
    cost_id = handle.new_id("cost")
    command = RecordCampaignCost(campaign_id=campaign_id(campaign), cost_id=cost_id, campaign=campaign, today=handle.today, **dict(body))
    return await handle(command, CostRecorded(cost_id=cost_id))
