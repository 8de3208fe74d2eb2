"""States of a deal: open with its stage, findings, decisions and costs; suspended; closed."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Literal, TypeAlias
from uuid import UUID

from ltc_events import Money, Refusal
from ltc_events.filled import DayInTheFuture
from ltc_events.opportunity import OpportunityJoined, OpportunityJoinRefused, OpportunityLost, OpportunityOpened, OpportunityWon
from ltc_events.opportunity_forms import FormFilled
from ltc_events.opportunity_gates import (
    BidCostBooked,
    BidSubmitted,
    Condition,
    ConditionFulfilled,
    DecisionEscalated,
    DecisionMade,
    DecisionRequested,
    Gate,
    OpportunityCancelled,
    OpportunityChanged,
    OpportunityDeclined,
    OpportunityResumed,
    OpportunitySuspended,
    StageEntered,
    SuspendReason,
)

from ...finding.rules import NOTHING_NOTED, Findings
from ...pipeline.rules import DEFAULT, LIGHT, Pipeline, Stage
from .criteria import Known, QuoteSeen, Seat
from .events import (
    BidDeadlineNeared,
    DecisionLapsed,
    ExpectedClosePassed,
    FindingNoted,
    FindingStruck,
    LessonNoted,
    MemberForgotten,
    PipelineChosen,
)

# ── refusals ──────────────────────────────────────────────────────────────────────────────────────────────────────────


class UnknownOpportunity(Refusal):
    """There is no such opportunity."""

    status = 404


class OpportunityClosed(Refusal):
    """This opportunity is decided: it was {ended}."""


class DealSuspended(Refusal):
    """This opportunity is suspended ({reason}): resume it first."""


OPEN = (UnknownOpportunity, OpportunityClosed, DealSuspended)
"""The refusals of every command that only an open deal takes."""


# ── states ────────────────────────────────────────────────────────────────────────────────────────────────────────────

Ended = Literal["won", "lost", "no_bid", "not_admitted", "cancelled"]
OpportunityStatus = Literal["open", "suspended", Ended]


@dataclass(frozen=True, slots=True)
class NotOpened:
    """No lead was converted into it yet."""


@dataclass(frozen=True, slots=True)
class Course:
    """The way of a deal: its pipeline, the version it began with, and the stage it is in."""

    code: str
    version: int
    pipeline: Pipeline
    at: int = 0
    """The stage, from 0."""

    @property
    def stage(self) -> Stage:
        """Where it stands."""
        return self.pipeline.stages[self.at]

    @property
    def left(self) -> tuple[Stage, ...]:
        """This stage and all behind it."""
        return self.pipeline.stages[self.at :]


@dataclass(frozen=True, slots=True)
class Asked:
    """A decision is requested."""

    round: int
    requested_by: str
    amount: Money
    quote: QuoteSeen | None
    due: datetime
    escalated: bool = False


@dataclass(frozen=True, slots=True)
class Passed:
    """The gate is passed, perhaps on conditions."""

    round: int
    quote: QuoteSeen | None
    conditions: tuple[Condition, ...] = ()
    fulfilled: frozenset[int] = frozenset()
    limit: Money | None = None
    """The largest amount of the mandate by which it was decided."""
    made_by: frozenset[str] = frozenset()
    """The decider, and the holder of the mandate if it was delegated."""

    def covers(self, amount: Money) -> bool:
        """Whether it was decided by a mandate that goes so far."""
        return self.limit is not None and self.limit.currency == amount.currency and amount <= self.limit

    @property
    def open(self) -> list[tuple[int, Condition]]:
        """The conditions that are not fulfilled, by number."""
        return [(number, condition) for number, condition in enumerate(self.conditions, 1) if number not in self.fulfilled]


@dataclass(frozen=True, slots=True)
class Decisions:
    """What was asked and decided about one gate."""

    rounds: int = 0
    asked: Asked | None = None
    passed: Passed | None = None


UNDECIDED = Decisions()


@dataclass(frozen=True, slots=True)
class Open:
    """Sales works on it."""

    lead_id: UUID
    party_id: UUID
    company: str
    account_manager: str
    solution_manager: str
    fulfilment_manager: str
    value: Money
    expected_close: date
    course: Course = Course(DEFAULT, 0, LIGHT)
    findings: Findings = NOTHING_NOTED
    gates: Mapping[Gate, Decisions] = field(default_factory=dict)
    suspensions: int = 0
    costs: Mapping[UUID, Money] = field(default_factory=dict)
    """What was booked for working on it."""
    close_passed: tuple[date, int] | None = None
    """The expected close that passed, and the number of suspensions before."""

    def known(self, quote: QuoteSeen | None = None) -> Known:
        """What criteria look at."""
        triangle: dict[Seat, str] = {
            "account_manager": self.account_manager,
            "solution_manager": self.solution_manager,
            "fulfilment_manager": self.fulfilment_manager,
        }
        return Known(triangle, self.findings, quote)

    def decisions(self, gate: Gate) -> Decisions:
        """What was asked and decided about a gate."""
        return self.gates.get(gate, UNDECIDED)

    def with_decisions(self, gate: Gate, decisions: Decisions) -> "Open":
        """With this asked or decided."""
        return replace(self, gates={**self.gates, gate: decisions})


@dataclass(frozen=True, slots=True)
class Suspended:
    """It stands still, as it is."""

    deal: Open
    reason: SuspendReason


@dataclass(frozen=True, slots=True)
class Closed:
    """The customer decided, or we did."""

    status: Ended
    quote_id: UUID | None = None
    """What it was won with."""
    people: tuple[str, ...] = ()
    """Who worked on it then."""


Opportunity: TypeAlias = NotOpened | Open | Suspended | Closed
WorkEvent: TypeAlias = (
    PipelineChosen
    | StageEntered
    | FindingNoted
    | FindingStruck
    | ExpectedClosePassed
    | BidSubmitted
    | FormFilled
    | DecisionRequested
    | DecisionEscalated
    | DecisionMade
    | DecisionLapsed
    | ConditionFulfilled
    | OpportunityChanged
    | BidCostBooked
)
"""What happens to a deal that is worked on."""
OpportunityEvent: TypeAlias = (
    OpportunityOpened
    | OpportunityJoined
    | OpportunityJoinRefused
    | MemberForgotten
    | LessonNoted
    | BidDeadlineNeared
    | OpportunitySuspended
    | OpportunityResumed
    | OpportunityCancelled
    | OpportunityDeclined
    | OpportunityWon
    | OpportunityLost
    | WorkEvent
)


# ── gates ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def must_be_open(opportunity: Opportunity) -> Open:
    match opportunity:
        case Open():
            return opportunity
        case Suspended(reason=reason):
            raise DealSuspended(reason=reason.replace("_", " "))
        case NotOpened():
            raise UnknownOpportunity
        case Closed(status=status):
            raise OpportunityClosed(ended=status.replace("_", " "))


def deal_under_way(opportunity: Opportunity) -> Open | None:
    """The deal that is not decided yet, also if it is suspended."""
    match opportunity:
        case Open():
            return opportunity
        case Suspended(deal=deal):
            return deal
        case NotOpened() | Closed():
            return None


def people_of(deal: Open) -> tuple[str, ...]:
    """The people who work on a deal: its account, solution and fulfilment manager."""
    return tuple(dict.fromkeys((deal.account_manager, deal.solution_manager, deal.fulfilment_manager)))


def must_be_undecided(opportunity: Opportunity) -> Open:
    """The deal, also if it is suspended."""
    return opportunity.deal if isinstance(opportunity, Suspended) else must_be_open(opportunity)


def must_have_come(day: date, today: date) -> None:
    if day > today:
        raise DayInTheFuture(day=day.isoformat())
