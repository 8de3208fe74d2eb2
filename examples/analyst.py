"""An analyst's consumer: reads the topics from the beginning and prints funnel and cash by month.

It knows Kafka (aiokafka) and the published schemas (schemas/*.json), and nothing else of ours:

    KAFKA_PASSWORD=… python examples/analyst.py --bootstrap 127.0.0.1:9092 --user analyst

`ltc up` prints the address, the user and the password.

Messages may come more than once and topics in any order; both change nothing here: an event counts once by its id, in
the month it happened (``ce_time``), however late it was told.
"""

import argparse
import asyncio
import json
import os
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaConsumer

SERVICES = ("lead", "opportunity", "contract", "order", "billing")
SCHEMAS = Path(__file__).parent / "schemas"

# What is counted in the funnel, by event type, as a column and how much: what is undone is taken back in the month it is undone.
FUNNEL = {
    "ltc.lead.captured.v1": ("captured", 1),
    "ltc.lead.merged.v1": ("merged", 1),
    "ltc.lead.unmerged.v1": ("merged", -1),
    "ltc.lead.converted.v1": ("converted", 1),
    "ltc.opportunity.lost.v1": ("lost", 1),
    "ltc.opportunity.won.v1": ("won", 1),
    "ltc.contract.registered.v1": ("contracts", 1),
    "ltc.order.delivery-accepted.v1": ("accepted", 1),
    "ltc.billing.invoice-issued.v1": ("invoices", 1),
    "ltc.billing.invoice-settled.v1": ("settled", 1),
}
# A lead that was merged into another is one lead with it: captured − merged = leads.
COLUMNS = ("captured", "merged", "leads", "converted", "lost", "won", "contracts", "accepted", "invoices", "settled")

Amounts = Callable[[dict[str, Any]], list[dict[str, Any]]]

# Which amounts are added up, by event type: {"amount": minor units, "currency": ISO 4217}.
MONEY: dict[str, tuple[str, Amounts]] = {
    "ltc.opportunity.won.v1": ("won net", lambda data: [data["net"]]),
    "ltc.billing.invoice-issued.v1": ("invoiced net", lambda data: [data["net"]]),
    "ltc.billing.payment-received.v1": ("received", lambda data: [data["amount"]]),
    "ltc.billing.cash-applied.v1": ("applied", lambda data: [application["amount"] for application in data["applications"]]),
}
DECIMALS = {"JPY": 0, "KRW": 0, "VND": 0, "KWD": 3, "BHD": 3, "OMR": 3}


@dataclass
class Months:
    """What happened in each month."""

    counts: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    money: defaultdict[tuple[str, str], Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    seen: set[str] = field(default_factory=set)
    twice: int = 0
    unread: Counter[str] = field(default_factory=Counter)

    def hear(self, headers: dict[str, str], value: bytes, schemas: dict[str, dict[str, Any]]) -> None:
        """Count one message."""
        kind, event_id, month = headers["ce_type"], headers["ce_id"], headers["ce_time"][:7]
        if event_id in self.seen:
            self.twice += 1
            return
        self.seen.add(event_id)
        if kind not in FUNNEL and kind not in MONEY:
            return
        data = json.loads(value)
        if lacks := missing(data, schemas[kind], schemas[kind]):
            self.unread[f"{kind} without {', '.join(lacks)}"] += 1
            return
        if kind in FUNNEL:
            column, count = FUNNEL[kind]
            self.counts[month][column] += count
        if kind in MONEY:
            name, amounts = MONEY[kind]
            for amount in amounts(data):
                self.money[month, amount["currency"]][name] += amount["amount"]


def missing(data: Any, part: dict[str, Any], whole: dict[str, Any], at: str = "") -> list[str]:
    """The names that a schema requires and ``data`` lacks, however deep."""
    if "$ref" in part:
        return missing(data, whole["$defs"][part["$ref"].rsplit("/", 1)[1]], whole, at)
    found: list[str] = []
    if isinstance(data, dict):
        found += [f"{at}/{name}" for name in part.get("required", ()) if name not in data]
        for name, inner in part.get("properties", {}).items():
            if name in data:
                found += missing(data[name], inner, whole, f"{at}/{name}")
    elif isinstance(data, list):
        for index, item in enumerate(data):
            found += missing(item, part.get("items", {}), whole, f"{at}/{index}")
    return found


async def told(bootstrap: str, prefix: str, login: dict[str, str]) -> AsyncIterator[tuple[dict[str, str], bytes]]:
    """Every message the topics hold by now, as headers and value."""
    topics = [f"{prefix}ltc.{service}.v1" for service in SERVICES]
    consumer = AIOKafkaConsumer(
        *topics, bootstrap_servers=bootstrap, group_id=None, enable_auto_commit=False, auto_offset_reset="earliest", max_poll_records=1000,
        **login,
    )  # fmt: skip
    await consumer.start()
    try:
        async for message in _until_now(consumer):
            yield {name: text.decode() for name, text in message.headers}, message.value
    finally:
        await consumer.stop()


async def _until_now(consumer: Any) -> AsyncIterator[Any]:
    partitions = list(consumer.assignment())
    ends = await consumer.end_offsets(partitions)
    behind = {partition for partition in partitions if await consumer.position(partition) < ends[partition]}
    while behind:
        for messages in (await consumer.getmany(*behind, timeout_ms=1000)).values():
            for message in messages:
                yield message
        for partition in list(behind):
            if await consumer.position(partition) >= ends[partition]:
                behind.discard(partition)


def written(months: Months) -> str:
    """Two tables."""
    lines = ["Funnel by month", f"{'month':8}" + "".join(f"{name:>11}" for name in COLUMNS)]
    total: Counter[str] = Counter()
    for month, counts in sorted(months.counts.items()):
        total.update(counts)
        lines.append(row(month, counts))
    lines.append(row("all", total))
    columns = [name for name, _ in MONEY.values()]
    lines += ["", "Cash by month", f"{'month':8} cur" + "".join(f"{name:>18}" for name in columns)]
    totals: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for (month, currency), sums in sorted(months.money.items()):
        totals[currency].update(sums)
        lines.append(f"{month:8} {currency}" + "".join(f"{shown(sums[name], currency):>18}" for name in columns))
    for currency, sums in sorted(totals.items()):
        lines.append(f"{'all':8} {currency}" + "".join(f"{shown(sums[name], currency):>18}" for name in columns))
    lines += ["", f"{len(months.seen):,} events, {months.twice:,} of them told more than once"]
    lines += [f"not as the schema says: {what} ({times} times)" for what, times in sorted(months.unread.items())]
    return "\n".join(lines)


def row(name: str, counts: Counter[str]) -> str:
    """One line of the funnel."""
    whole = {**counts, "leads": counts["captured"] - counts["merged"]}
    return f"{name:8}" + "".join(f"{whole.get(column, 0):>11,}" for column in COLUMNS)


def shown(minor: int, currency: str) -> str:
    """Minor units as people write them."""
    return f"{Decimal(minor).scaleb(-DECIMALS.get(currency, 2)):,}"


def login(user: str) -> dict[str, str]:
    """How a user gets in, as aiokafka wants to be told."""
    if not user:
        return {}
    password = os.environ.get("KAFKA_PASSWORD", "")
    return {
        "security_protocol": "SASL_PLAINTEXT", "sasl_mechanism": "PLAIN", "sasl_plain_username": user, "sasl_plain_password": password,
    }  # fmt: skip


async def main() -> int:
    """Read, count, print."""
    parser = argparse.ArgumentParser(description="Funnel and cash by month, from the topics alone.")
    parser.add_argument("--bootstrap", default="127.0.0.1:9092", help="Kafka brokers, as `ltc status` shows them")
    parser.add_argument("--user", default="", help="login at the brokers; the password is read from the variable KAFKA_PASSWORD")
    parser.add_argument("--prefix", default="", help="what stands before the topic names in a shared cluster")
    parser.add_argument("--schemas", type=Path, default=SCHEMAS)
    said = parser.parse_args()
    schemas = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in said.schemas.glob("*.json")}
    months = Months()
    async for headers, value in told(said.bootstrap, said.prefix, login(said.user)):
        months.hear(headers, value, schemas)
    print(written(months))
    return 1 if months.unread else 0


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main()))
