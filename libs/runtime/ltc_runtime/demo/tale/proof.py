"""Whether the story is true: what it counted is counted again from the events, and from what it left."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from ..cashing import BILLING
from ..report import Check, counts
from .cast import ANALYST, BOARD
from .coming import BOSS, Lead
from .leaving import rows_of
from .stage import LEADS, OPPORTUNITIES, Play, Stage
from .telling import amount

Event = dict[str, Any]


async def proved(stage: Stage, plays: Sequence[Play], found: Mapping[str, Lead]) -> list[Check]:
    """Every number the story said beside what the logs say."""
    said = stage.tale.counted
    leads, deals, quotes = await asyncio.gather(_leads(stage, found), _deals(stage, plays), _quotes(stage, plays))
    told = await _facts(stage, plays)
    parties = await _history(stage, LEADS, [f"/parties/{lead['party_id']}" for lead in found.values()])
    invoices = [f"/invoices/{invoice.invoice_id}" for play in plays for invoice in play.walked.invoices]
    receipts = [f"/receipts/{receipt}" for play in plays for receipt in play.walked.receipts]
    money = await _history(stage, BILLING, [*invoices, *receipts])
    made, asked = _of(deals, "decision-made"), _of(deals, "decision-requested")
    again = {
        "leads captured": len(_of(leads, "captured")),
        "leads given by a rule": sum(event["data"]["how"] == "rule" for event in _of(leads, "assigned")),
        "parties merged": len(_of(parties, "party-merged")) - len(_of(parties, "party-unmerged")),
        "gates passed": sum(event["data"]["outcome"] in ("approved", "conditional") for event in made),
        "estimates frozen": told["estimate-frozen"],
        "rounds of negotiation": told["round-held"],
        "quotes approved": len(_last_approvals(quotes)),
        "by a second person": sum(not event["data"]["within_own_authority"] for event in _last_approvals(quotes)),
        "deals won through all gates": len(_of(deals, "won")),
        "invoices": len(_of(money, "invoice-issued")),
        "receipts": len(_of(money, "payment-received")),
    }
    checks = [counts(f"story: {name}", said[name], number) for name, number in again.items()]
    own = {(event["data"]["opportunity_id"], event["data"]["gate"], event["data"]["requested_by"]) for event in asked}
    decided = {(event["data"]["opportunity_id"], event["data"]["gate"], event["data"]["decided_by"]) for event in made}
    checks.append(counts("story: gates decided by who asked", 0, len(own & decided)))
    return [*checks, *_money(stage, plays, deals), *await _files(stage, plays, found)]


def _money(stage: Stage, plays: Sequence[Play], deals: Sequence[Event]) -> list[Check]:
    star, said = plays[0].role, stage.tale.counted
    won = sum(event["data"]["net"]["amount"] for event in _of(deals, "won") if event["data"]["currency"] == star.currency)
    still = sum(play.deal.net for play in plays if play.role.reaches != "cash" and play.role.currency == star.currency)
    return [
        Check("story: won in the quarter", amount(said["won in the quarter"], star.currency), amount(won, star.currency)),
        Check("story: forecast in the quarter", amount(said["forecast in the quarter"], star.currency), amount(still, star.currency)),
    ]


async def _files(stage: Stage, plays: Sequence[Play], found: Mapping[str, Lead]) -> list[Check]:
    files = {path.name: path for path in stage.tale.files}
    exported = {row["lead_id"] for row in rows_of(files["leads.csv"].read_bytes())}
    ours = {lead["lead_id"] for lead in found.values()}
    papers = 0
    for play in plays:
        for name in (f"quote-{play.role.key}-{language}.pdf" for language in ("en", "zh")):
            if name in files:
                said = await stage.look(OPPORTUNITIES, f"/quotes/{play.walked.quote_id}/document?language={name[-6:-4]}", BOARD)
                papers += said["pdf_sha256"] == sha256(files[name].read_bytes()).hexdigest()
    return [
        counts("story: its leads in leads.csv", len(ours), len(ours & exported)),
        counts("story: quotes on paper as their hash says", stage.tale.counted["quotes on paper"], papers),
    ]


async def _leads(stage: Stage, found: Mapping[str, Lead]) -> list[Event]:
    return await _history(stage, LEADS, [f"/leads/{lead['lead_id']}" for lead in found.values()])


async def _deals(stage: Stage, plays: Sequence[Play]) -> list[Event]:
    return await _history(stage, OPPORTUNITIES, [play.at for play in plays])


async def _quotes(stage: Stage, plays: Sequence[Play]) -> list[Event]:
    return await _history(stage, OPPORTUNITIES, [f"/quotes/{play.walked.quote_id}" for play in plays if play.walked.quote_id])


async def _history(stage: Stage, service: str, paths: Sequence[str]) -> list[Event]:
    pages = await asyncio.gather(*(stage.look(service, f"{path}/history?limit=200", BOSS) for path in paths))
    return [event for page in pages for event in page["data"]]


async def _facts(stage: Stage, plays: Sequence[Play]) -> Counter[str]:
    """Facts of opportunity-svc about these deals, by kind."""
    stories = await asyncio.gather(*(stage.look(OPPORTUNITIES, f"/trace/{play.walked.opportunity_id}", ANALYST) for play in plays))
    steps = {step["event_id"]: step["type"].split(".")[2] for story in stories for step in story["steps"] if step["origin"] is None}
    return Counter(steps.values())


def _of(events: Sequence[Event], kind: str) -> list[Event]:
    return [event for event in events if event["type"].split(".")[2] == kind]


def _last_approvals(quotes: Sequence[Event]) -> list[Event]:
    # Of several approvals of one quote the last one counts.
    return list({event["data"]["quote_id"]: event for event in _of(quotes, "quote-approved")}.values())
