"""How long after an answer in one service its consequence can be read in another."""

import asyncio
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import httpx
from ltc_runtime.settings import Settings
from ltc_stack.embedded import Stack

PER_SECOND = 20
SECONDS = 30


@dataclass(frozen=True)
class Latency:
    """Quantiles in milliseconds."""

    name: str
    p50: float
    p99: float
    count: int

    def line(self) -> str:
        """As `make bench` prints it."""
        return f"bench {self.name} p50={self.p50:.1f} p99={self.p99:.1f} unit=ms n={self.count} aim=p50<=6,p99<=60"


class Front:
    """A frontline app with a lead ready to be converted."""

    def __init__(self, stack: Stack) -> None:
        self.leads = httpx.AsyncClient(base_url=stack.urls["lead-svc"])
        self.deals = httpx.AsyncClient(base_url=stack.urls["opportunity-svc"])
        self.headers = {"Authorization": f"Bearer {stack.token('anna', ['sales'])}"}

    async def act(self, path: str, body: object) -> httpx.Response:
        """Post to lead-svc."""
        answer = await self.leads.post(path, json=body, headers={**self.headers, "Idempotency-Key": str(uuid4())})
        answer.raise_for_status()
        return answer

    async def ready_lead(self) -> str:
        """A qualified lead."""
        captured = await self.act("/leads", {"company": f"Acme {uuid4()}", "channel": "site"})
        path = f"/leads/{captured.json()['lead_id']}"
        await self.act(f"{path}/assign", {"owner": "anna"})
        budget = {"amount": 500000, "currency": "EUR"}
        await self.act(f"{path}/qualify", {"need": "cards", "budget": budget, "authority": "CTO", "timing": "2027-06-30"})
        return path

    async def once(self, path: str) -> float:
        """From the answer to convert to 200 on the opportunity, in milliseconds."""
        people = {"account_manager": "anna", "solution_manager": "ben", "fulfilment_manager": "cleo"}
        converted = await self.act(f"{path}/convert", {**people, "expected_close": "2027-06-30"})
        began = time.perf_counter()
        opportunity = converted.json()["opportunity_id"]
        shown = await self.deals.get(
            f"/opportunities/{opportunity}", headers={**self.headers, "LTC-After": converted.headers["LTC-Position"]}
        )  # fmt: skip
        took = time.perf_counter() - began
        shown.raise_for_status()
        return took * 1000


async def latency() -> Latency:
    """20 conversions a second for 30 s, each begun on time whatever the others do."""
    with tempfile.TemporaryDirectory(prefix="ltc-bench-") as directory:
        async with Stack(Settings(data_dir=Path(directory)), services=["lead-svc", "opportunity-svc"]) as stack:
            front = Front(stack)
            paths = [await front.ready_lead() for _ in range(PER_SECOND * SECONDS)]
            await asyncio.sleep(2)
            tasks = []
            began = time.perf_counter()
            for number, path in enumerate(paths):
                await asyncio.sleep(max(0.0, began + number / PER_SECOND - time.perf_counter()))
                tasks.append(asyncio.create_task(front.once(path)))
            took = sorted(await asyncio.gather(*tasks))
            await front.leads.aclose()
            await front.deals.aclose()
    return Latency("latency", took[len(took) // 2], took[int(len(took) * 0.99)], len(took))
