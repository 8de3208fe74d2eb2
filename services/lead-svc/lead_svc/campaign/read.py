"""What campaigns cost, and what the leads they brought came to."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Annotated, Any, ClassVar
from uuid import UUID

from ltc_events import Sum, projection
from ltc_events.lead import Channel
from ltc_events.opportunity import OpportunityWon
from ltc_events.read_model import Index, Key, ReadModel, on, put
from ltc_runtime.http import EVERYONE, Read, View
from pydantic import Field
from sqlalchemy import CTE, BigInteger, ColumnElement, func, select

from ..lead.read import LeadRow
from ..lead.rules.states import CameBy
from .api import campaigns
from .rules import CampaignCostRecorded

Place = tuple[str, str | None]
"""A channel, and a campaign if there was one."""


class CampaignCost(ReadModel, table="campaign_cost"):
    """What was spent once."""

    cost_id: Key[UUID]
    campaign: str
    channel: Channel
    amount: Annotated[int, BigInteger()]
    currency: str
    spent_on: date
    note: str | None

    of: ClassVar = Index("campaign", "spent_on")


class WonDeal(ReadModel, table="won_deal"):
    """What a deal came to."""

    opportunity_id: Key[UUID]
    amount: Annotated[int, BigInteger()]
    currency: str
    won_on: date


campaign_list = projection(
    "campaign_list",
    on(CampaignCostRecorded, put(CampaignCost, amount=lambda cost: cost.amount.amount, currency=lambda cost: cost.amount.currency)),
    on(OpportunityWon, put(WonDeal, amount=lambda deal: deal.net.amount, currency=lambda deal: deal.net.currency)),
)


class Spent(View):
    """What was spent in one currency, and what one lead of each stage cost, rounded half up to the minor unit. None: there was none."""

    cost: Sum
    per_lead: Sum | None
    per_qualified: Sum | None
    per_converted: Sum | None


class CampaignResult(View):
    """What came of one campaign by one channel. A lead that came back counts once, as it came first; of leads that are merged
    the one counts that the others are shown under."""

    channel: CameBy
    campaign: str | None = Field(description="None: leads that no campaign brought.")
    captured: int
    qualified: int
    converted: int
    won: int = Field(description="Deals won, as far as sales said so.")
    won_amounts: Sequence[Sum] = Field(description="What these came to, in each currency.")
    spent: Sequence[Spent] = Field(description="What it cost, in each currency.")


class CampaignReport(View):
    """What came of the campaigns of a time, by channel and campaign."""

    data: Sequence[CampaignResult]


@campaigns.query("/report", roles=EVERYONE)
async def report_campaigns(read: Read, day_from: date | None = None, day_to: date | None = None) -> CampaignReport:
    """What campaigns cost and what came of it, by channel and campaign.

    Counted are leads captured, and costs spent, from one day to another; of these leads everything that came of them since.
    """
    counts, costs, won = await counted(read, day_from, day_to), await spent(read, day_from, day_to), await earned(read, day_from, day_to)
    places = sorted({*counts, *costs}, key=lambda place: (place[0], place[1] is None, place[1] or ""))
    return CampaignReport(data=[result(place, counts.get(place, {}), costs[place], won[place]) for place in places])


def result(place: Place, counts: dict[str, int], costs: Sequence[Sum], won: Sequence[tuple[int, Sum]]) -> CampaignResult:
    captured, qualified, converted = (counts.get(stage, 0) for stage in ("captured", "qualified", "converted"))
    return CampaignResult(
        channel=place[0],
        campaign=place[1],
        captured=captured,
        qualified=qualified,
        converted=converted,
        won=sum(deals for deals, _ in won),
        won_amounts=[amount for _, amount in won],
        spent=[
            Spent(cost=cost, per_lead=each(cost, captured), per_qualified=each(cost, qualified), per_converted=each(cost, converted))
            for cost in costs
        ],
    )  # fmt: skip


def each(cost: Sum, among: int) -> Sum | None:
    """The cost of one, exact until it is rounded half up."""
    if not among:
        return None
    whole, rest = divmod(abs(cost.amount), among)
    rounded = whole + (2 * rest >= among)
    return Sum(amount=rounded if cost.amount >= 0 else -rounded, currency=cost.currency)


def captured_between(begin: date | None, end: date | None) -> list[ColumnElement[bool]]:
    """Leads that came first in this time, and count for themselves."""
    lead = LeadRow.table.c
    found: list[ColumnElement[bool]] = [lead.returned_from.is_(None), lead.merged_into.is_(None)]
    if begin is not None:
        found.append(lead.captured_at >= datetime.combine(begin, time(), UTC))
    if end is not None and end < date.max:
        found.append(lead.captured_at < datetime.combine(end + timedelta(days=1), time(), UTC))
    return found


async def counted(read: Read, begin: date | None, end: date | None) -> dict[Place, dict[str, int]]:
    lead = LeadRow.table.c
    stages = (
        func.count().label("captured"),
        func.count(lead.qualified_at).label("qualified"),
        func.count(lead.opportunity_id).label("converted"),
    )
    found = select(lead.channel, lead.campaign, *stages).where(*captured_between(begin, end)).group_by(lead.channel, lead.campaign)
    return {(row["channel"], row["campaign"]): row for row in await read.all(found)}


async def spent(read: Read, begin: date | None, end: date | None) -> defaultdict[Place, list[Sum]]:
    cost, sums = CampaignCost.table.c, defaultdict[Place, list[Sum]](list)
    found: Any = select(cost.channel, cost.campaign, cost.currency, func.sum(cost.amount).label("amount"))
    if begin is not None:
        found = found.where(cost.spent_on >= begin)
    if end is not None:
        found = found.where(cost.spent_on <= end)
    for row in await read.all(found.group_by(cost.channel, cost.campaign, cost.currency).order_by(cost.currency)):
        sums[row["channel"], row["campaign"]].append(whole(row))
    return sums


async def earned(read: Read, begin: date | None, end: date | None) -> defaultdict[Place, list[tuple[int, Sum]]]:
    """A deal counts for the lead it was opened for, not for those that joined it; of one that came back, for the lead it was first."""
    lead, deal, sums = LeadRow.table.c, WonDeal.table.c, defaultdict[Place, list[tuple[int, Sum]]](list)
    way = led_to_deals()
    found: Any = select(lead.channel, lead.campaign, deal.currency, func.count().label("deals"), func.sum(deal.amount).label("amount"))
    found = found.select_from(way.join(LeadRow.table, lead.lead_id == way.c.lead_id))
    found = found.join(WonDeal.table, deal.opportunity_id == way.c.opportunity_id).where(*captured_between(begin, end))
    for row in await read.all(found.group_by(lead.channel, lead.campaign, deal.currency).order_by(deal.currency)):
        sums[row["channel"], row["campaign"]].append((row["deals"], whole(row)))
    return sums


def led_to_deals() -> CTE:
    """The lead each won deal was opened for, and where that came back, those it was before."""
    lead, before = LeadRow.table.c, LeadRow.table.alias("before")
    opened = select(lead.opportunity_id, lead.lead_id, lead.returned_from)
    opened = opened.join(WonDeal.table, WonDeal.table.c.opportunity_id == lead.opportunity_id).where(lead.joined.is_not(True))
    way = opened.cte("way", recursive=True)
    earlier = select(way.c.opportunity_id, before.c.lead_id, before.c.returned_from)
    return way.union_all(earlier.join(before, before.c.lead_id == way.c.returned_from))


def whole(row: dict[str, Any]) -> Sum:
    """A sum of the database, which gives whole numbers as decimals."""
    return Sum(amount=int(Decimal(row["amount"])), currency=row["currency"])
