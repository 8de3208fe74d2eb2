"""How far the leads of each channel came."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

from ltc_runtime.http import EVERYONE, Api, Read, View
from sqlalchemy import func, select

from ..lead.read import LeadRow
from ..lead.rules import decider
from ..lead.rules.states import CameBy

funnel = Api("/leads", stream=decider)


class ChannelFunnel(View):
    """How far the leads of one channel came."""

    channel: CameBy
    captured: int
    assigned: int
    qualified: int
    converted: int
    disqualified: int


class Funnel(View):
    """The leads of a period, by channel."""

    data: Sequence[ChannelFunnel]


@funnel.query("/funnel", roles=EVERYONE)
async def lead_funnel(read: Read, captured_from: date | None = None, captured_to: date | None = None) -> Funnel:
    """How far the leads captured from one day to another came, by channel.

    A lead counts for every stage it ever reached. A merged lead does not count beside the other one, and a returned lead counts once, by
    its first capture.
    """
    lead = LeadRow.table.c
    stages = (
        func.count().label("captured"),
        func.count(lead.assigned_at).label("assigned"),
        func.count(lead.qualified_at).label("qualified"),
        func.count(lead.opportunity_id).label("converted"),
        func.count(lead.reason).label("disqualified"),
    )
    once = (lead.merged_into.is_(None), lead.returned_from.is_(None))
    found = select(lead.channel, *stages).where(*once).group_by(lead.channel).order_by(lead.channel)
    if captured_from is not None:
        found = found.where(lead.captured_at >= midnight(captured_from))
    if captured_to is not None and captured_to < date.max:
        found = found.where(lead.captured_at < midnight(captured_to + timedelta(days=1)))
    return Funnel(data=[ChannelFunnel(**row) for row in await read.all(found)])


def midnight(day: date) -> datetime:
    """When a day begins."""
    return datetime.combine(day, time(), UTC)
