"""Asking: somebody is to decide about a gate; what comes of that, and of what the decision made a condition."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from ltc_events import Command, Refusal, Text, UserId, Value
from ltc_events.opportunity_gates import (
    Condition,
    ConditionFulfilled,
    DecisionEscalated,
    DecisionMade,
    DecisionRequested,
    Gate,
    Outcome,
    Round,
)
from pydantic import ConfigDict, Field, model_validator

from ...pipeline.rules import Stage
from .criteria import QuoteSeen, unmet
from .events import DecisionLapsed
from .stages import open_conditions, undecided
from .states import Asked, Decisions, Open, Opportunity, OpportunityEvent, Passed


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
        asked = before.asked
        made_by = frozenset(user for user in (event.decided_by, event.on_behalf_of) if user is not None)
        passed = Passed(
            event.round,
            asked.quote if asked else None,
            event.conditions,
            limit=event.limit or (asked.amount if asked else None),
            made_by=made_by,
        )
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
    fulfilled = replace(before.passed, fulfilled=before.passed.fulfilled | {event.number})
    return deal.with_decisions(event.gate, replace(before, passed=fulfilled))
