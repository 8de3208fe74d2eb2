"""Pipelines as versioned data: drafted, looked at, made live."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Path
from ltc_runtime.http import EVERYONE, Api, Handle, NaturalKey, Read, View
from pydantic import Field
from sqlalchemy import and_, select

from .. import projections as shown
from ..deal.rules.criteria import Unmet, unmet
from ..deal.rules.stages import open_conditions, undecided
from ..pipeline import rules as pipeline
from ..pipeline.rules import (
    BUILT_IN,
    ActivatePipeline,
    DraftPipeline,
    Pipeline,
    PipelineCode,
    PipelineUnsound,
    UnknownPipeline,
    pipeline_id,
)
from .knowing import Deal, known_deals, pipeline_of
from .roles import MANAGERS

pipelines = Api("/pipelines", stream=pipeline.decider, natural=NaturalKey("code", PipelineCode, pipeline_id))
PipelineVersion = Annotated[int, Path(ge=0, le=1_000_000)]


@pipelines.act("/{code}", roles=MANAGERS, refuses=(PipelineUnsound,))
async def draft_pipeline(code: PipelineCode, body: Pipeline, handle: Handle) -> None:
    """Write the next version of a pipeline; no deal goes by it until it is activated."""
    return await handle(DraftPipeline(pipeline_id=pipeline_id(code), code=code, pipeline=body, drafted_by=handle.actor))


@pipelines.act("/{code}/{version}/activate", roles=MANAGERS, refuses=(UnknownPipeline,))
async def activate_pipeline(code: PipelineCode, version: PipelineVersion, handle: Handle) -> None:
    """Let deals that begin from now on go by this version; running deals keep theirs."""
    return await handle(ActivatePipeline(pipeline_id=pipeline_id(code), code=code, version=version, activated_by=handle.actor))


class PipelineRow(View):
    """One version of a pipeline. Version 0 is what the product brings along."""

    code: str
    version: int
    status: Literal["draft", "live", "retired"]
    pipeline: Pipeline
    drafted_by: str | None
    drafted_at: datetime | None
    activated_by: str | None
    activated_at: datetime | None


class PipelineVersions(View):
    """Versions of pipelines, the newest of each first."""

    data: Sequence[PipelineRow]


@pipelines.query("", roles=EVERYONE)
async def list_pipelines(read: Read) -> PipelineVersions:
    """All pipelines with all their versions."""
    table = shown.pipelines.c
    rows = await read.all(select(shown.pipelines).order_by(table.code, table.version.desc()))
    return PipelineVersions(data=with_built_in(rows))


@pipelines.query("/{code}", roles=EVERYONE, refuses=(UnknownPipeline,))
async def show_pipeline(code: PipelineCode, read: Read) -> PipelineVersions:
    """One pipeline with all its versions, the newest first."""
    table = shown.pipelines.c
    rows = await read.all(select(shown.pipelines).where(table.pipeline_id == pipeline_id(code)).order_by(table.version.desc()))
    found = [row for row in with_built_in(rows) if row.code == code]
    if not found:
        raise UnknownPipeline
    return PipelineVersions(data=found)


def with_built_in(rows: Sequence[dict[str, Any]]) -> list[PipelineRow]:
    """The versions people wrote and, behind them, those the product brings along."""
    live = {row["code"] for row in rows if row["status"] == "live"}
    nobody: dict[str, Any] = dict.fromkeys(("drafted_by", "drafted_at", "activated_by", "activated_at"))
    built_in = [
        PipelineRow(code=code, version=0, status="retired" if code in live else "live", pipeline=says, **nobody)
        for code, says in BUILT_IN.items()
    ]
    written = [PipelineRow(**{name: row[name] for name in PipelineRow.model_fields}) for row in rows]
    return sorted([*written, *built_in], key=lambda row: (row.code, -row.version))


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


@pipelines.query("/{code}/{version}/preview", roles=MANAGERS, refuses=(UnknownPipeline,))
async def preview_pipeline(code: PipelineCode, version: PipelineVersion, read: Read) -> PipelinePreview:
    """Which running deals would now fail what, had they gone by this version; it changes none of them."""
    asked = await pipeline_of(code, version, read)
    running = await known_deals(and_(shown.opportunities.c.pipeline == code, shown.opportunities.c.status == "open"), read)
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
