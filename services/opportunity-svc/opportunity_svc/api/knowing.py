"""What the read models know of deals, put together as the rules see a deal."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from ltc_events import Money
from ltc_events.opportunity_gates import Condition, Gate
from ltc_runtime.http import Read
from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, select

from .. import projections as shown
from ..deal.rules.criteria import QuoteSeen
from ..deal.rules.states import Asked, Course, Decisions, Open, Passed, UnknownOpportunity
from ..finding.rules import Bid, Notable, findings_of
from ..pipeline.rules import BUILT_IN, Pipeline, UnknownPipeline, pipeline_id
from ..quote.read import LIST_COLUMNS

NOTABLE: TypeAdapter[Any] = TypeAdapter(Notable)
APPROVED = ("approved", "sent", "accepted")
Row = dict[str, Any]
Deal = tuple[Open, QuoteSeen | None]


async def known_deal(opportunity_id: UUID, read: Read) -> Deal:
    """One deal as the rules see it, with the quote that was approved last.

    Raises:
        UnknownOpportunity: there is none.
    """
    deals = await known_deals(shown.opportunities.c.opportunity_id == opportunity_id, read)
    if not deals:
        raise UnknownOpportunity
    return deals[0][1]


async def known_deals(which: ColumnElement[bool], read: Read) -> list[tuple[Row, Deal]]:
    """Deals as the rules see them, each with its row in the list."""
    rows = await read.all(select(shown.opportunities).where(which))
    chosen = select(shown.opportunities.c.opportunity_id).where(which)
    found, conditions, decisions, quotes = [
        grouped(await read.all(select(*columns).where(columns[0].table.c.opportunity_id.in_(chosen))))
        for columns in ([*shown.findings.c], [*shown.conditions.c], [*shown.decisions.c], LIST_COLUMNS)
    ]
    says = {name: await pipeline_of(*name, read) for name in {(row["pipeline"], row["pipeline_version"]) for row in rows}}
    return await asyncio.to_thread(put_together, rows, says, found, conditions, decisions, quotes)  # perhaps of thousands


Rows = Mapping[UUID, Sequence[Row]]


def put_together(
    rows: Sequence[Row], says: Mapping[tuple[str, int], Pipeline], found: Rows, conditions: Rows, decisions: Rows, quotes: Rows
) -> list[tuple[Row, Deal]]:
    """Each deal out of its rows."""
    deals: list[tuple[Row, Deal]] = []
    for row in rows:
        id, way = row["opportunity_id"], (row["pipeline"], row["pipeline_version"])
        course = Course(*way, says[way], row["stage_number"] - 1)
        deal = as_open(row, found[id], gates_of(decisions[id], conditions[id]), course)
        deals.append((row, (deal, last_approved(quotes[id]))))
    return deals


def grouped(rows: Iterable[Row]) -> Mapping[UUID, list[Row]]:
    """Rows by deal."""
    found = defaultdict[UUID, list[Row]](list)
    for row in rows:
        found[row["opportunity_id"]].append(row)
    return found


async def pipeline_of(code: str, version: int, read: Read) -> Pipeline:
    """What a version of a pipeline says.

    Raises:
        UnknownPipeline: there is none.
    """
    if version == 0 and code in BUILT_IN:
        return BUILT_IN[code]
    table = shown.pipelines.c
    row = await read.one(
        select(table.pipeline).where(table.pipeline_id == pipeline_id(code), table.version == version), UnknownPipeline
    )  # fmt: skip
    return Pipeline.model_validate(row["pipeline"])


def as_open(row: Row, found: Sequence[Row], gates: Mapping[Gate, Decisions], course: Course) -> Open:
    noted = [Bid(**each["content"]) if each["kind"] == "bid" else NOTABLE.validate_python(each["content"]) for each in found]
    return Open(
        **{name: row[name] for name in ("lead_id", "party_id", "company", "account_manager", "solution_manager", "fulfilment_manager")},
        value=Money(amount=row["value"], currency=row["currency"]),
        expected_close=row["expected_close"],
        course=course,
        findings=findings_of(noted),
        gates=gates,
    )


def gates_of(decisions: Iterable[Row], conditions: Sequence[Row]) -> Mapping[Gate, Decisions]:
    """What was asked and decided, gate by gate."""
    gates: dict[Gate, Decisions] = {}
    for row in sorted(decisions, key=lambda each: each["round"]):
        before = gates.get(row["gate"], Decisions())
        asked = as_asked(row) if row["status"] == "open" else None
        passed = as_passed(row, conditions) if row["status"] in ("approved", "conditional") else before.passed
        gates[row["gate"]] = Decisions(row["round"], asked, passed)
    return gates


def as_asked(row: Row) -> Asked:
    amount = Money(amount=row["amount"], currency=row["currency"])
    return Asked(row["round"], row["requested_by"], amount, decided_quote(row), row["due"], row["escalated"])


def as_passed(row: Row, conditions: Sequence[Row]) -> Passed:
    mine = [each for each in conditions if (each["gate"], each["round"]) == (row["gate"], row["round"])]
    own = sorted(mine, key=lambda each: each["number"])
    made = tuple(Condition(text=each["text"], owner=each["owner"], due=each["due"]) for each in own)
    done = frozenset(each["number"] for each in own if each["fulfilled_by"] is not None)
    return Passed(row["round"], decided_quote(row), made, done)


def decided_quote(row: Row) -> QuoteSeen | None:
    if row["quote_id"] is None:
        return None
    return QuoteSeen(row["quote_id"], row["quote_hash"], Money(amount=row["quote_net"], currency=row["quote_currency"]))


def last_approved(quotes: Iterable[Row]) -> QuoteSeen | None:
    """The quote of a deal that was drafted last, of those that are approved."""
    approved = sorted((row for row in quotes if row["status"] in APPROVED), key=lambda row: row["drafted_at"])
    if not approved:
        return None
    row = approved[-1]
    return QuoteSeen(row["quote_id"], row["quote_hash"], Money(amount=row["net"], currency=row["currency"]))
