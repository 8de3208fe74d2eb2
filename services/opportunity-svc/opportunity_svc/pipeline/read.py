"""Pipelines, version by version."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from ltc_events import Event, Fact, projection
from ltc_events import change as change_rows
from ltc_events.read_model import Key, ReadModel, on, put
from ltc_kit.versioned_document import activation
from ltc_runtime.http import EVERYONE, Read, View
from sqlalchemy import select

from .api import pipelines
from .rules import BUILT_IN, Pipeline, PipelineActivated, PipelineCode, PipelineDrafted, UnknownPipeline, pipeline_id


class PipelineVersionRow(ReadModel, table="pipeline"):
    """A version of a pipeline that a manager drafted."""

    pipeline_id: Key[UUID]
    version: Key[int]
    code: str
    status: Literal["draft", "live", "retired"]
    pipeline: Pipeline
    drafted_by: str
    drafted_at: datetime
    activated_by: str | None
    activated_at: datetime | None


def now(event: Event, fact: Fact) -> datetime:
    return fact.occurred_at


pipeline_list = projection(
    "pipeline_list",
    on(PipelineDrafted, put(PipelineVersionRow, status="draft", drafted_at=now)),
    on(PipelineActivated, change_rows(PipelineVersionRow.table, activation("pipeline_id"))),
)


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
    table = PipelineVersionRow.table.c
    rows = await read.all(select(PipelineVersionRow.table).order_by(table.code, table.version.desc()))
    return PipelineVersions(data=with_built_in(rows))


@pipelines.query("/{code}", roles=EVERYONE, refuses=(UnknownPipeline,))
async def show_pipeline(code: PipelineCode, read: Read) -> PipelineVersions:
    """One pipeline with all its versions, the newest first."""
    table = PipelineVersionRow.table.c
    rows = await read.all(select(PipelineVersionRow.table).where(table.pipeline_id == pipeline_id(code)).order_by(table.version.desc()))
    found = [row for row in with_built_in(rows) if row.code == code]
    if not found:
        raise UnknownPipeline
    return PipelineVersions(data=found)


def with_built_in(rows: Sequence[dict[str, Any]]) -> list[PipelineRow]:
    """The versions people wrote and, behind them, those the product brings along."""
    live = {row["code"] for row in rows if row["status"] == "live"}
    unwritten: dict[str, Any] = dict.fromkeys(("drafted_by", "drafted_at", "activated_by", "activated_at"))
    built_in = [
        PipelineRow(code=code, version=0, status="retired" if code in live else "live", pipeline=says, **unwritten)
        for code, says in BUILT_IN.items()
    ]
    written = [PipelineRow(**{name: row[name] for name in PipelineRow.model_fields}) for row in rows]
    return sorted([*written, *built_in], key=lambda row: (row.code, -row.version))


async def pipeline_of(code: str, version: int, read: Read) -> Pipeline:
    """What a version of a pipeline says.

    Raises:
        UnknownPipeline: there is none.
    """
    if version == 0 and code in BUILT_IN:
        return BUILT_IN[code]
    table = PipelineVersionRow.table.c
    row = await read.one(
        select(table.pipeline).where(table.pipeline_id == pipeline_id(code), table.version == version), UnknownPipeline
    )  # fmt: skip
    return Pipeline.model_validate(row["pipeline"])
