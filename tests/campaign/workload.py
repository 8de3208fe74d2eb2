"""Deals from lead to cash, and leads that come to nothing, for as long as the campaign lasts."""

import asyncio
import itertools
import time

from ..api_client import ANN, Refused
from ..deals import LEADS, Deal
from ..platform import Platform


class Workload:
    """Concurrent frontline apps; each asks until it has a definite answer.

    Args:
        deals: deals on their way at once.
        leads: apps that only capture leads.
        rate: leads a second that each of those captures at most.
    """

    def __init__(self, platform: Platform, deals: int, leads: int, rate: float = 8.0) -> None:
        self.platform = platform
        self.acknowledged = 0
        self.paid = 0
        self.refused: list[str] = []
        self._deals, self._leads, self._pause = deals, leads, 1 / rate
        self._tasks: list[asyncio.Task[None]] = []
        self._over = False
        self._numbers = itertools.count(1)

    def start(self) -> None:
        """Begin."""
        self._tasks = [asyncio.create_task(self._deal()) for _ in range(self._deals)]
        self._tasks += [asyncio.create_task(self._lead()) for _ in range(self._leads)]

    async def finish(self) -> None:
        """Begin nothing new, and bring to an end what was begun."""
        self._over = True
        await asyncio.gather(*self._tasks)

    def failed(self) -> None:
        """Raise what stopped one of the apps, if anything did."""
        for task in self._tasks:
            if task.done() and not task.cancelled():
                task.result()

    async def probe(self) -> tuple[float, float]:
        """Seconds until a command is acknowledged, and until what it leads to can be seen in the next service."""
        began = time.monotonic()
        deal = Deal(self.platform.api_client, f"probe-{next(self._numbers)}")
        body = {"company": f"Probe {deal.key}", "channel": "site"}
        await self.platform.api_client.act(LEADS, "capture_lead", "/leads", ANN, body, key=f"{deal.key}/first")
        written = time.monotonic() - began
        await deal.to_opportunity()
        return written, time.monotonic() - began

    async def _deal(self) -> None:
        while not self._over:
            try:
                await Deal(self.platform.api_client, f"campaign-{next(self._numbers)}").to_cash()
                self.paid += 1
            except Refused as refused:
                self.refused.append(str(refused))

    async def _lead(self) -> None:
        while not self._over:
            number = next(self._numbers)
            body = {"company": f"Passer-by {number}", "channel": "site"}
            await self.platform.api_client.act(LEADS, "capture_lead", "/leads", ANN, body, key=f"lead-{number}")
            await asyncio.sleep(self._pause)
