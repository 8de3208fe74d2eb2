"""When each deal came to which stage, and when it was over: what its time in a stage is reckoned from."""

from ltc_events import Fact, on, projection, put
from ltc_events.opportunity import OpportunityLost, OpportunityOpened, OpportunityWon
from ltc_events.opportunity_gates import OpportunityCancelled, OpportunityDeclined, StageEntered
from ltc_events.projection import Row
from sqlalchemy import Boolean, Column, DateTime, Index, Integer, Table, Text
from sqlalchemy.dialects.postgresql import UUID

from ..pipeline.rules import DEFAULT, LIGHT
from .schema import read

stage_passings = Table(
    "stage_passing",
    read,
    Column("opportunity_id", UUID, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("pipeline", Text),
    Column("stage", Text),
    Column("begins", Boolean, nullable=False),
    Index("stage_passing_of", "pipeline", "stage"),
)
"""In the order of the deal's own versions. Where a way ``begins``, the stage before it was none of that way; the end has no stage."""


def opened(deal: OpportunityOpened, fact: Fact) -> Row:
    """The first stage of how deals begin; those that begin otherwise say so at once."""
    return row(fact, DEFAULT, LIGHT.stages[0].code, begins=True)


def entered(deal: StageEntered, fact: Fact) -> Row:
    """The stage it came to."""
    return row(fact, deal.pipeline, deal.stage, begins=deal.previous is None)


def ended(deal: OpportunityWon | OpportunityLost | OpportunityDeclined | OpportunityCancelled, fact: Fact) -> Row:
    """Nothing goes on any more."""
    return row(fact, None, None, begins=False)


def row(fact: Fact, pipeline: str | None, stage: str | None, *, begins: bool) -> Row:
    return {
        "opportunity_id": fact.stream_id, "version": fact.version, "at": fact.occurred_at, "pipeline": pipeline, "stage": stage,
        "begins": begins,
    }  # fmt: skip


stage_passing = projection(
    "stage_passing",
    on(OpportunityOpened, put(stage_passings, opened)),
    on(StageEntered, put(stage_passings, entered)),
    *(on(event, put(stage_passings, ended)) for event in (OpportunityWon, OpportunityLost, OpportunityDeclined, OpportunityCancelled)),
)
