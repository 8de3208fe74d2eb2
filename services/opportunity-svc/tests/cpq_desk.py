"""A sales desk with a catalogue, prices and authority, over HTTP on a real log."""

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

PRICES = "product,description,unit,list_price,tax_rate\nSERVER,A server,piece,1000.00,0.13\nRACK,A rack,piece,200.00,0.13\n"
CATALOGUE = (
    "product,name,name_zh,unit,cost,currency,valid_from,valid_to,options\n"
    "SERVER,A server,服务器,piece,600.00,USD,2020-01-01,,SERVER-B\n"
    "RACK,A rack,机柜,piece,100.00,USD,2020-01-01,,\n"
)
SERVER = {"product": "SERVER", "quantity": "1", "discount": "0.1"}
RACK = {"product": "RACK", "quantity": "1"}


@dataclass
class Desk:
    """People who work on offers."""

    served: Any
    ann: httpx.AsyncClient
    """sells"""
    mia: httpx.AsyncClient
    """manages"""
    max: httpx.AsyncClient
    """manages too"""

    async def deal(self, number: int = 1) -> str:
        """An open deal of the one party there is."""
        converted = LeadConverted(
            lead_id=UUID(int=number),
            opportunity_id=UUID(int=100 + number),
            party_id=UUID(int=3),
            company="云泽科技",
            need="Servers",
            budget=Money(amount=500_000, currency="USD"),
            account_manager="ann",
            solution_manager="sam",
            fulfilment_manager="fay",
            expected_close=date(2026, 12, 24),
        )
        for command in open_opportunity(converted):
            await self.served.decide(command)
        return str(converted.opportunity_id)

    async def quote(self, deal: str, *lines: Any, **more: Any) -> str:
        """A draft."""
        body = {"price_book": "list", "lines": lines, **more}
        answer = await self.ann.post(f"/opportunities/{deal}/quotes", json=body)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["quote_id"])


@pytest.fixture
async def desk(serve: Any) -> AsyncIterator[Desk]:
    served = await serve(service)
    people = {"ann": "sales", "mia": "sales_manager", "max": "sales_manager"}
    async with AsyncExitStack() as stack:
        clients = {name: await stack.enter_async_context(served.client(name, role)) for name, role in people.items()}
        desk = Desk(served, **clients)
        await put_file(desk.mia, "/price-books/list", PRICES, {"currency": "USD"}, {"valid_from": "2020-01-01"}, "/price-books/list/apply")
        await put_file(desk.mia, "/catalogue", CATALOGUE)
        yield desk


async def put_file(
    client: httpx.AsyncClient, path: str, csv: str, said: dict[str, Any] | None = None, more: Any = None, apply: str | None = None
) -> None:
    """Read the difference, then apply it."""
    read = await good(client, f"{path}/difference", {"csv": csv, **(said or {})})
    assert read["invalid"] == []
    await good(client, apply or path, {"csv": csv, **(said or {}), **(more or {}), "difference_hash": read["difference_hash"]})


async def good(client: httpx.AsyncClient, path: str, body: Any = None) -> Any:
    answer = await (client.post(path) if body is None else client.post(path, json=body))
    assert answer.status_code < 300, answer.text
    return answer.json() if answer.content else None


async def seen(client: httpx.AsyncClient, path: str) -> Any:
    answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def refused(client: httpx.AsyncClient, path: str, body: Any = None) -> tuple[int, str]:
    answer = await (client.post(path) if body is None else client.post(path, json=body))
    return answer.status_code, answer.json().get("code")
