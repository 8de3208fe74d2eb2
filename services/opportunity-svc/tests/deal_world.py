"""A service with the people of a project deal, over HTTP on a real log."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

import httpx
import pytest
from ltc_events import Money
from ltc_events.lead import LeadConverted
from opportunity_svc.deal.policies import open_opportunity
from opportunity_svc.service import service

PEOPLE = {
    "ann": ("sales",),
    "mia": ("sales_manager",),
    "max": ("sales_manager",),
    "sam": ("solution",),
    "dan": ("finance",),
    "nat": ("analyst",),
    "leo": ("legal",),
}
ITEM = {"product": "PMP", "description": "Pump", "unit": "piece", "list_price": {"amount": 10_000, "currency": "USD"}, "tax_rate": "0.13"}
BUYER = {"code": "cfo", "name": "Jo Doe", "role": "economic_buyer", "influence": "high", "attitude": "champion"}


def usd(amount: int) -> dict[str, Any]:
    return {"amount": amount, "currency": "USD"}


MANDATE = {"gates": ["ATI", "ATB", "ATC"], "max_amount": usd(10**9), "valid_from": "2020-01-01"}


@dataclass
class World:
    """The people who work on deals, each with their client."""

    served: Any
    people: dict[str, httpx.AsyncClient] = field(default_factory=dict)

    async def do(self, who: str, path: str, body: Any = None) -> httpx.Response:
        """Something that is not refused."""
        answer = await self.people[who].post(path, **({} if body is None else {"json": body}))
        assert answer.status_code < 300, answer.text
        return answer

    async def refused(self, who: str, path: str, body: Any = None) -> dict[str, Any]:
        """Something that is; the problem."""
        answer = await self.people[who].post(path, **({} if body is None else {"json": body}))
        assert answer.status_code >= 400, answer.text
        return dict(answer.json())

    async def look(self, who: str, path: str, **asked: Any) -> dict[str, Any]:
        """What somebody sees."""
        answer = await self.people[who].get(path, params=asked)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def deal(self, number: int = 1, value: int = 500_000, pipeline: str | None = None) -> str:
        """An open deal."""
        converted = LeadConverted(
            lead_id=UUID(int=number), opportunity_id=UUID(int=100 + number), party_id=UUID(int=3), company=f"Acme {number}", need="Pumps",
            budget=Money(amount=value, currency="USD"), account_manager="ann", solution_manager="sam", fulfilment_manager="fay",
            expected_close=date(2026, 12, 24),
        )  # fmt: skip
        for command in open_opportunity(converted):
            await self.served.decide(command)
        path = f"/opportunities/{converted.opportunity_id}"
        if pipeline is not None:
            await self.do("ann", f"{path}/pipeline", {"pipeline": pipeline})
        return path

    async def estimated(self, deal: str, gate: str, version: int) -> None:
        """An estimate, frozen for a gate, and noted by it."""
        money = {"costs": [{"category": "hardware", "amount": usd(700 + version)}], "revenue": usd(1_000), "assumptions": "Steel as today"}
        cash = [{"month": "2026-12", "inflow": usd(1_000), "outflow": usd(700 + version)}]
        await self.do("sam", f"{deal}/estimate", {**money, "cash": cash})
        await self.do("max", f"{deal}/estimate/freeze", {"gate": gate, "version": version})
        await self.served.react()

    async def initiated(self, deal: str) -> None:
        """What ATI asks for."""
        await self.estimated(deal, "ATI", 1)
        await self.do("ann", f"{deal}/initiation", {"goal": "Enter the water market", "scope": "Forty pumps", "resources": "Two engineers"})
        await self.do("ann", f"{deal}/plan-steps", {"code": "S1", "what": "Visit the works", "owner": "ann", "due": "2026-12-01"})

    async def decided(self, deal: str, gate: str, **body: Any) -> None:
        """Asked for and approved."""
        await self.do("ann", f"{deal}/decisions/{gate}/request", {"business_case": "It pays", **body})
        await self.do("mia", f"{deal}/decisions/{gate}", {"round": 1, "outcome": "approved"})


@pytest.fixture
async def world(serve: Any) -> AsyncIterator[World]:
    world = World(await serve(service))
    async with AsyncExitStack() as stack:
        for name, roles in PEOPLE.items():
            world.people[name] = await stack.enter_async_context(world.served.client(name, *roles))
        await world.do("max", "/mandates/mia", MANDATE)
        yield world
