"""What waits for whoever asks."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Any

from fastapi import Query
from ltc_runtime.http import Api, Read, View
from pydantic import Field
from sqlalchemy import ColumnElement, and_, func, select

from .. import projections as shown
from .asking import LeadRow, lead_row
from .resource import SALES

SHOWN = 50

my_day = Api("/my-day")


class DayList(View):
    """Leads of one sort: how many there are, and those that wait longest."""

    count: int
    leads: Sequence[LeadRow]


class MyDay(View):
    """What waits for the caller."""

    due: DayList = Field(description="They must hear of us within a day.")
    late: DayList = Field(description="They should have heard of us, and have not.")
    breached: DayList = Field(description="They have heard of us, but too late.")
    untouched: DayList = Field(description="Nobody was in touch for as many days as asked.")


@my_day.query("", roles=SALES)
async def show_my_day(read: Read, untouched_days: Annotated[int, Query(ge=1, le=365)] = 7) -> MyDay:
    """What of the caller's open leads is due, late, breached or untouched."""
    table, now = shown.leads.c, read.now
    waiting = and_(table.status == "assigned", table.first_touch_at.is_(None))
    return MyDay(
        due=await mine(read, table.response_due, waiting, table.response_due >= now, table.response_due < now + timedelta(days=1)),
        late=await mine(read, table.response_due, waiting, table.response_due < now),
        breached=await mine(read, table.response_due, table.response_overdue.is_(True), table.first_touch_at.is_not(None)),
        untouched=await mine(read, table.cared_at, table.cared_at < now - timedelta(days=untouched_days)),
    )


async def mine(read: Read, oldest: ColumnElement[Any], *conditions: ColumnElement[bool]) -> DayList:
    """The caller's open leads of one sort."""
    table = shown.leads.c
    of_caller = and_(table.owner == read.caller, table.status.in_(("assigned", "qualified")), *conditions)
    count = (await read.all(select(func.count().label("count")).select_from(shown.leads).where(of_caller)))[0]["count"]
    rows = await read.all(select(shown.leads).where(of_caller).order_by(oldest, table.lead_id).limit(SHOWN))
    return DayList(count=count, leads=[lead_row(**row) for row in rows])
