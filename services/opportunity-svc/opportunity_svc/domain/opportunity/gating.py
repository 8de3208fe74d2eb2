"""Gates: nothing passes a stage or a decision point before everything it asks for is there."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from ltc_events import Command, Money, Refusal, Text, UserId, Value
from ltc_events.opportunity_gates import (
    Condition,
    ConditionFulfilled,
    DecisionEscalated,
    DecisionMade,
    DecisionRequested,
    Gate,
    Outcome,
    Round,
    StageEntered,
)
from pydantic import ConfigDict, Field, model_validator

from ..pipeline import PipelineCode, Stage
from .criteria import QuoteSeen, Unmet, unmet
from .states import Asked, Course, DecisionLapsed, Decisions, Open, Opportunity, OpportunityEvent, Passed

# ── commands ──────────────────────────────────────────────────────────────────────────────────────────────────────────


class EnterStage(Command):
    """Let a deal go on to a later stage."""

    opportunity_id: UUID
    stage: PipelineCode | None = None
    """The next one, if nothing is said."""
    quote_id: UUID | None = None
    """The approved quote, where a stage asks for one."""
    actor: UserId


class RequestDecision(Command):
    """Ask those who may to decide about a gate."""

    opportunity_id: UUID
    gate: Gate
    business_case: Text
    quote_id: UUID | None = None
    actor: UserId
    now: datetime


class Verdict(Value):
    """What was decided, and on which conditions or for which reason."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    outcome: Outcome
    conditions: Annotated[tuple[Condition, ...], Field(max_length=20)] = ()
    reason: Text | None = None

    @model_validator(mode="after")
    def conditions_and_reason_where_they_belong(self) -> "Verdict":
        """A conditional decision has conditions, and no other; a rejection says why."""
        if (self.outcome == "conditional") != bool(self.conditions):
            raise ValueError("`conditional` names its conditions, and nothing else has any")
        if self.outcome == "rejected" and self.reason is None:
            raise ValueError("a rejection gives its `reason`")
        return self


class FulfilCondition(Command):
    """Note that what a decision made a condition is done."""

    opportunity_id: UUID
    gate: Gate
    number: int
    evidence: Text
    actor: UserId


class WithdrawRequest(Command):
    """Nobody has to decide any more."""

    opportunity_id: UUID
    gate: Gate
    actor: UserId


class EscalateDecision(Command):
    """Tell somebody above, unless it was decided in time."""

    opportunity_id: UUID
    gate: Gate
    round: Round


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


class UnknownGate(Refusal):
    """The pipeline of this deal has no gate {gate}."""

    status = 404


class GateNotReached(Refusal):
    """The gate {gate} ends the stage {stage}, which the deal has not come to yet."""


class GateNotReady(Refusal):
    """Nobody can decide about {gate} yet. Missing: {unmet}."""


class AlreadyRequested(Refusal):
    """Somebody is asked about {gate} already."""


class AlreadyPassed(Refusal):
    """It was decided for {gate} already, and nothing it is about has changed."""


class NothingRequested(Refusal):
    """Nobody is asked about {gate}."""


class NotYourRequest(Refusal):
    """Only {requested_by}, who asked, or the account manager withdraws the request."""


class UnknownCondition(Refusal):
    """The decision about {gate} has no condition {number}."""

    status = 404


class NotReadyToWin(Refusal):
    """The deal cannot be won yet. Missing: {unmet}."""


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
        who=f"whoever holds a mandate for {gate}" if asked else "account_manager",
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


# ── decisions ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def request(deal: Open, quote: QuoteSeen | None, command: RequestDecision) -> list[OpportunityEvent]:
    stage = gate_stage(deal, command.gate)
    before = deal.decisions(command.gate)
    if before.asked is not None:
        raise AlreadyRequested(gate=command.gate)
    if before.passed is not None and (quote is None or before.passed.quote == quote):
        raise AlreadyPassed(gate=command.gate)
    must_be_ready(deal, stage, command.gate, quote)
    requested = DecisionRequested(
        opportunity_id=command.opportunity_id,
        gate=command.gate,
        round=before.rounds + 1,
        amount=quote.net if quote is not None and command.gate == "ATC" else deal.value,
        business_case=command.business_case,
        quote_id=quote and quote.quote_id,
        quote_hash=quote and quote.hash,
        quote_net=quote and quote.net,
        requested_by=command.actor,
        due=command.now + timedelta(days=stage.sla_days),
    )
    return [requested]


def gate_stage(deal: Open, gate: Gate) -> Stage:
    """The stage that the gate ends; the deal has come to it."""
    stages = deal.course.pipeline.stages
    number = next((number for number, stage in enumerate(stages) if stage.gate == gate), None)
    if number is None:
        raise UnknownGate(gate=gate)
    if number > deal.course.at:
        raise GateNotReached(gate=gate, stage=stages[number].code)
    return stages[number]


def must_be_ready(deal: Open, stage: Stage, gate: Gate, quote: QuoteSeen | None) -> None:
    """Everything the gate asks for is there, and what decisions before it made a condition is done."""
    earlier = deal.course.pipeline.stages[: deal.course.pipeline.stages.index(stage)]
    lacking = [*unmet([stage], deal.known(quote)), *undecided(deal, earlier), *open_conditions(deal, earlier)]
    if lacking:
        raise GateNotReady(gate=gate, unmet=lacking)


def must_be_asked(deal: Open, gate: Gate) -> Asked:
    asked = deal.decisions(gate).asked
    if asked is None:
        raise NothingRequested(gate=gate)
    return asked


def withdraw(deal: Open, command: WithdrawRequest) -> list[OpportunityEvent]:
    asked = must_be_asked(deal, command.gate)
    if command.actor not in (asked.requested_by, deal.account_manager):
        raise NotYourRequest(requested_by=asked.requested_by)
    return [DecisionLapsed(opportunity_id=command.opportunity_id, gate=command.gate, round=asked.round)]


def lapsed(opportunity_id: UUID, deal: Open) -> list[OpportunityEvent]:
    """Whatever is still asked, when the deal is over."""
    return [
        DecisionLapsed(opportunity_id=opportunity_id, gate=gate, round=decisions.asked.round)
        for gate, decisions in deal.gates.items()
        if decisions.asked is not None
    ]


def escalate(opportunity: Opportunity, command: EscalateDecision) -> list[OpportunityEvent]:
    asked = opportunity.decisions(command.gate).asked if isinstance(opportunity, Open) else None
    if asked is None or asked.round != command.round or asked.escalated:
        return []  # it was decided, or it is another request by now
    escalated = DecisionEscalated(
        opportunity_id=command.opportunity_id, gate=command.gate, round=asked.round, requested_by=asked.requested_by, due=asked.due
    )
    return [escalated]


def fulfil(deal: Open, command: FulfilCondition) -> list[OpportunityEvent]:
    passed = deal.decisions(command.gate).passed
    if passed is None or not 1 <= command.number <= len(passed.conditions):
        raise UnknownCondition(gate=command.gate, number=command.number)
    if command.number in passed.fulfilled:
        return []
    fulfilled = ConditionFulfilled(
        opportunity_id=command.opportunity_id,
        gate=command.gate,
        round=passed.round,
        number=command.number,
        evidence=command.evidence,
        fulfilled_by=command.actor,
    )
    return [fulfilled]


# ── what becomes of the deal ──────────────────────────────────────────────────────────────────────────────────────────


def asked_for(deal: Open, event: DecisionRequested) -> Open:
    quote = None
    if event.quote_id is not None and event.quote_hash is not None and event.quote_net is not None:
        quote = QuoteSeen(event.quote_id, event.quote_hash, event.quote_net)
    before = deal.decisions(event.gate)
    asked = Asked(event.round, event.requested_by, event.amount, quote, event.due)
    return deal.with_decisions(event.gate, Decisions(event.round, asked, before.passed))


def decided(deal: Open, event: DecisionMade) -> Open:
    before = deal.decisions(event.gate)
    passed = before.passed
    if event.outcome != "rejected":
        passed = Passed(event.round, before.asked.quote if before.asked else None, event.conditions)
    return deal.with_decisions(event.gate, Decisions(before.rounds, None, passed))


def dropped(deal: Open, event: DecisionLapsed) -> Open:
    before = deal.decisions(event.gate)
    asked = before.asked if before.asked and before.asked.round != event.round else None
    passed = before.passed if before.passed and before.passed.round != event.round else None
    return deal.with_decisions(event.gate, Decisions(before.rounds, asked, passed))


def done(deal: Open, event: ConditionFulfilled) -> Open:
    before = deal.decisions(event.gate)
    if before.passed is None:
        return deal
    passed = before.passed
    fulfilled = Passed(passed.round, passed.quote, passed.conditions, passed.fulfilled | {event.number})
    return deal.with_decisions(event.gate, Decisions(before.rounds, before.asked, fulfilled))
