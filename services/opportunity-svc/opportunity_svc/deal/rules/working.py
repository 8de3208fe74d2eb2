"""Working on a deal: it is opened, and lost or given up, and what we learn from that."""

from datetime import date
from typing import Literal
from uuid import UUID

from ltc_events import Code, Command, Money, Name, Refusal, Text, UserId
from ltc_events.opportunity import FailureSummary, LossReason, OpportunityLost, OpportunityOpened
from ltc_events.opportunity_gates import DeclineReason, OpportunityDeclined

from ...pipeline.rules import DEFAULT, Pipeline
from .events import PipelineChosen
from .stages import entered, lapsed
from .states import Course, Nobody, Open, Opportunity, OpportunityEvent, must_have_come


class OpenOpportunity(Command):
    """Begin to work on a deal."""

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
    """Which way it goes; it begins in the version that counts then."""


class ChoosePipeline(Command):
    """Let a deal that has not moved yet go by another pipeline, in the version that counts now."""

    opportunity_id: UUID
    pipeline: Code
    actor: UserId


class LoseOpportunity(Command):
    """Give the deal up, and say what we learn from it."""

    opportunity_id: UUID
    reason: LossReason
    lesson: Text
    competitor: Code | None = None
    failure_summary: FailureSummary | None = None
    lost_on: date
    today: date


class DeclineOpportunity(Command):
    """Do not let a deal in, or do not bid for it."""

    opportunity_id: UUID
    how: Literal["not_admitted", "no_bid"]
    reason: DeclineReason
    note: Text
    declined_on: date
    today: date
    actor: UserId


class FailureSummaryMissing(Refusal):
    """A lost project needs a failure summary: cause, turning point, and what we do next time."""


class DealUnderWay(Refusal):
    """The deal is under way in the pipeline {pipeline}: it keeps the version it began with."""


class AlreadyAdmitted(Refusal):
    """The deal is past its first stage or gate, so it was let in: say `no_bid`, or lose it."""


def open_(opportunity: Opportunity, pipeline: tuple[int, Pipeline], command: OpenOpportunity) -> list[OpportunityEvent]:
    if not isinstance(opportunity, Nobody):
        return []  # heard twice, opened once
    opened = OpportunityOpened(**{name: value for name, value in dict(command).items() if name != "pipeline"})
    course = Course(command.pipeline, *pipeline)
    if (course.code, course.version) == (DEFAULT, 0):
        return [opened]  # what the product brings along goes without saying
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
    """Whether it left its first stage, anything was ever asked about it, or cost was booked for it."""
    return deal.course.at > 0 or bool(deal.costs) or any(decisions.rounds for decisions in deal.gates.values())


def lose(deal: Open, command: LoseOpportunity) -> list[OpportunityEvent]:
    must_have_come(command.lost_on, command.today)
    if deal.course.pipeline.profile == "project" and command.failure_summary is None:
        raise FailureSummaryMissing
    lost = OpportunityLost(
        opportunity_id=command.opportunity_id,
        lead_id=deal.lead_id,
        reason=command.reason,
        lesson=command.lesson,
        competitor=command.competitor,
        failure_summary=command.failure_summary,
        lost_on=command.lost_on,
    )
    return [*lapsed(command.opportunity_id, deal), lost]


def decline(deal: Open, command: DeclineOpportunity) -> list[OpportunityEvent]:
    must_have_come(command.declined_on, command.today)
    if command.how == "not_admitted" and (deal.course.at > 0 or any(decisions.passed for decisions in deal.gates.values())):
        raise AlreadyAdmitted
    declined = OpportunityDeclined(
        opportunity_id=command.opportunity_id,
        lead_id=deal.lead_id,
        how=command.how,
        reason=command.reason,
        note=command.note,
        declined_on=command.declined_on,
        declined_by=command.actor,
    )
    return [*lapsed(command.opportunity_id, deal), declined]
