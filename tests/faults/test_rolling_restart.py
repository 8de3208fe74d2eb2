"""Services are restarted one replica after the other, under load: who knows both addresses and asks twice sees no failure."""

import asyncio
import itertools
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from ..api_client import ANN, MAX, Done, Person
from ..deals import LEADS, OPPORTUNITIES, PUMP, usd
from ..platform import Platform

pytestmark = [pytest.mark.faults, pytest.mark.stack, pytest.mark.slow]

CALLERS = 8
RESTARTED = (LEADS, OPPORTUNITIES)
ITEM = {"product": PUMP, "description": "Pump", "unit": "C62", "list_price": usd(99_999), "tax_rate": "0.13"}
BOOK = {"currency": "USD", "valid_from": "2000-01-01", "items": [ITEM]}


@dataclass
class Caller:
    """Asks one replica, and once more the other one, with the same key."""

    platform: Platform
    replicas: dict[str, tuple[str, str]]
    client: httpx.AsyncClient
    answered: Counter[str] = field(default_factory=Counter)
    """By address."""
    asked_again: int = 0
    failed: list[str] = field(default_factory=list)
    turn: "itertools.count[int]" = field(default_factory=itertools.count)

    async def ask(self, service: str, method: str, path: str, who: Person, body: Any = None, *, operation: str = "", key: str = "") -> Any:
        """One request, at most two attempts; a command is noted in the journal as the checker wants it."""
        api_client, note = self.platform.api_client, {"service": service, "operation": operation, "subject": who.name, "key": key}
        headers = {**api_client._headers(who), **({"Idempotency-Key": key} if key else {})}
        urls = self.replicas[service] if next(self.turn) % 2 else self.replicas[service][::-1]
        said: list[str] = []
        for url in urls:
            if key:
                api_client._note(note, "invoke")
            try:
                answer = await self.client.request(method, url + path, json=body, headers=headers)
            except httpx.HTTPError as error:
                said.append(f"{url}: {error!r}")
            else:
                if answer.status_code < 500:
                    self.answered[url] += 1
                    return api_client._concluded(note, answer) if key else answer.raise_for_status().json()
                said.append(f"{url}: {answer.status_code} {answer.text}")
            self.asked_again += 1
            if key:
                api_client._note(note, "unknown")
        self.failed.append(f"{method} {path}: {said}")
        return None

    async def act(self, service: str, operation: str, path: str, who: Person, body: Any, key: str) -> Done | None:
        """A command."""
        done: Done | None = await self.ask(service, "POST", path, who, body, operation=operation, key=key)
        return done

    async def work(self, name: str, over: asyncio.Event) -> None:
        """Leads are captured, assigned and looked at, price books set and listed, until it is over."""
        for number in itertools.count():
            if over.is_set():
                return
            key = f"rolling/{name}/{number}"
            captured = await self.act(LEADS, "capture_lead", "/leads", ANN, {"company": f"Acme {key}", "channel": "site"}, key)
            if captured is not None:
                lead = f"/leads/{captured.body['lead_id']}"
                await self.act(LEADS, "assign_lead", f"{lead}/assign", ANN, {"owner": "ann"}, f"{key}/assign")
                await self.ask(LEADS, "GET", lead, ANN)
            await self.act(OPPORTUNITIES, "set_price_book", f"/price-books/rolling-{name}-{number}", MAX, BOOK, f"{key}/book")
            await self.ask(OPPORTUNITIES, "GET", "/opportunities", ANN)


@asynccontextmanager
async def doubled(platform: Platform) -> AsyncIterator[dict[str, tuple[str, str]]]:
    """A second replica of the services, and where both answer."""
    others = {name: platform.stack.add(name, f"{name}-rolling") for name in RESTARTED}
    try:
        await asyncio.gather(*(other.ready() for other in others.values()))
        yield {name: (platform.api_client.urls[name], other.url) for name, other in others.items()}
    finally:
        for other in others.values():
            await platform.stack.services.remove(other.name)


async def test_a_rolling_restart_fails_no_request_that_is_asked_twice(platform: Platform) -> None:
    async with doubled(platform) as replicas, httpx.AsyncClient(trust_env=False, timeout=30) as client:
        caller, over = Caller(platform, replicas, client), asyncio.Event()
        load = [asyncio.create_task(caller.work(f"{number}", over)) for number in range(CALLERS)]
        for name in RESTARTED:
            for process in (platform.stack.services[name], platform.stack.services[f"{name}-rolling"]):
                before = caller.answered.total()
                await process.stop()
                assert process.status == 0
                process.launch()
                await process.ready()
                async with asyncio.timeout(60):
                    while caller.answered.total() < before + 10 * CALLERS:
                        await asyncio.sleep(0.05)
        over.set()
        await asyncio.gather(*load)
    assert caller.failed == []
    assert caller.asked_again > 0, "the load met a replica that was away"
    assert set(caller.answered) == {url for urls in replicas.values() for url in urls}
    await platform.assert_sound()
