"""What campaigns cost, and what the deals they led to came to."""

from ltc_events import on, projection, put
from ltc_events.opportunity import OpportunityWon
from sqlalchemy import BigInteger, Column, Date, Index, Table, Text
from sqlalchemy.dialects.postgresql import UUID

from ..campaign.rules import CampaignCostRecorded
from .schema import read

campaign_costs = Table(
    "campaign_cost",
    read,
    Column("cost_id", UUID, primary_key=True),
    Column("campaign", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("spent_on", Date, nullable=False),
    Column("note", Text),
    Index("campaign_cost_of", "campaign", "spent_on"),
)

won_deals = Table(
    "won_deal",
    read,
    Column("opportunity_id", UUID, primary_key=True),
    Column("amount", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("won_on", Date, nullable=False),
)

campaign_list = projection(
    "campaign_list",
    on(
        CampaignCostRecorded,
        put(
            campaign_costs,
            lambda cost: {
                "cost_id": cost.cost_id,
                "campaign": cost.campaign,
                "channel": cost.channel,
                "amount": cost.amount.amount,
                "currency": cost.amount.currency,
                "spent_on": cost.spent_on,
                "note": cost.note,
            },
        ),
    ),
    on(
        OpportunityWon,
        put(
            won_deals,
            lambda deal: {
                "opportunity_id": deal.opportunity_id,
                "amount": deal.net.amount,
                "currency": deal.net.currency,
                "won_on": deal.won_on,
            },
        ),
    ),
)
