"""Decisions at the gates: requested, made within a mandate (never by the maker), escalated, and their conditions fulfilled."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Annotated
from uuid import UUID

from ltc_events import Command, Money, Refusal, Stream, Text, UserId, Value
from ltc_events.filled import Actor
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

from ...mandate import rules as mandates
from ...mandate.rules import Grant, Mandate, mandate_id
from ...pipeline.rules import Stage
from .criteria import QuoteSeen, unmet
from .events import DecisionLapsed
from .history import history
from .stages import deal_and_quote, open_conditions, undecided
from .states import Asked, Open, Opportunity, OpportunityEvent


class RequestDecision(Command):
    """Request a decision about a gate from those who may make it."""

    opportunity_id: UUID
    gate: Gate
    business_case: Text
    quote_id: UUID | None = None
    actor: UserId
    now: datetime

    def reads(self) -> Sequence[Stream]:
        """The deal, and the quote that is named."""
        return deal_and_quote(self.opportunity_id, self.quote_id)


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


class DecideGate(Command):
    """Decide about a gate by the actor's own mandate, or by one that its holder delegated to the actor."""

    opportunity_id: UUID
    gate: Gate
    round: Round
    """The request that the actor has read."""
    verdict: Verdict
    on_behalf_of: UserId | None = None
    actor: UserId
    today: date

    @property
    def mandate_id(self) -> UUID:
        """The stream of the mandate that is used."""
        return mandate_id(self.on_behalf_of or self.actor)

    def reads(self) -> Sequence[Stream]:
        """The deal and the mandate."""
        return (history.of(self.opportunity_id), mandates.decider.of(self.mandate_id))


class FulfilCondition(Command):
    """Note that a condition of a decision is fulfilled."""

    opportunity_id: UUID
    gate: Gate
    number: int
    evidence: Text = Field(examples=["Guarantee of the parent company, received 3 March"])
    actor: Actor


class WithdrawRequest(Command):
    """Withdraw a request for a decision."""

    opportunity_id: UUID
    gate: Gate
    actor: Actor


class EscalateDecision(Command):
    """Escalate a decision that was not made in time."""

    opportunity_id: UUID
    gate: Gate
    round: Round


class UnknownGate(Refusal):
    """The pipeline of this deal has no gate {gate}."""

    status = 404


class GateNotReached(Refusal):
    """The gate {gate} ends the stage {stage}, which the deal has not come to yet."""


class GateNotReady(Refusal):
    """The gate {gate} cannot be decided yet. Missing: {unmet}."""


class AlreadyRequested(Refusal):
    """A decision about {gate} is requested already."""


class AlreadyPassed(Refusal):
    """The gate {gate} is passed already, and nothing that was decided has changed."""


class NothingRequested(Refusal):
    """No decision about {gate} is requested."""


class NotYourRequest(Refusal):
    """Only {requested_by}, who requested it, or the account manager withdraws the request."""


class UnknownCondition(Refusal):
    """The decision about {gate} has no condition {number}."""

    status = 404


class DeciderIsMaker(Refusal):
    """Four eyes: the requester and the account manager do not decide their own request."""


class AuthorityBackToMaker(Refusal):
    """{holder} requested the decision or manages the account: their mandate cannot decide it, also when delegated."""


class BeyondMandate(Refusal):
    """A decision about {gate} for {amount} is beyond this mandate today. Who may decide: {who}."""


class RequestHasChanged(Refusal):
    """The request was made anew after you read it: read it again."""


# ── the request ───────────────────────────────────────────────────────────────────────────────────────────────────────


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


def must_be_requested(deal: Open, gate: Gate) -> Asked:
    asked = deal.decisions(gate).asked
    if asked is None:
        raise NothingRequested(gate=gate)
    return asked


def withdraw(deal: Open, command: WithdrawRequest) -> list[OpportunityEvent]:
    asked = must_be_requested(deal, command.gate)
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


# ── the decision ──────────────────────────────────────────────────────────────────────────────────────────────────────


def decide_gate(deal: Open, asked: Asked, held: Mandate, command: DecideGate) -> list[OpportunityEvent]:
    if asked.round != command.round:
        raise RequestHasChanged
    must_be_another(deal, asked, command)
    authority = must_be_covered(held, asked.amount, command)
    if command.verdict.outcome != "rejected":
        must_be_ready(deal, gate_stage(deal, command.gate), command.gate, asked.quote)
    made = DecisionMade(
        opportunity_id=command.opportunity_id,
        gate=command.gate,
        round=asked.round,
        outcome=command.verdict.outcome,
        conditions=command.verdict.conditions,
        reason=command.verdict.reason,
        decided_by=command.actor,
        on_behalf_of=command.on_behalf_of,
        authority_ref=authority.id,
        limit=authority.max_amount,
    )
    return [made]


def must_be_another(deal: Open, asked: Asked, command: DecideGate) -> None:
    """The maker of a request does not decide it."""
    makers = {asked.requested_by, deal.account_manager}
    if command.actor in makers:
        raise DeciderIsMaker
    if command.on_behalf_of in makers:
        raise AuthorityBackToMaker(holder=command.on_behalf_of)


def must_be_covered(held: Mandate, amount: Money, command: DecideGate) -> Grant:
    """The grant or delegation that allows it."""
    if command.on_behalf_of is None:
        found = held.own(command.gate, amount, command.today)
    else:
        found = held.delegated(command.actor, command.gate, amount, command.today)
    if found is None:
        raise BeyondMandate(gate=command.gate, amount=str(amount), who=[])
    return found
