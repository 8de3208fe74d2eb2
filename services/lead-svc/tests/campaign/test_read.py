"""What campaigns cost, alone and over HTTP, and what one lead cost."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Any
from uuid import UUID

import httpx
import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st
from lead_svc.campaign import rules as campaign
from lead_svc.campaign.read import each
from lead_svc.campaign.rules import CampaignCostRecorded, NothingSpent, RecordCampaignCost, SpentInTheFuture, campaign_id
from lead_svc.lead.rules.capture import ReturnLead
from leads import BANT, TRIANGLE, captured, done
from ltc_events import Money, Sum
from ltc_events.testing import given

DAY = date(2026, 11, 24)
USD = Money(amount=100_001, currency="USD")
record = RecordCampaignCost(
    campaign_id=campaign_id("fair"), cost_id=UUID(int=1), campaign="fair", channel="exhibition", amount=USD, spent_on=DAY, today=DAY
)


@pytest.fixture
async def max_(served: Any) -> AsyncIterator[httpx.AsyncClient]:
    async with served.client("max", "sales_manager") as client:
        yield client


def test_what_was_spent_is_recorded_and_what_is_not_spent_yet_is_not() -> None:
    given(campaign.decider).when(record).then(CampaignCostRecorded(**record.model_dump(exclude={"today"})))
    given(campaign.decider).when(record.model_copy(update={"spent_on": date(2026, 11, 25)})).then_refused(SpentInTheFuture)
    given(campaign.decider).when(record.model_copy(update={"amount": Money(amount=0, currency="USD")})).then_refused(NothingSpent)


@drawn(st.integers(-(10**15), 10**15), st.integers(1, 10**6))
def test_what_one_cost_times_all_is_what_all_cost_but_for_half_a_minor_unit_each(amount: int, among: int) -> None:
    one = each(Sum(amount=amount, currency="USD"), among)
    assert one is not None
    assert 2 * abs(one.amount * among - amount) <= among


def test_of_no_leads_none_cost_anything() -> None:
    assert each(Sum(amount=1, currency="USD"), 0) is None


async def spend(client: httpx.AsyncClient, key: str, amount: int, currency: str = "USD", **changes: Any) -> httpx.Response:
    body = {"channel": "exhibition", "amount": {"amount": amount, "currency": currency}, "spent_on": "2020-01-01", **changes}
    return await client.post("/campaigns/fair/costs", json=body, headers={"idempotency-key": key})


async def test_a_report_says_what_was_spent_also_where_together_it_is_more_than_one_amount_can_be(
    ann: httpx.AsyncClient, max_: httpx.AsyncClient
) -> None:
    await captured(ann, channel="exhibition", campaign="fair")
    for key in ("one", "two"):
        assert (await spend(max_, key, 10**15)).is_success
    (fair,) = [each for each in (await ann.get("/campaigns/report")).json()["data"] if each["campaign"] == "fair"]
    assert fair["spent"][0]["cost"] == {"amount": 2 * 10**15, "currency": "USD"}


async def test_a_report_says_by_channel_and_campaign_what_came_and_what_each_lead_cost(
    served: Any, ann: httpx.AsyncClient, max_: httpx.AsyncClient
) -> None:
    first, _, _ = [await captured(ann, campaign="fair") for _ in range(3)]
    await captured(ann, channel="referral")
    await done(ann, f"/leads/{first}/assign", owner="ann")
    await done(ann, f"/leads/{first}/qualify", **BANT)
    deal = (await done(ann, f"/leads/{first}/convert", **TRIANGLE)).json()["opportunity_id"]
    await served.log.pool.execute("INSERT INTO read.won_deal VALUES ($1, 900000, 'USD', '2026-12-24')", deal)  # as if it were heard
    for key, amount, currency in (("1", 100_000, "USD"), ("1", 100_000, "USD"), ("2", -50_000, "USD"), ("3", 700, "CNY")):
        assert (await spend(max_, key, amount, currency)).status_code == 200
    fair, referred = (await ann.get("/campaigns/report")).json()["data"]
    assert (fair["channel"], fair["campaign"], fair["captured"], fair["qualified"], fair["converted"]) == ("exhibition", "fair", 3, 1, 1)
    assert (fair["won"], fair["won_amounts"]) == (1, [{"amount": 900_000, "currency": "USD"}])
    cny, usd = fair["spent"]
    assert (cny["cost"], cny["per_lead"]) == ({"amount": 700, "currency": "CNY"}, {"amount": 233, "currency": "CNY"})
    assert [usd[name]["amount"] for name in ("cost", "per_lead", "per_qualified", "per_converted")] == [50_000, 16_667, 50_000, 50_000]
    assert (referred["campaign"], referred["captured"], referred["spent"], referred["won"]) == (None, 1, [], 0)
    later = (await ann.get("/campaigns/report", params={"day_from": "2020-01-02"})).json()["data"]
    assert [(row["captured"], row["spent"]) for row in later] == [(3, []), (1, [])]


async def test_money_needs_a_key_and_a_manager(ann: httpx.AsyncClient, max_: httpx.AsyncClient) -> None:
    body = {"channel": "exhibition", "amount": {"amount": 1, "currency": "USD"}, "spent_on": "2020-01-01"}
    assert (await max_.post("/campaigns/fair/costs", json=body)).json()["code"] == "idempotency-key-missing"
    assert (await spend(ann, "1", 1)).status_code == 403
    assert (await spend(max_, "2", 1, spent_on="9999-12-31")).json()["code"] == "spent-in-the-future"


async def test_what_a_lead_that_came_back_is_won_for_counts_where_it_came_first(
    served: Any, ann: httpx.AsyncClient, max_: httpx.AsyncClient
) -> None:
    """Lost, back, lost, back, won: one lead of the fair, and one deal it led to."""
    lead = await captured(ann, campaign="fair")
    await captured(ann, campaign="fair")
    for back in (UUID(int=8), UUID(int=9), None):
        await done(ann, f"/leads/{lead}/assign", owner="ann")
        await done(ann, f"/leads/{lead}/qualify", **BANT)
        deal = (await done(ann, f"/leads/{lead}/convert", **TRIANGLE)).json()["opportunity_id"]
        if back is not None:
            await served.decide(ReturnLead(lead_id=back, previous=UUID(lead), opportunity_id=UUID(deal), why="no_budget"))
            lead = str(back)
    await served.log.pool.execute("INSERT INTO read.won_deal VALUES ($1, 900000, 'USD', '2026-12-24')", deal)  # as if it were heard
    (fair,) = (await ann.get("/campaigns/report")).json()["data"]
    assert [fair[name] for name in ("captured", "qualified", "converted", "won")] == [2, 1, 1, 1]
    assert fair["won_amounts"] == [{"amount": 900_000, "currency": "USD"}]
    assert (await ann.get("/campaigns/report", params={"day_to": "2020-01-01"})).json()["data"] == []
    (funnel,) = (await ann.get("/leads/funnel")).json()["data"]
    assert [funnel[stage] for stage in ("captured", "assigned", "qualified", "converted")] == [2, 1, 1, 1], (
        "the same leads as in the report"
    )


async def test_funnel_and_report_count_the_same_leads_whatever_is_merged_and_comes_back(
    served: Any, ann: httpx.AsyncClient, max_: httpx.AsyncClient
) -> None:
    """One that came back takes another one in, and the deal of both is won: it counts for the lead it was first."""
    first, other = await captured(ann, campaign="fair"), await captured(ann, channel="site", campaign="ads")
    await done(ann, f"/leads/{first}/assign", owner="ann")
    await done(ann, f"/leads/{first}/qualify", **BANT)
    deal = (await done(ann, f"/leads/{first}/convert", **TRIANGLE)).json()["opportunity_id"]
    again = UUID(int=9)
    await served.decide(ReturnLead(lead_id=again, previous=UUID(first), opportunity_id=UUID(deal), why="timing"))
    await done(max_, f"/leads/{other}/merge", into=str(again), reason="Asked again by the site")
    await done(ann, f"/leads/{again}/qualify", **BANT)
    deal = (await done(ann, f"/leads/{again}/convert", **TRIANGLE)).json()["opportunity_id"]
    await served.log.pool.execute("INSERT INTO read.won_deal VALUES ($1, 900000, 'USD', '2026-12-24')", deal)  # as if it were heard
    report, funnel = (await ann.get("/campaigns/report")).json()["data"], (await ann.get("/leads/funnel")).json()["data"]
    assert [(row["campaign"], row["captured"], row["converted"], row["won"]) for row in report] == [("fair", 1, 1, 1)]
    assert [(row["channel"], row["captured"], row["converted"]) for row in funnel] == [("exhibition", 1, 1)]
