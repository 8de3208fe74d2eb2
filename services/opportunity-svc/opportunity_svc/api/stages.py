"""How a deal goes on: by which pipeline, to which stage, and what is still missing."""

from collections.abc import Sequence
from typing import Literal
from uuid import UUID

from ltc_events.opportunity_gates import Gate, Profile
from ltc_runtime.http import EVERYONE, Body, Handle, Read, View
from pydantic import Field

from ..deal.rules.criteria import Unmet, unmet
from ..deal.rules.opened import ChoosePipeline, DealUnderWay
from ..deal.rules.stages import EnterStage, LastStage, StageBehind, StageNotDone, UnknownStage, gate_missing, left_to_win, open_conditions
from ..deal.rules.states import Open, UnknownOpportunity
from ..pipeline.rules import PipelineCode, UnknownPipeline
from ..quote.rules.gates import QuoteOfOtherOpportunity, UnknownQuote
from .knowing import known_deal
from .resource import OPEN, opportunities
from .roles import SALES, WRITERS


class PipelineBody(Body):
    """Which pipeline the deal goes by."""

    pipeline: PipelineCode = Field(examples=["project"])


@opportunities.act("/{opportunity_id}/pipeline", roles=SALES, refuses=(*OPEN, UnknownPipeline, DealUnderWay))
async def choose_pipeline(opportunity_id: UUID, body: PipelineBody, handle: Handle) -> None:
    """Let a deal that has not moved yet go by another pipeline.

    It keeps the version that counts now, whatever is activated later.
    """
    return await handle(ChoosePipeline(opportunity_id=opportunity_id, pipeline=body.pipeline, actor=handle.actor))


class StageBody(Body):
    """Where the deal goes on to."""

    stage: PipelineCode | None = Field(None, description="The next one, if nothing is said.", examples=["guiding"])
    quote_id: UUID | None = Field(None, description="The approved quote, where a stage that is left asks for one.")


@opportunities.act(
    "/{opportunity_id}/stage",
    roles=WRITERS,
    refuses=(*OPEN, UnknownStage, StageBehind, LastStage, StageNotDone, UnknownQuote, QuoteOfOtherOpportunity),
)
async def enter_stage(opportunity_id: UUID, body: StageBody, handle: Handle) -> None:
    """Let a deal go on to a later stage.

    Whatever the stages on the way ask for is listed where it is refused, with who can see to it.
    """
    return await handle(EnterStage(opportunity_id=opportunity_id, stage=body.stage, quote_id=body.quote_id, actor=handle.actor))


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


@opportunities.query("/{opportunity_id}/progress", roles=EVERYONE, refuses=(UnknownOpportunity,))
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
