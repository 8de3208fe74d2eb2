"""A sales floor over HTTP, on a real log: who works there, what they sell, and how a deal goes there."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import httpx
from ltc_events import Money
from opportunity_svc.deal.rules.opened import OpenOpportunity
from opportunity_svc.service import service

PRICES = "product,description,unit,list_price,tax_rate\nSERVER,A server,piece,1000.00,0.13\nRACK,A rack,C62,200.00,0.13\n"
CATALOGUE = (
    "product,name,name_zh,unit,cost,currency,valid_from,valid_to,options\n"
    "SERVER,A server,服务器,piece,600.00,USD,2020-01-01,,\n"
    "RACK,A rack,机柜,C62,,,2020-01-01,,\n"
)
GRANT = {"max_discount": "0.3", "max_amount": {"amount": 10**9, "currency": "USD"}, "valid_from": "2020-01-01"}
SERVER = {"product": "SERVER", "quantity": "1", "discount": "0.1"}
PEOPLE = {"ann": "sales", "bob": "sales", "mia": "sales_manager", "max": "sales_manager", "nat": "analyst"}


@dataclass
class Floor:
    """Everybody who works there, by name."""

    served: Any
    ann: httpx.AsyncClient
    """sells; may allow 5 %"""
    bob: httpx.AsyncClient
    """sells"""
    mia: httpx.AsyncClient
    """manages, and may allow 30 %"""
    max: httpx.AsyncClient
    """manages, without any authority of his own"""
    nat: httpx.AsyncClient
    """analyses"""

    async def deal(self, number: int = 1, *, value: int = 500_000, manager: str = "ann", party: int = 3, pipeline: str = "light") -> str:
        """An open deal."""
        opening = OpenOpportunity(
            opportunity_id=UUID(int=100 + number), lead_id=UUID(int=number), party_id=UUID(int=party), company=f"Acme {party}",
            need="Servers", value=Money(amount=value, currency="USD"), account_manager=manager, solution_manager="sam",
            fulfilment_manager="fay", expected_close=date(2027, 12, 24), pipeline=pipeline,
        )  # fmt: skip
        await self.served.decide(opening)
        return str(opening.opportunity_id)

    async def quote(self, deal: str, *lines: Any) -> str:
        """A draft."""
        drafted = await good(self.ann, f"/opportunities/{deal}/quotes", {"price_book": "list", "lines": lines or [SERVER]})
        return str(drafted["quote_id"])

    async def approved(self, deal: str, *lines: Any) -> str:
        """A quote that may be sent, whoever had to allow it."""
        quote = await self.quote(deal, *lines)
        await good(self.ann, f"/quotes/{quote}/submit")
        asked = await seen(self.ann, f"/quotes/{quote}")
        if asked["status"] == "in_approval":
            await good(self.mia, f"/quotes/{quote}/approve", {"quote_hash": asked["quote_hash"]})
        return quote

    async def sent(self, deal: str, *lines: Any) -> str:
        """A quote the customer has."""
        quote = await self.approved(deal, *lines)
        await good(self.ann, f"/quotes/{quote}/send")
        return quote

    async def won(self, deal: str, *lines: Any, **said: Any) -> str:
        """The quote that a deal is won with."""
        quote = await self.sent(deal, *lines)
        await good(self.ann, f"/quotes/{quote}/accept", {})
        await good(self.ann, f"/opportunities/{deal}/win", {"quote_id": quote, **said})
        return quote

    async def lost(self, deal: str, **said: Any) -> None:
        """A deal that is lost."""
        await good(self.ann, f"/opportunities/{deal}/lose", {"reason": "price", "lesson": "Ask first", **said})

    async def stands(self, quote: str) -> str:
        """How a quote stands."""
        return str((await seen(self.nat, f"/quotes/{quote}"))["status"])


@asynccontextmanager
async def open_floor(serve: Any) -> AsyncIterator[Floor]:
    """The floor, with prices, costs and authority."""
    served = await serve(service)
    async with AsyncExitStack() as stack:
        clients = {name: await stack.enter_async_context(served.client(name, role)) for name, role in PEOPLE.items()}
        floor = Floor(served, **clients)
        prices, costs = {"csv": PRICES, "currency": "USD"}, {"csv": CATALOGUE}
        read = await good(floor.mia, "/price-books/list/difference", prices)
        await good(floor.mia, "/price-books/list/apply", {**prices, "valid_from": "2020-01-01", "difference_hash": read["difference_hash"]})
        read = await good(floor.mia, "/catalogue/difference", costs)
        await good(floor.mia, "/catalogue", {**costs, "difference_hash": read["difference_hash"]})
        await good(floor.max, "/authority-grants/mia", GRANT)
        await good(floor.max, "/authority-grants/ann", {**GRANT, "max_discount": "0.05"})
        yield floor


async def good(client: httpx.AsyncClient, path: str, body: Any = None) -> Any:
    answer = await (client.post(path) if body is None else client.post(path, json=body))
    assert answer.status_code < 300, answer.text
    return answer.json() if answer.content else None


async def seen(client: httpx.AsyncClient, path: str, **asked: Any) -> Any:
    answer = await client.get(path, params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def refused(client: httpx.AsyncClient, path: str, body: Any = None) -> tuple[int, str]:
    answer = await (client.post(path) if body is None else client.post(path, json=body))
    return answer.status_code, answer.json().get("code")


async def file(client: httpx.AsyncClient, path: str, **asked: Any) -> list[str]:
    """The lines of a list as CSV."""
    answer = await client.get(path, params=asked, headers={"accept": "text/csv"})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/csv; charset=utf-8"), answer.text
    return answer.content.decode("utf-8-sig").splitlines()
