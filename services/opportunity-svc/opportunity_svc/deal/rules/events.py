"""Private events of a deal; the published ones are in ltc_events.opportunity and .opportunity_gates."""

from datetime import date
from uuid import UUID

from ltc_events import Event, Text, UserId
from ltc_events.opportunity_gates import (
    Gate,
    Round,
)

from ...finding.rules import Notable, StruckKind
from ...pipeline.rules import Pipeline, PipelineCode, Version

DAYS_BEFORE_BID = (7, 3, 1)
"""Days before a bid is due on which its account manager is reminded."""


class PipelineChosen(Event, type="ltc.opportunity.pipeline-chosen.v1"):
    """The deal goes by this version of a pipeline, to its end; what it says is kept here, so that it cannot change under the deal."""

    opportunity_id: UUID
    code: PipelineCode
    version: Version
    pipeline: Pipeline
    chosen_by: UserId | None = None
    """None, where the deal was opened with it."""


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
    """A request or a decision no longer holds: it was withdrawn, the deal is over, or the terms changed."""

    opportunity_id: UUID
    gate: Gate
    round: Round


class LessonNoted(Event, type="ltc.opportunity.lesson-noted.v1"):
    """What we learn from a deal that was won; a lost one says it itself."""

    opportunity_id: UUID
    lesson: Text
    won_on: date


class BidDeadlineNeared(Event, type="ltc.opportunity.bid-deadline-neared.v1"):
    """The bid is due in a few days, and not with the customer yet."""

    opportunity_id: UUID
    deadline: date
    days: int
    account_manager: UserId


class ExpectedClosePassed(Event, type="ltc.opportunity.expected-close-passed.v1"):
    """The expected close passed, and the deal is still open."""

    opportunity_id: UUID
    expected_close: date
    suspensions: int
    """The number of suspensions before."""
