"""A sales team with a price book and authority, over HTTP on a real log."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import httpx
import pytest
from ltc_events import Money
from ltc_events.lead import LeadConverted
from opportunity_svc.deal.policies import open_opportunity
from opportunity_svc.service import service

LINES = [{"product": "GTX Pro", "quantity": "3", "discount": "0.2"}]
ITEMS = [
    {
        "product": "GTX Pro",
        "description": "A card",
        "unit": "piece",
        "list_price": {"amount": 10_000, "currency": "USD"},
        "tax_rate": "0.13",
    }
]
BOOK = {"currency": "USD", "items": ITEMS, "valid_from": "2020-01-01"}
GRANT = {"max_discount": "0.3", "max_amount": {"amount": 10**9, "currency": "USD"}, "valid_from": "2020-01-01"}


@dataclass
class World:
    """The people who work on deals."""

    served: Any
    ann: httpx.AsyncClient
    """sells"""
    mia: httpx.AsyncClient
    """manages, with authority up to 30 %"""
    max: httpx.AsyncClient
    """manages, without any authority of his own"""
    sam: httpx.AsyncClient
    """solves"""
    nat: httpx.AsyncClient
    """analyses"""

    async def deal(self, number: int = 1) -> str:
        """An open opportunity, as hearing of a converted lead makes one."""
        converted = LeadConverted(
            lead_id=UUID(int=number),
            opportunity_id=UUID(int=100 + number),
            party_id=UUID(int=3),
            company="Acme",
            need="Cards",
            budget=Money(amount=500_000, currency="USD"),
            account_manager="ann",
            solution_manager="sam",
            fulfilment_manager="fay",
            expected_close=date(2026, 12, 24),
        )
        for command in open_opportunity(converted):
            await self.served.decide(command)
        return str(converted.opportunity_id)

    async def quote(self, deal: str, lines: Any = None) -> str:
        """A draft."""
        answer = await self.ann.post(f"/opportunities/{deal}/quotes", json={"price_book": "list", "lines": lines or LINES})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["quote_id"])

    async def shown(self, quote: str) -> dict[str, Any]:
        """A quote as the analyst sees it."""
        found: dict[str, Any] = (await self.nat.get(f"/quotes/{quote}")).json()
        return found


@pytest.fixture
async def world(serve: Any) -> AsyncIterator[World]:
    served = await serve(service)
    people = {"ann": "sales", "mia": "sales_manager", "max": "sales_manager", "sam": "solution", "nat": "analyst"}
    async with AsyncExitStack() as stack:
        clients = {name: await stack.enter_async_context(served.client(name, role)) for name, role in people.items()}
        world = World(served, **clients)
        await done(world.mia, "/price-books/list", BOOK)
        await done(world.max, "/authority-grants/mia", GRANT)
        yield world


async def done(client: httpx.AsyncClient, path: str, body: Any = None) -> None:
    answer = await (client.post(path) if body is None else client.post(path, json=body))
    assert answer.status_code == 204, answer.text


async def refused(client: httpx.AsyncClient, path: str, body: Any = None) -> tuple[int, str]:
    answer = await (client.post(path) if body is None else client.post(path, json=body))
    return answer.status_code, answer.json().get("code")
