"""Progress of deals: what a stage still asks for, and which deals would fail a new version of their pipeline."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal
from uuid import UUID

from ltc_events import Money
from ltc_events.opportunity_gates import Condition, Gate, Profile
from ltc_runtime.http import EVERYONE, Api, NaturalKey, Read, Role, View
from pydantic import Field, TypeAdapter
from sqlalchemy import ColumnElement, and_, select

from ..deal.read import OpportunityRow
from ..deal.rules import decider
from ..deal.rules.criteria import QuoteSeen, Unmet, unmet
from ..deal.rules.stages import gate_missing, left_to_win, open_conditions, undecided
from ..deal.rules.states import Asked, Course, Decisions, Open, Passed, UnknownOpportunity
from ..decision.read import ConditionRow, Decision
from ..finding.read import FindingRow
from ..finding.rules import Bid, Notable, findings_of
from ..pipeline import rules as pipelines
from ..pipeline.read import pipeline_of
from ..pipeline.rules import Pipeline, PipelineCode, UnknownPipeline, Version, pipeline_id
from ..quote.read import QuoteContent

progress_of_deals = Api("/opportunities", stream=decider)
previews = Api("/pipelines", stream=pipelines.decider, natural=NaturalKey("code", PipelineCode, pipeline_id))

MANAGERS: tuple[Role, ...] = ("sales_manager",)
QUOTE = [QuoteContent.table.c[name] for name in ("opportunity_id", "quote_id", "status", "quote_hash", "net", "currency", "drafted_at")]

# ── deals as the rules see them, out of their rows ────────────────────────────────────────────────────────────────────

NOTABLE: TypeAdapter[Any] = TypeAdapter(Notable)
APPROVED = ("approved", "sent", "accepted")
Row = dict[str, Any]
Deal = tuple[Open, QuoteSeen | None]


async def known_deal(opportunity_id: UUID, read: Read) -> Deal:
    """One deal as the rules see it, with the quote that was approved last.

    Raises:
        UnknownOpportunity: there is none.
    """
    deals = await known_deals(OpportunityRow.table.c.opportunity_id == opportunity_id, read)
    if not deals:
        raise UnknownOpportunity
    return deals[0][1]


async def known_deals(which: ColumnElement[bool], read: Read) -> list[tuple[Row, Deal]]:
    """Deals as the rules see them, each with its row in the list."""
    rows = await read.all(select(OpportunityRow.table).where(which))
    chosen = select(OpportunityRow.table.c.opportunity_id).where(which)
    found, conditions, decisions, quotes = [
        grouped(await read.all(select(*columns).where(columns[0].table.c.opportunity_id.in_(chosen))))
        for columns in ([*FindingRow.table.c], [*ConditionRow.table.c], [*Decision.table.c], [*QUOTE])
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


# ── the progress of one deal ──────────────────────────────────────────────────────────────────────────────────────────


class StageView(View):
    """One stage of the way of a deal."""

    code: str
    name: str
    gate: Gate | None
    where: Literal["behind", "here", "ahead"]


class Progress(View):
    """How far a deal is, and what is to be done next."""

    pipeline: str
    version: int
    profile: Profile
    stage: str
    stages: Sequence[StageView]
    next: Sequence[Unmet] = Field(description="What this stage still asks for, and who can see to it.")
    to_win: Sequence[Unmet] = Field(description="What is missing altogether, apart from a quote the customer accepted.")


@progress_of_deals.query("/{opportunity_id}/progress", roles=EVERYONE, refuses=(UnknownOpportunity,))
async def show_progress(opportunity_id: UUID, read: Read) -> Progress:
    """How far a deal is, and what is to be done next, by whom. Of a deal that is over, what was missing when it ended."""
    deal, quote = await known_deal(opportunity_id, read)
    course = deal.course
    here = [*unmet([course.stage], deal.known(quote)), *undecided_here(deal)]
    return Progress(
        pipeline=course.code,
        version=course.version,
        profile=course.pipeline.profile,
        stage=course.stage.code,
        stages=[
            StageView(code=stage.code, name=stage.name, gate=stage.gate, where=where(number, course.at))
            for number, stage in enumerate(course.pipeline.stages)
        ],
        next=here,
        to_win=left_to_win(deal, quote),
    )


def undecided_here(deal: Open) -> list[Unmet]:
    stage = deal.course.stage
    missing = stage.gate is not None and deal.decisions(stage.gate).passed is None
    earlier = open_conditions(deal, deal.course.pipeline.stages[: deal.course.at])
    return [*earlier, *([gate_missing(deal, stage, stage.gate)] if missing and stage.gate else [])]


def where(number: int, at: int) -> Literal["behind", "here", "ahead"]:
    return "here" if number == at else "behind" if number < at else "ahead"


# ── a new version of a pipeline, tried on running deals ───────────────────────────────────────────────────────────────


class FailingDeal(View):
    """A running deal that would not be where it is by this version."""

    opportunity_id: UUID
    company: str
    stage: str
    stage_is_gone: bool = Field(description="This version has no such stage.")
    unmet: Sequence[Unmet] = Field(description="What the stages behind it would have asked for, and it has not.")


class PipelinePreview(View):
    """What a version would say of the deals that run in its pipeline now."""

    deals: int
    failing: int
    data: Sequence[FailingDeal] = Field(description="The first of those that fail.")


MOST_SHOWN = 200


@previews.query("/{code}/{version}/preview", roles=MANAGERS, refuses=(UnknownPipeline,))
async def preview_pipeline(code: PipelineCode, version: Version, read: Read) -> PipelinePreview:
    """Which running deals would now fail what, had they gone by this version; it changes none of them."""
    asked = await pipeline_of(code, version, read)
    running = await known_deals(and_(OpportunityRow.table.c.pipeline == code, OpportunityRow.table.c.status == "open"), read)
    failing = await asyncio.to_thread(failures, asked, running)
    return PipelinePreview(deals=len(running), failing=len(failing), data=failing[:MOST_SHOWN])


def failures(asked: Pipeline, running: Sequence[tuple[dict[str, Any], Deal]]) -> list[FailingDeal]:
    """Those of the deals that something is wrong with by this version."""
    return [found for row, deal in running if (found := failure(asked, row, deal)) is not None]


def failure(asked: Pipeline, row: dict[str, Any], known: Deal) -> FailingDeal | None:
    """What is wrong with a deal by this version, if anything is."""
    deal, quote = known
    at = asked.number_of(row["stage"])
    behind = asked.stages[: at or 0]
    lacking = [*unmet(behind, deal.known(quote)), *undecided(deal, behind), *open_conditions(deal, behind)]
    if at is not None and not lacking:
        return None
    return FailingDeal(
        opportunity_id=row["opportunity_id"], company=row["company"], stage=row["stage"], stage_is_gone=at is None, unmet=lacking
    )
