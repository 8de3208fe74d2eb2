"""How the pipeline stands: money per stage, conversion, deals not let in, priorities."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from ltc_events import Currency, UserId
from ltc_events.opportunity_gates import DeclineReason, Profile
from ltc_runtime.http import EVERYONE, Api, Read, View, matching
from pydantic import Field
from sqlalchemy import ColumnElement, func, select

from ..deal.read import OpportunityRow
from ..pipeline.read import pipeline_of
from ..pipeline.rules import Pipeline, PipelineCode, UnknownPipeline

reports = Api("/pipeline")

FOUR_DECIMALS = Decimal("0.0001")


class Sum(View):
    """An amount in minor units; of many deals, so it may be larger than any one."""

    amount: int
    currency: Currency


class BoardColumn(View):
    """The open deals of one stage in one currency."""

    pipeline: str
    version: int
    number: int
    stage: str
    deals: int
    value: Sum
    weighted: Sum


class Board(View):
    """Money per stage."""

    data: Sequence[BoardColumn]


@reports.query("/board", roles=EVERYONE)
async def show_board(read: Read, pipeline: PipelineCode | None = None, account_manager: UserId | None = None) -> Board:
    """Open deals and their money per stage, pipeline by pipeline."""
    table = OpportunityRow.table.c
    of = (table.pipeline, table.pipeline_version, table.stage_number, table.stage, table.currency)
    sums = (func.count().label("deals"), func.sum(table.value).label("value"), func.sum(table.weighted).label("weighted"))
    asked = {table.pipeline: pipeline, table.account_manager: account_manager}
    found = select(*of, *sums).where(table.status == "open", *matching(asked)).group_by(*of).order_by(*of)
    return Board(data=[column(**row) for row in await read.all(found)])


def column(**row: Any) -> BoardColumn:
    value, weighted = (Sum(amount=int(row[name]), currency=row["currency"]) for name in ("value", "weighted"))
    place = {"pipeline": row["pipeline"], "version": row["pipeline_version"], "number": row["stage_number"], "stage": row["stage"]}
    return BoardColumn(**place, deals=row["deals"], value=value, weighted=weighted)


class StageConversion(View):
    """How many deals came to a stage, and how many went on from it."""

    number: int
    stage: str
    entered: int
    went_on: int
    rate: Decimal | None = Field(description="Went on ÷ entered; null where none entered.")


class Conversion(View):
    """The way through one version of a pipeline."""

    pipeline: str
    version: int
    deals: int
    won: int
    stages: Sequence[StageConversion]


class Conversions(View):
    """Version by version, so that they can be compared."""

    data: Sequence[Conversion]


@reports.query("/conversion", roles=EVERYONE, refuses=(UnknownPipeline,))
async def show_conversion(
    read: Read, pipeline: PipelineCode | None = None, opened_from: date | None = None, opened_to: date | None = None
) -> Conversions:
    """Conversion by stage of the deals opened from one day to another, per version of each pipeline.

    A deal counts for every stage up to the one it came to; a won one went on from all.
    """
    table = OpportunityRow.table.c
    of = (table.pipeline, table.pipeline_version, table.stage_number, table.status)
    asked = [*matching({table.pipeline: pipeline}), *opened(opened_from, opened_to)]
    rows = await read.all(select(*of, func.count().label("deals")).where(*asked).group_by(*of))
    ways = sorted({(row["pipeline"], row["pipeline_version"]) for row in rows})
    counted = {way: [row for row in rows if (row["pipeline"], row["pipeline_version"]) == way] for way in ways}
    return Conversions(data=[conversion(*way, await pipeline_of(*way, read), counted[way]) for way in ways])


def conversion(code: str, version: int, says: Pipeline, rows: Sequence[dict[str, Any]]) -> Conversion:
    won = sum(row["deals"] for row in rows if row["status"] == "won")
    reached = [reached_by(rows, number) for number in range(1, len(says.stages) + 1)]
    stages = [
        StageConversion(number=number, stage=stage.code, entered=entered, went_on=went_on, rate=share(went_on, entered))
        for number, (stage, entered, went_on) in enumerate(zip(says.stages, reached, [*reached[1:], won], strict=True), 1)
    ]
    return Conversion(pipeline=code, version=version, deals=sum(row["deals"] for row in rows), won=won, stages=stages)


def reached_by(rows: Iterable[dict[str, Any]], number: int) -> int:
    return sum(row["deals"] for row in rows if row["stage_number"] >= number or row["status"] == "won")


class DeclinedFor(View):
    """So many deals were not let in for this reason."""

    reason: DeclineReason
    deals: int


class AdmissionReport(View):
    """What was kept out at the front (前端防杂)."""

    opened: int
    not_admitted: int
    reject_rate: Decimal | None = Field(description="Not let in ÷ opened; null where none was opened.")
    reasons: Sequence[DeclinedFor]
    no_bid: int = Field(description="Let in, and not bid for.")


@reports.query("/admission", roles=EVERYONE)
async def show_admission(read: Read, opened_from: date | None = None, opened_to: date | None = None) -> AdmissionReport:
    """How many of the deals opened from one day to another were not let in, and why."""
    table = OpportunityRow.table.c
    of = (table.status, table.decline_reason)
    rows = await read.all(select(*of, func.count().label("deals")).where(*opened(opened_from, opened_to)).group_by(*of))
    by_status, reasons = Counter[str](), Counter[DeclineReason]()
    for row in rows:
        by_status[row["status"]] += row["deals"]
        if row["status"] == "not_admitted":
            reasons[row["decline_reason"]] += row["deals"]
    total, out = by_status.total(), by_status["not_admitted"]
    return AdmissionReport(
        opened=total,
        not_admitted=out,
        reject_rate=share(out, total),
        reasons=[DeclinedFor(reason=reason, deals=deals) for reason, deals in reasons.most_common()],
        no_bid=by_status["no_bid"],
    )


class Priority(View):
    """An open deal and its place among those of its currency."""

    rank: int
    opportunity_id: UUID
    company: str
    account_manager: str
    profile: Profile
    stage: str
    value: Sum
    weighted: Sum
    expected_close: date


class Priorities(View):
    """What comes first."""

    data: Sequence[Priority]


@reports.query("/priorities", roles=EVERYONE)
async def show_priorities(
    read: Read,
    account_manager: UserId | None = None,
    pipeline: PipelineCode | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Priorities:
    """Open deals by weighted value, the largest first; ranked within their currency."""
    table = OpportunityRow.table.c
    rank = func.rank().over(partition_by=table.currency, order_by=table.weighted.desc()).label("rank")
    asked = matching({table.account_manager: account_manager, table.pipeline: pipeline})
    found = select(OpportunityRow.table, rank).where(table.status == "open", *asked)
    rows = await read.all(found.order_by(rank, table.currency, table.opportunity_id).limit(limit))
    return Priorities(data=[priority(**row) for row in rows])


def priority(**row: Any) -> Priority:
    value, weighted = (Sum(amount=row[name], currency=row["currency"]) for name in ("value", "weighted"))
    return Priority(**{**{name: row[name] for name in Priority.model_fields}, "value": value, "weighted": weighted})


def opened(opened_from: date | None, opened_to: date | None) -> list[ColumnElement[bool]]:
    """Opened from one day to another, both included."""
    at = OpportunityRow.table.c.opened_at
    conditions = [] if opened_from is None else [at >= datetime.combine(opened_from, time(), UTC)]
    if opened_to is not None and opened_to < date.max:
        conditions.append(at < datetime.combine(opened_to + timedelta(days=1), time(), UTC))
    return conditions


def share(part: int, whole: int) -> Decimal | None:
    return None if whole == 0 else (Decimal(part) / whole).quantize(FOUR_DECIMALS)
