"""The forecast of a quarter over HTTP: now, and as it stood."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from ltc_events import Money
from opportunity_svc.deal.rules.opened import OpenOpportunity
from opportunity_svc.deal.rules.outcome import LoseOpportunity
from opportunity_svc.service import service
from opportunity_svc.team.rules import days_of

WEIGHTS = {"commit": "0.9", "best_case": "0.5", "pipeline": "0.1"}


def usd(amount: int) -> dict[str, Any]:
    return {"amount": amount, "currency": "USD"}


@dataclass
class World:
    """Who forecasts, and who asks."""

    served: Any
    ann: httpx.AsyncClient
    mia: httpx.AsyncClient
    nat: httpx.AsyncClient
    period: str
    close_on: date

    async def deal(self, number: int, owner: str = "ann") -> UUID:
        """An open deal."""
        deal = UUID(int=100 + number)
        opening = OpenOpportunity(
            opportunity_id=deal, lead_id=UUID(int=number), party_id=UUID(int=3), company="Acme", need="Cards",
            value=Money(amount=500_000, currency="USD"), account_manager=owner, solution_manager="sam", fulfilment_manager="fay",
            expected_close=self.close_on,
        )  # fmt: skip
        await self.served.decide(opening)
        return deal

    async def say(self, deal: UUID, category: str, amount: int, **more: str) -> httpx.Response:
        """Forecast a deal."""
        body = {"category": category, "amount": usd(amount), "close_on": self.close_on.isoformat(), **more}
        return await self.ann.post(f"/opportunities/{deal}/forecast", json=body)

    async def forecast(self, **asked: str) -> dict[str, Any]:
        """The quarter as the analyst sees it."""
        answer = await self.nat.get(f"/forecasts/{self.period}", params=asked)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def today(self) -> date:
        """By the business clock."""
        day: date = self.served.log.clock.now().date()
        return day


@pytest.fixture
async def world(serve: Any) -> AsyncIterator[World]:
    served = await serve(service)
    far = served.log.clock.now().date() + timedelta(days=400)
    period = f"{far.year}-Q{(far.month + 2) // 3}"
    people = {"ann": "sales", "mia": "sales_manager", "nat": "analyst"}
    async with AsyncExitStack() as stack:
        clients = {name: await stack.enter_async_context(served.client(name, role)) for name, role in people.items()}
        yield World(served, **clients, period=period, close_on=days_of(period)[1])


async def test_a_quarter_is_forecast_by_category_and_team_against_its_target(world: World) -> None:
    mine, other, theirs = await world.deal(1), await world.deal(2), await world.deal(3, owner="bob")
    for deal, category, amount in ((mine, "commit", 300_000), (other, "best_case", 100_000), (theirs, "commit", 50_000)):
        assert (await world.say(deal, category, amount)).status_code == 204
    team = {"lead": "mia", "members": ["mia", "ann"], "territory": "CN-SH"}
    assert (await world.mia.post("/teams/east", json=team)).status_code == 204
    target = {"period": world.period, "amount": usd(400_000), "weights": WEIGHTS}
    assert (await world.mia.post("/teams/east/target", json=target)).status_code == 204
    all_ = await world.forecast()
    assert [(part["category"], part["deals"], part["amount"]) for part in all_["forecast"]] == [
        ("commit", 2, 350_000),
        ("best_case", 1, 100_000),
    ]
    assert (all_["target"], all_["coverage"]) == (None, None)
    east = await world.forecast(team="east")
    assert [(part["category"], part["amount"]) for part in east["forecast"]] == [("commit", 300_000), ("best_case", 100_000)]
    assert (east["weighted"], east["remaining"], east["coverage"]) == (usd(320_000), usd(400_000), "0.8000")
    assert [each["code"] for each in (await world.nat.get("/teams", params={"territory": "CN-SH"})).json()] == ["east"]


async def test_deals_together_may_be_worth_more_than_one_can_be(world: World) -> None:
    for number in (1, 2):
        assert (await world.say(await world.deal(number), "commit", 10**15)).status_code == 204
    assert (await world.mia.post("/teams/east", json={"lead": "mia", "members": ["mia", "ann"]})).status_code == 204
    target = {"period": world.period, "amount": usd(10**15), "weights": WEIGHTS}
    assert (await world.mia.post("/teams/east/target", json=target)).status_code == 204
    east = await world.forecast(team="east")
    assert (east["weighted"], east["remaining"]) == (usd(18 * 10**14), usd(10**15))


async def test_the_forecast_of_a_past_day_is_what_was_said_by_then(world: World) -> None:
    deal, before = await world.deal(1), world.today()
    await world.say(deal, "pipeline", 100_000)
    world.served.pass_days(10)
    await world.say(deal, "commit", 300_000)
    world.served.pass_days(20)
    today = world.today()
    await world.served.decide(LoseOpportunity(opportunity_id=deal, reason="price", lesson="None", lost_on=today))

    async def said(day: date) -> list[tuple[str, int]]:
        return [(part["category"], part["amount"]) for part in (await world.forecast(as_of=day.isoformat()))["forecast"]]

    assert await said(before - timedelta(days=1)) == []
    assert await said(before) == [("pipeline", 100_000)]
    assert await said(before + timedelta(days=10)) == [("commit", 300_000)]
    assert await said(today) == [], "it is lost"


async def test_an_unknown_team_and_a_closed_deal_are_refused(world: World) -> None:
    answer = await world.nat.get(f"/forecasts/{world.period}", params={"team": "west"})
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown-team")
    assert (await world.say(UUID(int=9), "commit", 1)).status_code == 404
    assert (await world.nat.get("/forecasts/2026-Q5")).status_code == 422
