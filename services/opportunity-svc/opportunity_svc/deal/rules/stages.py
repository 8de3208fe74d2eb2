"""Stages: a deal leaves a stage, and is won, once everything that its pipeline asks for is there."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from ltc_events import Command, Money, Refusal, States, Stream
from ltc_events.filled import Actor
from ltc_events.opportunity_gates import (
    Gate,
    StageEntered,
)
from pydantic import Field

from ...pipeline.rules import PipelineCode, Stage
from ...quote.rules.gates import must_be_of, must_exist
from ...quote.rules.states import Accepted, Approved, Content, Sent
from ...quote.rules.states import history as quotes
from .criteria import QuoteSeen, Unmet, unmet
from .events import DecisionLapsed
from .history import history
from .states import Course, Open, OpportunityEvent

# ── commands ──────────────────────────────────────────────────────────────────────────────────────────────────────────


class EnterStage(Command):
    """Let a deal go on to a later stage.

    Whatever the stages on the way ask for is listed where it is refused, with who can see to it.
    """

    opportunity_id: UUID
    stage: PipelineCode | None = Field(None, description="The next one, if nothing is said.", examples=["guiding"])
    quote_id: UUID | None = Field(None, description="The approved quote, where a stage that is left asks for one.")
    actor: Actor

    def reads(self) -> Sequence[Stream]:
        """The deal, and the quote that is named."""
        return deal_and_quote(self.opportunity_id, self.quote_id)


# ── refusals ──────────────────────────────────────────────────────────────────────────────────────────────────────────


class UnknownStage(Refusal):
    """The pipeline of this deal has no stage {stage}."""

    status = 404


class StageBehind(Refusal):
    """The deal is in the stage {stage} already, or past it: a deal goes forward only."""


class LastStage(Refusal):
    """This is the last stage: win the deal, or lose it."""


class StageNotDone(Refusal):
    """The deal cannot go on yet. Missing: {unmet}."""


class NotReadyToWin(Refusal):
    """The deal cannot be won yet. Missing: {unmet}."""


# ── the quote that a stage or a gate looks at ──────────────────────────────────────────────────────────────────────────


def deal_and_quote(opportunity_id: UUID, quote_id: UUID | None) -> Sequence[Stream]:
    deal = history.of(opportunity_id)
    return (deal,) if quote_id is None else (deal, quotes.of(quote_id))


def approved_quote(states: States, opportunity_id: UUID, quote_id: UUID | None) -> QuoteSeen | None:
    """The quote, if one is named and it is approved; it is of this deal."""
    if quote_id is None:
        return None
    quote = must_exist(states.of(quotes, quote_id))
    must_be_of(quote.content, opportunity_id)
    return quote_seen(quote.content, quote_id) if isinstance(quote, Approved | Sent | Accepted) else None


def quote_seen(content: Content, quote_id: UUID) -> QuoteSeen:
    """What a criterion sees of a quote."""
    return QuoteSeen(quote_id, content.hash, content.net)


# ── stages ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def entered(deal: UUID, course: Course, value: Money, actor: str | None, previous: str | None) -> StageEntered:
    """That the deal is in this stage now."""
    return StageEntered(
        opportunity_id=deal,
        pipeline=course.code,
        pipeline_version=course.version,
        profile=course.pipeline.profile,
        stage=course.stage.code,
        previous=previous,
        number=course.at + 1,
        weighted=value.times(course.stage.probability),
        entered_by=actor,
    )


def enter(deal: Open, quote: QuoteSeen | None, command: EnterStage) -> list[OpportunityEvent]:
    course = deal.course
    to = target(course, command.stage)
    passing = course.pipeline.stages[course.at : to]
    lacking = [*unmet(passing, deal.known(quote or decided_quote(deal))), *undecided(deal, passing)]
    if lacking:
        raise StageNotDone(unmet=lacking)
    there = Course(course.code, course.version, course.pipeline, to)
    return [entered(command.opportunity_id, there, deal.value, command.actor, course.stage.code)]


def target(course: Course, stage: str | None) -> int:
    to = course.at + 1 if stage is None else course.pipeline.number_of(stage)
    if to is None:
        raise UnknownStage(stage=stage)
    if to <= course.at:
        raise StageBehind(stage=stage)
    if to >= len(course.pipeline.stages):
        raise LastStage
    return to


def decided_quote(deal: Open) -> QuoteSeen | None:
    """The quote that the last gate was decided on."""
    passed = deal.decisions("ATC").passed
    return passed.quote if passed is not None else None


def must_be_through(deal: Open, quote: QuoteSeen) -> None:
    """Who wins has passed every gate of the pipeline, the last one on this very quote, and all that its stages ask for."""
    lacking = left_to_win(deal, quote)
    if lacking:
        raise NotReadyToWin(unmet=lacking)


def left_to_win(deal: Open, quote: QuoteSeen | None) -> list[Unmet]:
    """What is missing altogether, in the order of the stages."""
    stages = deal.course.pipeline.stages
    gates = [*undecided(deal, stages), *open_conditions(deal, stages), *(decided_on_another(deal, quote) if quote else ())]
    order = [stage.code for stage in stages]
    return sorted([*unmet(deal.course.left, deal.known(quote)), *gates], key=lambda each: order.index(each.stage or order[0]))


def undecided(deal: Open, stages: Iterable[Stage]) -> list[Unmet]:
    """The gates of these stages that were not passed."""
    return [gate_missing(deal, stage, stage.gate) for stage in stages if stage.gate and deal.decisions(stage.gate).passed is None]


def gate_missing(deal: Open, stage: Stage, gate: Gate) -> Unmet:
    asked = deal.decisions(gate).asked is not None
    return Unmet(
        criterion="gate_passed",
        stage=stage.code,
        gate=gate,
        needs=f"the decision {gate}" + (", which was asked for" if asked else ""),
        who=f"holder of a mandate for {gate}" if asked else "account_manager",
        user=None if asked else deal.account_manager or None,
        operation="decide_gate" if asked else "request_decision",
    )


def decided_on_another(deal: Open, quote: QuoteSeen) -> list[Unmet]:
    passed = deal.decisions("ATC").passed
    if passed is None or (passed.quote is not None and passed.quote.hash == quote.hash):
        return []
    stage = next(stage for stage in deal.course.pipeline.stages if stage.gate == "ATC")
    missing = gate_missing(deal, stage, "ATC")
    return [missing.model_copy(update={"needs": "the decision ATC about this quote: another one was decided on"})]


def open_conditions(deal: Open, stages: Iterable[Stage]) -> list[Unmet]:
    """What was made a condition at the gates of these stages, and is not done."""
    return [
        Unmet(
            criterion="condition_fulfilled",
            stage=stage.code,
            gate=stage.gate,
            needs=f"condition {number} of {stage.gate}: {condition.text}"[:4000],
            who="owner of the condition",
            user=condition.owner,
            operation="fulfil_condition",
        )
        for stage in stages
        if stage.gate and (passed := deal.decisions(stage.gate).passed) is not None
        for number, condition in passed.open
    ]


def lapsed(opportunity_id: UUID, deal: Open) -> list[OpportunityEvent]:
    """Whatever is still asked, when the deal is over."""
    return [
        DecisionLapsed(opportunity_id=opportunity_id, gate=gate, round=decisions.asked.round)
        for gate, decisions in deal.gates.items()
        if decisions.asked is not None
    ]
