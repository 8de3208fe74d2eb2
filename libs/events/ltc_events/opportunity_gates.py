"""What opportunity-svc publishes of a deal: the stages it enters, what was decided about it, and why it was given up early."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from .values import Code, Money, Name, Sha256, Text, UserId, Value
from .vocabulary import PublishedEvent

Gate = Literal["ATI", "ATB", "ATC"]
"""Decision points (决策点): authorise to invest (立项), to bid (投标), to contract (签约)."""

GATES: tuple[Gate, ...] = ("ATI", "ATB", "ATC")
"""In the order a deal meets them."""

Profile = Literal["light", "project"]
"""How much process a deal gets: a few steps, or all gates."""

Outcome = Literal["approved", "conditional", "rejected"]

Round = Annotated[int, Field(ge=1)]
"""How often this decision was asked for, this time included."""

DeclineReason = Literal["out_of_scope", "thin_margin", "no_capacity", "credit", "no_chance", "terms", "other"]

SuspendReason = Literal["customer_postponed", "budget_frozen", "awaiting_decision", "no_capacity", "dispute", "other"]

BidCostKind = Literal["labour", "travel", "material", "poc", "consulting", "fee", "other"]

CancelReason = Literal["customer_gave_up", "duplicate", "opened_by_mistake", "merged", "other"]
"""Why a deal ends that was neither won nor lost."""


class Condition(Value):
    """What has to be done before the next gate, because a decision says so."""

    text: Text
    owner: UserId
    due: date


class StageEntered(PublishedEvent, type="ltc.opportunity.stage-entered.v1"):
    """A deal came one stage further, or more."""

    opportunity_id: UUID
    pipeline: Code
    pipeline_version: int
    """0 is what the product brings along."""
    profile: Profile
    stage: Code
    previous: Code | None = None
    """The stage it leaves; none where its way begins."""
    number: int
    """Of the stage in its pipeline, from 1."""
    weighted: Money
    """The value of the deal times the probability that the pipeline gives this stage."""
    entered_by: UserId | None = None


class DecisionRequested(PublishedEvent, type="ltc.opportunity.decision-requested.v1"):
    """All that a gate needs is there: an approver decides now."""

    opportunity_id: UUID
    gate: Gate
    round: Round
    amount: Money
    """What it is about: the value of the deal, or the quote's net."""
    business_case: Text
    quote_id: UUID | None = None
    quote_hash: Sha256 | None = None
    quote_net: Money | None = None
    requested_by: UserId
    due: datetime


class DecisionMade(PublishedEvent, type="ltc.opportunity.decision-made.v1"):
    """Somebody who may has decided about a gate."""

    opportunity_id: UUID
    gate: Gate
    round: Round
    outcome: Outcome
    conditions: tuple[Condition, ...] = ()
    reason: Text | None = None
    decided_by: UserId
    on_behalf_of: UserId | None = None
    """Whose authority it was, where it was delegated."""
    authority_ref: UUID
    """The grant, or the delegation, that allows it."""
    limit: Money | None = None
    """Up to which amount it goes: a deal that grows beyond it needs a new decision. Where nothing is said, up to what was asked about."""


class DecisionEscalated(PublishedEvent, type="ltc.opportunity.decision-escalated.v1"):
    """The decision is late: the manager of the approver should look."""

    opportunity_id: UUID
    gate: Gate
    round: Round
    requested_by: UserId
    due: datetime


class ConditionFulfilled(PublishedEvent, type="ltc.opportunity.condition-fulfilled.v1"):
    """What a decision made a condition is done."""

    opportunity_id: UUID
    gate: Gate
    round: Round
    number: int
    """Of the condition in its decision, from 1."""
    evidence: Text
    fulfilled_by: UserId


class BidSubmitted(PublishedEvent, type="ltc.opportunity.bid-submitted.v1"):
    """Our bid is with the customer."""

    opportunity_id: UUID
    proposal: Name
    """Which document, in which version."""
    deadline: date
    bond: Money
    submitted_on: date
    submitted_by: UserId


class DealTerms(Value):
    """What sales goes by in a deal, and may change."""

    value: Money
    expected_close: date
    account_manager: UserId
    solution_manager: UserId
    fulfilment_manager: UserId


class OpportunityChanged(PublishedEvent, type="ltc.opportunity.changed.v1"):
    """The value of a deal, its expected close or its iron triangle are other ones from now on."""

    opportunity_id: UUID
    before: DealTerms
    after: DealTerms
    weighted: Money
    """The new value times the probability of the stage it is in."""
    reason: Text
    changed_by: UserId
    hand_over_id: UUID | None = None
    """The hand-over in which a role of the leaving user went to another user."""


class BidCostBooked(PublishedEvent, type="ltc.opportunity.bid-cost-booked.v1"):
    """Working for a deal cost us something before it was won; below nothing, where a booking is taken back."""

    opportunity_id: UUID
    cost_id: UUID
    kind: BidCostKind
    amount: Money
    spent_on: date
    what_for: Text
    booked_by: UserId


class OpportunitySuspended(PublishedEvent, type="ltc.opportunity.suspended.v1"):
    """Nothing goes on with this deal until it is resumed."""

    opportunity_id: UUID
    number: int = Field(ge=1)
    """How often it was suspended, this time included."""
    reason: SuspendReason
    note: Text
    suspended_by: UserId


class OpportunityResumed(PublishedEvent, type="ltc.opportunity.resumed.v1"):
    """The deal goes on where it stood. What was asked to be decided before it was suspended is asked anew."""

    opportunity_id: UUID
    number: int = Field(ge=1)
    """Which suspension is over."""
    note: Text
    resumed_by: UserId


class OpportunityCancelled(PublishedEvent, type="ltc.opportunity.cancelled.v1"):
    """The deal ended without being won or lost."""

    opportunity_id: UUID
    lead_id: UUID
    reason: CancelReason
    note: Text
    cancelled_on: date
    cancelled_by: UserId


class OpportunityDeclined(PublishedEvent, type="ltc.opportunity.declined.v1"):
    """We do not go for this deal: it was not let in, or we do not bid."""

    opportunity_id: UUID
    lead_id: UUID
    how: Literal["not_admitted", "no_bid"]
    reason: DeclineReason
    note: Text
    declined_on: date
    declined_by: UserId
