"""What the five services say afterwards about the deals of the file, read from their lists."""

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from .client import SERVICES, ApiClient, Person
from .outcome import DealOutcome

Row = dict[str, Any]

_ANALYST = Person("analyst.desk", ("analyst",))
_PATIENCE = 60.0
_PAGE = 200


@dataclass(frozen=True)
class Ledger:
    """Rows of the read models by id, of our deals alone."""

    leads: Mapping[str, Row]
    opportunities: Mapping[str, Row]
    contracts: Mapping[str, Row]
    orders: Mapping[str, Row]
    invoices: Mapping[str, Row]
    receipts: Mapping[str, Row]
    heads: Mapping[str, int]
    """The last position of each log, once all of them were at rest."""

    def settled(self, outcomes: Sequence[DealOutcome]) -> bool:
        """Whether the news of the last payments has gone all the way round."""
        return statuses(self.contracts)["closed"] == sum(map(is_paid, outcomes))


def is_paid(outcome: DealOutcome) -> bool:
    """Whether everything invoiced for a deal was received."""
    return bool(outcome.invoices) and outcome.paid == sum(invoice.gross for invoice in outcome.invoices)


async def read_ledger(front: ApiClient, outcomes: Sequence[DealOutcome]) -> Ledger:
    """Read the lists, again and again until the contracts of paid deals are closed, or for a minute."""
    began = time.monotonic()
    while True:
        ledger = await _read(front, outcomes)
        if ledger.settled(outcomes) or time.monotonic() - began > _PATIENCE:
            return replace(ledger, heads=await _at_rest(front, ledger.heads))
        await asyncio.sleep(0.5)


async def _at_rest(front: ApiClient, before: Mapping[str, int]) -> Mapping[str, int]:
    began = time.monotonic()
    while True:
        await asyncio.sleep(0.4)
        heads = await _heads(front)
        if heads == before or time.monotonic() - began > _PATIENCE:
            return heads
        before = heads


async def _heads(front: ApiClient) -> dict[str, int]:
    answers = await asyncio.gather(*(front.get(service, "heads", "/heads", _ANALYST) for service in SERVICES))
    return {service: answer.body["head"] for service, answer in zip(SERVICES, answers, strict=True)}


async def _read(front: ApiClient, outcomes: Sequence[DealOutcome]) -> Ledger:
    leads, opportunities, contracts, orders, invoices, receipts = await asyncio.gather(
        _rows(front, "lead-svc", "/leads", "lead_id", (each.lead_id for each in outcomes)),
        _rows(front, "opportunity-svc", "/opportunities", "opportunity_id", (each.opportunity_id for each in outcomes)),
        _rows(front, "contract-svc", "/contracts", "contract_id", (each.contract_id for each in outcomes)),
        _rows(front, "order-svc", "/orders", "order_id", (each.order_id for each in outcomes)),
        _rows(front, "billing-svc", "/invoices", "invoice_id", (one.invoice_id for each in outcomes for one in each.invoices)),
        _rows(front, "billing-svc", "/receipts", "receipt_id", (one for each in outcomes for one in each.receipts)),
    )
    return Ledger(leads, opportunities, contracts, orders, invoices, receipts, await _heads(front))


async def _rows(front: ApiClient, service: str, path: str, key: str, ours: Iterable[str]) -> dict[str, Row]:
    wanted = set(ours)
    found: dict[str, Row] = {}
    cursor = ""
    while True:
        page = (await front.get(service, f"list {path[1:]}", f"{path}?limit={_PAGE}{cursor}", _ANALYST)).body
        found |= {row[key]: row for row in page["data"] if row[key] in wanted}
        if page["next_cursor"] is None:
            return found
        cursor = f"&cursor={page['next_cursor']}"


def statuses(rows: Mapping[str, Row]) -> Counter[str]:
    """How many rows have which status."""
    return Counter(row["status"] for row in rows.values())


def sums(rows: Iterable[Row], name: str) -> dict[str, int]:
    """The sum of a money column by currency, in minor units."""
    found: defaultdict[str, int] = defaultdict(int)
    for row in rows:
        found[row[name]["currency"]] += row[name]["amount"]
    return dict(found)
