"""Checks the story: counts its numbers again from the events and from its files."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from typing import Any

from ..billing import BILLING
from ..report import Check, counts
from .context import LEADS, OPPORTUNITIES, DealRun, StoryContext
from .exports import rows_of
from .leads import MANAGER, Lead
from .plans import ANALYST, BOARD
from .record import amount
from .rules import WEIGHTS

Event = dict[str, Any]


@dataclass(frozen=True)
class Evidence:
    """What the logs say of the story's leads, parties, deals, quotes, invoices and receipts."""

    leads: Sequence[Event]
    parties: Sequence[Event]
    deals: Sequence[Event]
    quotes: Sequence[Event]
    money: Sequence[Event]
    kinds: Counter[str]
    """Facts of opportunity-svc by kind, those without a history of their own too."""


async def check_story(context: StoryContext, runs: Sequence[DealRun], found: Mapping[str, Lead]) -> list[Check]:
    """Every number of the story beside that of the logs."""
    evidence = await _gathered(context, runs, found)
    costs = {row["product"]: Decimal(row["cost"]) for row in rows_of((context.samples / "catalogue.csv").read_bytes())}
    numbers, money = counted_again(evidence), summed_again(evidence, runs, costs)
    said = context.story.counted
    return [
        counts("story: refused as it must be", said["tried what must be refused"], said["refused as it must be"]),
        *(counts(f"story: {name}", said[name], number) for name, number in numbers.items()),
        *(Check(f"story: {name}", amount(said[name], "USD"), amount(sum, "USD")) for name, sum in money.items()),
        *await _files(context, runs, found),
    ]


def counted_again(evidence: Evidence) -> dict[str, int]:
    """The numbers, from events alone."""
    made, asked = _of(evidence.deals, "decision-made"), _of(evidence.deals, "decision-requested")
    approvals = _last(_of(evidence.quotes, "quote-approved"), "quote_id")
    own = {(event["opportunity_id"], event["gate"], event["requested_by"]) for event in asked}
    decided = {(event["opportunity_id"], event["gate"], event["decided_by"]) for event in made}
    return {
        "leads captured": len(_of(evidence.leads, "captured")),
        "leads given by a rule": sum(event["how"] == "rule" for event in _of(evidence.leads, "assigned")),
        "sum of scores": sum(event["score"] for event in _last(_of(evidence.leads, "scored"), "lead_id")),
        "parties merged": len(_of(evidence.parties, "party-merged")) - len(_of(evidence.parties, "party-unmerged")),
        "gates passed": sum(event["outcome"] in ("approved", "conditional") for event in made),
        "gates decided by who asked": len(own & decided),
        "estimates frozen": evidence.kinds["estimate-frozen"],
        "rounds of negotiation": evidence.kinds["round-held"],
        "quotes approved": len(approvals),
        "by a second person": sum(not event["within_own_authority"] for event in approvals),
        "deals won through all gates": len(_of(evidence.deals, "won")),
        "invoices": len(_of(evidence.money, "invoice-issued")),
        "receipts": len(_of(evidence.money, "payment-received")),
    }


def summed_again(evidence: Evidence, runs: Sequence[DealRun], costs: Mapping[str, Decimal]) -> dict[str, int]:
    """The amounts of the quarter and of the first deal, from what was won and what was forecast."""
    won = [event for event in _of(evidence.deals, "won") if event["currency"] == "USD"]
    ahead = [run for run in runs if run.plan.reaches != "cash" and run.plan.currency == "USD"]
    lines = [line for event in won for line in event["lines"]]
    net = sum(event["net"]["amount"] for event in won)
    listed = sum(Decimal(line["quantity"]) * line["list_price"]["amount"] for line in lines)
    cost = sum(Decimal(line["quantity"]) * costs[line["product"]] * 100 for line in lines)
    return {
        "won in the quarter": net,
        "given in negotiation": int(listed) - net,
        "what is left of it after cost": net - int(cost),
        "forecast in the quarter": sum(run.deal.net for run in ahead),
        "counted on": int(sum(Decimal(WEIGHTS[run.plan.category]) * run.deal.net for run in ahead)),
    }


async def _files(context: StoryContext, runs: Sequence[DealRun], found: Mapping[str, Lead]) -> list[Check]:
    files = {path.name: path for path in context.story.files}
    exported = {row["lead_id"] for row in rows_of(files["leads.csv"].read_bytes())}
    ours = {lead["lead_id"] for lead in found.values()}
    papers = 0
    for run in runs:
        for name in (f"quote-{run.plan.key}-{language}.pdf" for language in ("en", "zh")):
            if name in files:
                said = await context.get(OPPORTUNITIES, f"/quotes/{run.outcome.quote_id}/document?language={name[-6:-4]}", BOARD)
                papers += said["pdf_sha256"] == sha256(files[name].read_bytes()).hexdigest()
    return [
        counts("story: its leads in leads.csv", len(ours), len(ours & exported)),
        counts("story: quotes on paper as their hash says", context.story.counted["quotes on paper"], papers),
    ]


async def _gathered(context: StoryContext, runs: Sequence[DealRun], found: Mapping[str, Lead]) -> Evidence:
    invoices = [f"/invoices/{invoice.invoice_id}" for run in runs for invoice in run.outcome.invoices]
    receipts = [f"/receipts/{receipt}" for run in runs for receipt in run.outcome.receipts]
    leads, parties, deals, quotes, money, kinds = await asyncio.gather(
        _history(context, LEADS, [f"/leads/{lead['lead_id']}" for lead in found.values()]),
        _history(context, LEADS, [f"/parties/{lead['party_id']}" for lead in found.values()]),
        _history(context, OPPORTUNITIES, [run.at for run in runs]),
        _history(context, OPPORTUNITIES, [f"/quotes/{run.outcome.quote_id}" for run in runs if run.outcome.quote_id]),
        _history(context, BILLING, [*invoices, *receipts]),
        _kinds(context, runs),
    )
    return Evidence(leads, parties, deals, quotes, money, kinds)


async def _history(context: StoryContext, service: str, paths: Sequence[str]) -> list[Event]:
    pages = await asyncio.gather(*(context.get(service, f"{path}/history?limit=200", MANAGER) for path in paths))
    return [event for page in pages for event in page["data"]]


async def _kinds(context: StoryContext, runs: Sequence[DealRun]) -> Counter[str]:
    stories = await asyncio.gather(*(context.get(OPPORTUNITIES, f"/trace/{run.outcome.opportunity_id}", ANALYST) for run in runs))
    steps = {step["event_id"]: step["type"] for story in stories for step in story["steps"] if step["origin"] is None}
    return Counter(kind.split(".")[2] for kind in steps.values())


def _of(events: Sequence[Event], kind: str) -> list[Event]:
    return [event["data"] for event in events if event["type"].split(".")[2] == kind]


def _last(events: Sequence[Event], of: str) -> list[Event]:
    # Of several about one thing the last one counts.
    return list({event[of]: event for event in events}.values())
