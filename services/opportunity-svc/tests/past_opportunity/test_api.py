"""History of other systems over HTTP, and how well we sell by all that is known."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import httpx
import pytest
from ltc_events import Money
from opportunity_svc.deal.rules.opened import OpenOpportunity
from opportunity_svc.deal.rules.outcome import LoseOpportunity
from opportunity_svc.service import service

USD = {"currency": "USD"}


@dataclass
class World:
    """Who imports, and who asks."""

    served: Any
    imp: httpx.AsyncClient
    nat: httpx.AsyncClient

    async def imported(self, key: str, status: str, value: int, engaged: str | None, closed: str | None, **more: Any) -> httpx.Response:
        """One row of an export."""
        body = {
            "company": "Acme", "product": "GTX Pro", "owner": "ann", "status": status, "value": {"amount": value, **USD},
            "engaged_on": engaged, "closed_on": closed, **more,
        }  # fmt: skip
        return await self.imp.post(f"/past-opportunities/{key}", json=body)

    async def figures(self, **asked: str) -> dict[str, Any]:
        """What the analyst is told."""
        answer = await self.nat.get("/sales-figures", params=asked)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found


@pytest.fixture
async def world(serve: Any) -> AsyncIterator[World]:
    served = await serve(service)
    async with AsyncExitStack() as stack:
        imp, nat = [
            await stack.enter_async_context(served.client(name, role)) for name, role in (("imp", "sales_manager"), ("nat", "analyst"))
        ]
        yield World(served, imp, nat)


async def test_win_rate_and_sales_cycle_count_what_was_imported(world: World) -> None:
    rows = [
        ("crm:1", "won", 300_000, "2017-01-01", "2017-01-11", {"spelled": "GTXPro"}),
        ("crm:2", "won", 100_000, "2017-01-01", "2017-02-20", {}),
        ("crm:3", "won", 100_000, None, "2017-02-20", {"owner": "bob"}),
        ("crm:4", "lost", 500_000, "2017-01-01", "2017-03-01", {}),
        ("crm:5", "open", 500_000, "2017-01-01", None, {}),
        ("erp:1", "lost", 100_000, "2017-01-01", "2017-03-01", {}),
    ]
    for key, status, value, engaged, closed, more in rows:
        assert (await world.imported(key, status, value, engaged, closed, **more)).status_code == 204
    all_ = await world.figures()
    assert (all_["open"], all_["won"], all_["lost"], all_["win_rate"]) == (1, 3, 2, "0.6000")
    assert float(all_["median_won_cycle_days"]) == 30, "of 10 and 50 days; who does not say when it began does not count"
    assert all_["by_value"] == [{"currency": "USD", "won": 500_000, "lost": 600_000, "win_rate": "0.4545"}]
    assert all_["spellings"] == [{"source": "crm", "product": "GTX Pro", "spelled": "GTXPro", "deals": 1}]
    assert (await world.figures(source="erp"))["win_rate"] == "0.0000"
    assert (await world.figures(owner="bob"))["won"] == 1
    january = await world.figures(closed_to="2017-01-31")
    assert (january["won"], january["lost"]) == (1, 0)


async def test_our_own_deals_count_beside_the_imported_ones(world: World) -> None:
    deal = UUID(int=101)
    opening = OpenOpportunity(
        opportunity_id=deal, lead_id=UUID(int=1), party_id=UUID(int=3), company="Acme", need="Cards",
        value=Money(amount=500_000, currency="USD"), account_manager="ann", solution_manager="sam", fulfilment_manager="fay",
        expected_close=date(2026, 12, 24),
    )  # fmt: skip
    await world.served.decide(opening)
    today = date(2026, 1, 5)
    lost = LoseOpportunity(opportunity_id=deal, reason="price", lesson="None", lost_on=today)
    await world.served.decide(lost)
    assert (await world.imported("crm:1", "won", 300_000, "2017-01-01", "2017-01-11")).status_code == 204
    assert (await world.figures())["win_rate"] == "0.5000"
    assert (await world.figures(origin="own"))["win_rate"] == "0.0000"
    assert (await world.figures(origin="imported"))["win_rate"] == "1.0000"


async def test_without_a_decided_deal_there_is_no_rate(world: World) -> None:
    nothing = await world.figures()
    assert (nothing["won"], nothing["win_rate"], nothing["median_won_cycle_days"], nothing["by_value"]) == (0, None, None, [])


async def test_the_same_row_again_changes_nothing_and_another_end_is_refused(world: World) -> None:
    first = await world.imported("crm:1", "won", 300_000, "2017-01-01", "2017-01-11")
    again = await world.imported("crm:1", "won", 300_000, "2017-01-01", "2017-01-11")
    assert "told=" in first.headers["ltc-position"]
    assert (again.status_code, "told=" in again.headers["ltc-position"]) == (204, False)
    other = await world.imported("crm:1", "lost", 300_000, "2017-01-01", "2017-01-11")
    assert (other.status_code, other.json()["code"]) == (409, "imported-otherwise")
    shown = (await world.nat.get("/past-opportunities/crm:1")).json()
    assert (shown["status"], shown["value"]) == ("won", Money(amount=300_000, currency="USD").model_dump())
    assert [event["type"] for event in (await world.nat.get("/past-opportunities/crm:1/history")).json()["data"]] == [
        "ltc.opportunity.imported.v1"
    ]


async def test_an_imported_deal_passes_for_no_opportunity(world: World) -> None:
    await world.imported("crm:1", "won", 300_000, "2017-01-01", "2017-01-11")
    past = (await world.nat.get("/past-opportunities/crm:1")).json()["opportunity_id"]
    assert (await world.nat.get(f"/opportunities/{past}")).status_code == 404
    async with world.served.client("ann", "sales") as ann:
        lost = await ann.post(f"/opportunities/{past}/lose", json={"reason": "price", "lesson": "None"})
    assert (lost.status_code, lost.json()["code"]) == (404, "unknown-opportunity")


async def test_a_key_names_system_and_deal(world: World) -> None:
    assert (await world.imported("1C1I7A6R", "open", 1, None, None)).status_code == 422
    assert (await world.nat.get("/past-opportunities/crm:none")).status_code == 404
