"""What happens to a deal, and what it is in between."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Literal, TypeAlias
from uuid import UUID

from ltc_events import Event, Money, Refusal, Text, UserId
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
    Round,
    StageEntered,
    SuspendReason,
)

from ..pipeline import DEFAULT, LIGHT, Pipeline, PipelineCode, Stage, Version
from .criteria import Known, QuoteSeen, Seat
from .findings import NOTHING_NOTED, Findings, Notable, StruckKind

# ── facts that stay here (those that are told: ltc_events.opportunity, .opportunity_gates) ────────────────────────────


class PipelineChosen(Event, type="ltc.opportunity.pipeline-chosen.v1"):
    """The deal goes by this version of a pipeline, to its end; what it says is kept here, so that it cannot change under the deal."""

    opportunity_id: UUID
    code: PipelineCode
    version: Version
    pipeline: Pipeline
    chosen_by: UserId | None = None
    """Nobody, where it is how deals begin."""


class FindingNoted(Event, type="ltc.opportunity.finding-noted.v1"):
    """We know or mean something about the deal."""

    opportunity_id: UUID
    finding: Notable
    noted_by: UserId | None = None


class FindingStruck(Event, type="ltc.opportunity.finding-struck.v1"):
    """What was noted no longer holds."""

    opportunity_id: UUID
    kind: StruckKind
    code: str
    struck_by: UserId


class MemberForgotten(Event, type="ltc.opportunity.member-forgotten.v1"):
    """The key of somebody in the decision chain was destroyed: their name can never be read again."""

    opportunity_id: UUID
    subject_id: UUID


class DecisionLapsed(Event, type="ltc.opportunity.decision-lapsed.v1"):
    """A request is nobody's business any more, or a decision no longer holds: withdrawn, the deal is over, or what it was about changed."""

    opportunity_id: UUID
    gate: Gate
    round: Round


class LessonNoted(Event, type="ltc.opportunity.lesson-noted.v1"):
    """What we learn from a deal that was won; a lost one says it itself."""

    opportunity_id: UUID
    lesson: Text
    won_on: date


class BidDeadlineNeared(Event, type="ltc.opportunity.bid-deadline-neared.v1"):
    """The bid is due in so many days, and not with the customer yet."""

    opportunity_id: UUID
    deadline: date
    days: int
    account_manager: UserId


class ExpectedClosePassed(Event, type="ltc.opportunity.expected-close-passed.v1"):
    """The deal should have been decided by then, and is not."""

    opportunity_id: UUID
    expected_close: date
    suspensions: int
    """How often it was suspended before."""


# ── refusals ──────────────────────────────────────────────────────────────────────────────────────────────────────────


class UnknownOpportunity(Refusal):
    """There is no such opportunity."""

    status = 404


class OpportunityClosed(Refusal):
    """This opportunity is decided: it was {ended}."""


class DealSuspended(Refusal):
    """This opportunity is suspended ({reason}): resume it first."""


class DayInTheFuture(Refusal):
    """{day} has not come yet: say when it happened."""


# ── states ────────────────────────────────────────────────────────────────────────────────────────────────────────────

Ended = Literal["won", "lost", "no_bid", "not_admitted", "cancelled"]
OpportunityStatus = Literal["open", "suspended", Ended]


@dataclass(frozen=True, slots=True)
class Nobody:
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
    """Somebody is to decide."""

    round: int
    requested_by: str
    amount: Money
    quote: QuoteSeen | None
    due: datetime
    escalated: bool = False


@dataclass(frozen=True, slots=True)
class Passed:
    """It was decided for the deal, perhaps on conditions."""

    round: int
    quote: QuoteSeen | None
    conditions: tuple[Condition, ...] = ()
    fulfilled: frozenset[int] = frozenset()
    limit: Money | None = None
    """Up to which amount the mandate goes that it was decided by."""
    made_by: frozenset[str] = frozenset()
    """Who decided, and in whose place."""

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
    """The expected close that was seen to pass, after how many suspensions."""

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
    """Who held its seats then."""


Opportunity: TypeAlias = Nobody | Open | Suspended | Closed
OpportunityEvent: TypeAlias = (
    OpportunityOpened
    | OpportunityJoined
    | OpportunityJoinRefused
    | PipelineChosen
    | StageEntered
    | FindingNoted
    | FindingStruck
    | MemberForgotten
    | LessonNoted
    | BidDeadlineNeared
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
    | OpportunitySuspended
    | OpportunityResumed
    | OpportunityCancelled
    | OpportunityDeclined
    | OpportunityWon
    | OpportunityLost
)


def must_be_open(opportunity: Opportunity) -> Open:
    match opportunity:
        case Open():
            return opportunity
        case Suspended(reason=reason):
            raise DealSuspended(reason=reason.replace("_", " "))
        case Nobody():
            raise UnknownOpportunity
        case Closed(status=status):
            raise OpportunityClosed(ended=status.replace("_", " "))


def must_be_undecided(opportunity: Opportunity) -> Open:
    """The deal, also if it is suspended."""
    return opportunity.deal if isinstance(opportunity, Suspended) else must_be_open(opportunity)


def must_have_come(day: date, today: date) -> None:
    if day > today:
        raise DayInTheFuture(day=day.isoformat())


def possible(status: OpportunityStatus) -> tuple[str, ...]:
    """What may be done with a deal of this status, by the names the API gives it."""
    match status:
        case "open":
            return (
                "draft_quote", "win_opportunity", "lose_opportunity", "decline_opportunity", "enter_stage", "choose_pipeline",
                "fill_form", "change_opportunity", "book_bid_cost", "suspend_opportunity", "cancel_opportunity",
            )  # fmt: skip
        case "suspended":
            return ("resume_opportunity", "lose_opportunity", "cancel_opportunity")
        case "won" | "lost" | "no_bid" | "not_admitted" | "cancelled":
            return ()
