"""Estimates over HTTP."""

from datetime import date
from typing import Any
from uuid import UUID

from ltc_events import Money
from opportunity_svc.deal.rules.opened import OpenOpportunity
from opportunity_svc.service import service

DEAL = UUID(int=7)


def usd(amount: int) -> dict[str, Any]:
    return {"amount": amount, "currency": "USD"}


def body(cost: int = 700) -> dict[str, Any]:
    """An estimate of 10 dollars' revenue."""
    return {
        "revenue": usd(1_000),
        "costs": [{"category": "hardware", "amount": usd(cost)}],
        "cash": [
            {"month": "2026-12", "inflow": usd(0), "outflow": usd(cost)},
            {"month": "2027-02", "inflow": usd(1_000), "outflow": usd(0)},
        ],
        "assumptions": "Steel at today's price",
    }


async def test_an_estimate_is_refined_frozen_by_somebody_else_and_every_version_kept(serve: Any) -> None:
    served = await serve(service)
    opening = OpenOpportunity(
        opportunity_id=DEAL, lead_id=UUID(int=1), party_id=UUID(int=3), company="Acme", need="Cards",
        value=Money(amount=500_000, currency="USD"), account_manager="ann", solution_manager="sam", fulfilment_manager="fay",
        expected_close=date(2026, 12, 24),
    )  # fmt: skip
    await served.decide(opening)
    at = f"/opportunities/{DEAL}/estimate"
    async with (
        served.client("sam", "solution") as sam,
        served.client("mia", "sales_manager") as mia,
        served.client("nat", "analyst") as nat,
    ):
        assert (await nat.get(at)).status_code == 404
        assert (await sam.post(at, json=body())).status_code == 204
        assert (await sam.post(at, json=body(650))).status_code == 204
        odd = await sam.post(at, json={**body(), "revenue": usd(1_001)})
        assert (odd.status_code, odd.json()["code"]) == (409, "cash-does-not-sum")
        assert (await sam.post(f"{at}/freeze", json={"gate": "ATI", "version": 2})).status_code == 403
        old = await mia.post(f"{at}/freeze", json={"gate": "ATI", "version": 1})
        assert (old.status_code, old.json()["code"]) == (409, "version-not-current")
        assert (await mia.post(f"{at}/freeze", json={"gate": "ATI", "version": 2})).status_code == 204

        shown = await nat.get(at)
        assert shown.headers["etag"] == '"3"'
        now = shown.json()
        assert (now["version"], now["margin_rate"], now["standing"], now["most_funding"]) == (2, "0.3500", [-650, 350], 650)
        assert [(each["version"], each["cost"]["amount"]) for each in now["versions"]] == [(2, 650), (1, 700)]
        assert [(each["gate"], each["version"], each["frozen_by"]) for each in now["frozen"]] == [("ATI", 2, "mia")]
        assert (await nat.get(f"{at}/versions/1")).json()["costs"][0]["amount"]["amount"] == 700
        assert (await nat.get(f"{at}/versions/3")).status_code == 404
        listed = (await nat.get("/estimates", params={"gate": "ATI"})).json()["data"]
        assert [(each["opportunity_id"], each["margin_rate"]) for each in listed] == [(str(DEAL), "0.3500")]
        assert (await nat.get("/estimates", params={"gate": "ATC"})).json()["data"] == []
        told = (await nat.get(f"{at}/history")).json()["data"]
        assert [event["type"].split(".")[2] for event in told] == ["estimate-drafted", "estimate-drafted", "estimate-frozen"]
