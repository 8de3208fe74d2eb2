"""A campaign: what was spent to bring leads."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from ltc_events import Code, Command, Decider, Event, Money, Refusal, Text, derive_id
from ltc_events.lead import Channel


def campaign_id(campaign: str) -> UUID:
    """The stream of a campaign."""
    return derive_id("campaign", campaign)


class RecordCampaignCost(Command):
    """Note what was spent for a campaign, or by a negative amount that it was less."""

    campaign_id: UUID
    cost_id: UUID
    campaign: Code
    channel: Channel
    amount: Money
    spent_on: date
    note: Text | None = None
    today: date


class CampaignCostRecorded(Event, type="ltc.lead.campaign-cost-recorded.v1"):
    """So much was spent for a campaign; a negative amount corrects what was recorded before."""

    campaign_id: UUID
    cost_id: UUID
    campaign: Code
    channel: Channel
    amount: Money
    spent_on: date
    note: Text | None = None


class SpentInTheFuture(Refusal):
    """{day} has not come yet: record what was spent."""


class NothingSpent(Refusal):
    """An amount of nothing is no cost."""


@dataclass(frozen=True, slots=True)
class Campaign:
    """No rule depends on what was spent before."""


def decide(campaign: Campaign, command: RecordCampaignCost) -> list[CampaignCostRecorded]:
    if command.spent_on > command.today:
        raise SpentInTheFuture(day=command.spent_on.isoformat())
    if command.amount.amount == 0:
        raise NothingSpent
    return [CampaignCostRecorded(**command.model_dump(exclude={"today", "amount"}), amount=command.amount)]


def evolve(campaign: Campaign, event: CampaignCostRecorded) -> Campaign:
    return campaign


decider: Decider[Campaign, RecordCampaignCost, CampaignCostRecorded] = Decider(
    kind="campaign",
    id="campaign_id",
    initial=Campaign(),
    decide=decide,
    evolve=evolve,
    commands=RecordCampaignCost,
    events=CampaignCostRecorded,
    shared=True,
)
