"""The first response over HTTP, on a real log, with the policies and timers at work."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from leads import captured, done

ALWAYS = {day: ["00:00-24:00"] for day in ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")}
BODY = {"working_minutes": 240, "calendar": {"zone": "Asia/Shanghai", "week": ALWAYS}}


@pytest.fixture
async def max_(served: Any) -> AsyncIterator[httpx.AsyncClient]:
    async with served.client("max", "sales_manager") as client:
        yield client


async def test_breaches_are_listed(served: Any, ann: httpx.AsyncClient, max_: httpx.AsyncClient) -> None:
    await done(max_, "/rule-books/response", **BODY)
    await done(max_, "/rule-books/response/1/activate")
    late, answered = await captured(ann), await captured(ann)
    await done(ann, f"/leads/{answered}/assign", owner="ann")
    await done(ann, f"/leads/{answered}/interactions", kind="call")
    await served.react()
    assert (await ann.get("/leads", params={"response_overdue": "true"})).json()["data"] == []
    served.pass_days(1)
    assert (await max_.get("/rule-books/response/1/preview")).json() == {"waiting": 1, "overdue": 1}
    await served.react()
    (row,) = (await ann.get("/leads", params={"response_overdue": "true"})).json()["data"]
    assert row["lead_id"] == late
    waited = datetime.fromisoformat(row["response_due"]) - datetime.fromisoformat(row["captured_at"])
    assert waited == timedelta(minutes=240)


async def test_what_runs_keeps_the_version_it_began_with(served: Any, ann: httpx.AsyncClient, max_: httpx.AsyncClient) -> None:
    await done(max_, "/rule-books/response", **BODY)
    await done(max_, "/rule-books/response/1/activate")
    lead = await captured(ann)
    await served.react()
    before = (await ann.get(f"/leads/{lead}")).json()["response_due"]
    await done(max_, "/rule-books/response", **{**BODY, "working_minutes": 10_000})
    await done(max_, "/rule-books/response/2/activate")
    served.pass_days(1)
    await served.react()
    row = (await ann.get(f"/leads/{lead}")).json()
    assert (row["response_due"], row["response_overdue"]) == (before, True)


async def test_a_calendar_that_makes_no_sense_is_refused(max_: httpx.AsyncClient) -> None:
    for calendar in ({"zone": "Mars/Olympus", "week": ALWAYS}, {"zone": "UTC", "week": {}}, {"zone": "UTC", "week": {"monday": ["9-5"]}}):
        assert (await max_.post("/rule-books/response", json={**BODY, "calendar": calendar})).status_code == 422
