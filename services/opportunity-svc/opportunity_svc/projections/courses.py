"""Each version of each pipeline."""

from ltc_events import Fact, change, on, projection, put
from ltc_events.projection import Row
from ltc_kit.versioned_document import activation
from sqlalchemy import JSON, Column, DateTime, Integer, Table, Text
from sqlalchemy.dialects.postgresql import UUID

from ..pipeline.rules import PipelineActivated, PipelineDrafted
from .schema import read

pipelines = Table(
    "pipeline",
    read,
    Column("pipeline_id", UUID, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("code", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("pipeline", JSON, nullable=False),
    Column("drafted_by", Text, nullable=False),
    Column("drafted_at", DateTime(timezone=True), nullable=False),
    Column("activated_by", Text),
    Column("activated_at", DateTime(timezone=True)),
)


def drafted(written: PipelineDrafted, fact: Fact) -> Row:
    """A version nobody goes by yet."""
    return {
        "pipeline_id": written.pipeline_id,
        "version": written.version,
        "code": written.code,
        "status": "draft",
        "pipeline": written.pipeline.model_dump(mode="json"),
        "drafted_by": written.drafted_by,
        "drafted_at": fact.occurred_at,
        "activated_by": None,
        "activated_at": None,
    }


pipeline_list = projection(
    "pipeline_list",
    on(PipelineDrafted, put(pipelines, drafted)),
    on(PipelineActivated, change(pipelines, activation("pipeline_id"))),
)
