"""What waits for the caller."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Any

from fastapi import Query
from ltc_runtime.http import Api, Read, View
from pydantic import Field
from sqlalchemy import ColumnElement, and_, func, select

from ..lead.read import LeadRow

SHOWN = 50

my_day = Api("/my-day")


class DayList(View):
    """Leads of one kind: their number, and those that wait longest."""

    count: int
    leads: Sequence[LeadRow]


class MyDay(View):
    """What waits for the caller."""

    due: DayList = Field(description="The first response is due within a day.")
    late: DayList = Field(description="The first response is late.")
    breached: DayList = Field(description="The first response came too late.")
    untouched: DayList = Field(description="Without a touch for the given number of days.")


@my_day.query("", roles=("sales", "sales_manager"))
async def show_my_day(read: Read, untouched_days: Annotated[int, Query(ge=1, le=365)] = 7) -> MyDay:
    """The caller's open leads that are due, late, breached or untouched."""
    lead, now = LeadRow.table.c, read.now
    waiting = and_(lead.status == "assigned", lead.first_touch_at.is_(None))
    return MyDay(
        due=await mine(read, lead.response_due, waiting, lead.response_due >= now, lead.response_due < now + timedelta(days=1)),
        late=await mine(read, lead.response_due, waiting, lead.response_due < now),
        breached=await mine(read, lead.response_due, lead.response_overdue.is_(True), lead.first_touch_at.is_not(None)),
        untouched=await mine(read, lead.cared_at, lead.cared_at < now - timedelta(days=untouched_days)),
    )


async def mine(read: Read, oldest: ColumnElement[Any], *conditions: ColumnElement[bool]) -> DayList:
    """The caller's open leads of one kind."""
    lead = LeadRow.table.c
    of_caller = and_(lead.owner == read.caller, lead.status.in_(("assigned", "qualified")), *conditions)
    count = (await read.all(select(func.count().label("count")).select_from(LeadRow.table).where(of_caller)))[0]["count"]
    rows = await read.all(select(LeadRow.table).where(of_caller).order_by(oldest, lead.lead_id).limit(SHOWN))
    return DayList(count=count, leads=[LeadRow(**row) for row in rows])
