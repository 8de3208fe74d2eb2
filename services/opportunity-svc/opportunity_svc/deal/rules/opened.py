"""A deal is opened from a lead, in the version of its pipeline that counts then; further leads may join it."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from ltc_events import Code, Command, Money, Name, Refusal, Stream, Text, UserId
from ltc_events.filled import Actor
from ltc_events.opportunity import OpportunityJoined, OpportunityJoinRefused, OpportunityOpened
from pydantic import Field

from ...pipeline import rules as pipelines
from ...pipeline.rules import DEFAULT, Pipeline, PipelineCode, pipeline_id
from .events import PipelineChosen
from .history import history
from .stages import entered
from .states import Closed, Course, NotOpened, Open, Opportunity, OpportunityEvent, Suspended


class OpenOpportunity(Command):
    """Open a deal."""

    opportunity_id: UUID
    lead_id: UUID
    party_id: UUID
    company: Name
    need: Text
    value: Money
    account_manager: UserId
    solution_manager: UserId
    fulfilment_manager: UserId
    expected_close: date
    pipeline: Code = DEFAULT
    """It begins in the version of this pipeline that counts now, and keeps it to its end."""

    def reads(self) -> Sequence[Stream]:
        """The deal and its pipeline."""
        return (history.of(self.opportunity_id), pipelines.decider.of(pipeline_id(self.pipeline)))


class ChoosePipeline(Command):
    """Let a deal that has not moved yet go by another pipeline.

    It keeps the version that counts now, whatever is activated later.
    """

    opportunity_id: UUID
    pipeline: PipelineCode = Field(examples=["project"])
    actor: Actor

    def reads(self) -> Sequence[Stream]:
        """The deal and the pipeline."""
        return (history.of(self.opportunity_id), pipelines.decider.of(pipeline_id(self.pipeline)))


class JoinOpportunity(Command):
    """Add a further lead to the deal."""

    opportunity_id: UUID
    lead_id: UUID
    party_id: UUID
    need: Text
    value: Money


class DealUnderWay(Refusal):
    """The deal is under way in the pipeline {pipeline}: it keeps the version it began with."""


def open_deal(opportunity: Opportunity, pipeline: tuple[int, Pipeline], command: OpenOpportunity) -> list[OpportunityEvent]:
    if not isinstance(opportunity, NotOpened):
        return []  # consumed twice, opened once
    opened = OpportunityOpened(**{name: value for name, value in dict(command).items() if name != "pipeline"})
    course = Course(command.pipeline, *pipeline)
    if (course.code, course.version) == (DEFAULT, 0):
        return [opened]  # the built-in pipeline needs no event
    return [opened, *begun(command.opportunity_id, course, command.value, None)]


def choose(deal: Open, pipeline: tuple[int, Pipeline], command: ChoosePipeline) -> list[OpportunityEvent]:
    course = Course(command.pipeline, *pipeline)
    if deal.course == course:
        return []
    if moved(deal):
        raise DealUnderWay(pipeline=deal.course.code)
    return begun(command.opportunity_id, course, deal.value, command.actor)


def begun(deal: UUID, course: Course, value: Money, actor: str | None) -> list[OpportunityEvent]:
    chosen = PipelineChosen(
        opportunity_id=deal, code=course.code, version=course.version, pipeline=course.pipeline, chosen_by=actor
    )  # fmt: skip
    return [chosen, entered(deal, course, value, actor, previous=None)]


def moved(deal: Open) -> bool:
    """Whether it left its first stage, a decision was requested about it, or cost was booked for it."""
    return deal.course.at > 0 or bool(deal.costs) or any(decisions.rounds for decisions in deal.gates.values())


def join(opportunity: Opportunity, command: JoinOpportunity) -> list[OpportunityEvent]:
    """Never refused: lead-svc waits for the answer, and opens a lead again that came too late."""
    if isinstance(opportunity, Open | Suspended):
        return [OpportunityJoined(**dict(command))]
    ended = opportunity.status if isinstance(opportunity, Closed) else "unknown"
    return [OpportunityJoinRefused(opportunity_id=command.opportunity_id, lead_id=command.lead_id, ended=ended)]
