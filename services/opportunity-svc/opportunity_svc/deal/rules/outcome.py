"""How a deal ends: won with the quote the customer accepted, lost, declined or cancelled. Or it is suspended and goes on later."""

from collections.abc import Sequence
from datetime import date
from typing import Literal
from uuid import UUID

from ltc_events import Code, Command, Event, Refusal, Stream, Text
from ltc_events.filled import Actor, PastDay
from ltc_events.opportunity import FailureSummary, LossReason, OpportunityLost, OpportunityWon
from ltc_events.opportunity_gates import (
    CancelReason,
    DeclineReason,
    OpportunityCancelled,
    OpportunityDeclined,
    OpportunityResumed,
    OpportunitySuspended,
    SuspendReason,
)
from pydantic import Field

from ...quote.rules.gates import must_be_of
from ...quote.rules.states import Accepted
from ...quote.rules.states import history as quotes
from .events import LessonNoted
from .history import history
from .stages import lapsed, must_be_through, quote_seen
from .states import Open, Opportunity, OpportunityEvent, Suspended, must_be_open, must_have_come

# ── commands ──────────────────────────────────────────────────────────────────────────────────────────────────────────


class WinOpportunity(Command):
    """Win a deal with the quote the customer accepted; its other quotes are superseded."""

    opportunity_id: UUID
    quote_id: UUID
    others: tuple[UUID, ...] = ()
    """The other quotes of the deal that may still be offers."""
    won_on: date
    lesson: Text | None = None
    today: date

    def reads(self) -> Sequence[Stream]:
        """The deal and its quotes."""
        return (history.of(self.opportunity_id), *map(quotes.of, (self.quote_id, *self.others)))


class LoseOpportunity(Command):
    """Lose a deal, and leave a lesson."""

    opportunity_id: UUID
    reason: LossReason
    lesson: Text = Field(examples=["Ask for the budget before the demo"])
    competitor: Code | None = Field(None, examples=["Rival"])
    failure_summary: FailureSummary | None = Field(None, description="Needed of a deal with the profile `project`.")
    lost_on: PastDay


class DeclineOpportunity(Command):
    """Do not let a deal in, or do not bid for it."""

    opportunity_id: UUID
    how: Literal["not_admitted", "no_bid"] = Field(description="It is not let in (订单准入), or we do not bid.")
    reason: DeclineReason = Field(examples=["thin_margin"])
    note: Text = Field(examples=["Below cost, and no second phase in sight"])
    declined_on: PastDay
    actor: Actor


class CancelOpportunity(Command):
    """End a deal that is none any more. It counts as neither won nor lost."""

    opportunity_id: UUID
    reason: CancelReason = Field(examples=["customer_gave_up"])
    note: Text = Field(examples=["The works is not built"])
    cancelled_on: PastDay
    actor: Actor


class SuspendOpportunity(Command):
    """Suspend a deal until it is resumed.

    Nobody is reminded or asked to decide meanwhile, and the forecast leaves it out. Quotes still expire on their day.
    """

    opportunity_id: UUID
    reason: SuspendReason = Field(examples=["budget_frozen"])
    note: Text = Field(examples=["Their board decides about budgets in May"])
    actor: Actor


class ResumeOpportunity(Command):
    """Resume a suspended deal where it stood. Decisions that were requested then are requested anew."""

    opportunity_id: UUID
    note: Text = Field(examples=["The budget was granted"])
    actor: Actor


# ── refusals ──────────────────────────────────────────────────────────────────────────────────────────────────────────


class FailureSummaryMissing(Refusal):
    """A lost project needs a failure summary: cause, turning point, and what we do next time."""


class AlreadyAdmitted(Refusal):
    """The deal is past its first stage or gate, so it was let in: say `no_bid`, or lose it."""


class NotSuspended(Refusal):
    """This opportunity is not suspended: it goes on."""


# ── rules ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def win(deal: Open, accepted: Accepted, command: WinOpportunity) -> list[Event]:
    content = accepted.content
    must_be_of(content, command.opportunity_id)
    must_have_come(command.won_on, command.today)
    must_be_through(deal, quote_seen(content, command.quote_id))
    won = OpportunityWon(
        opportunity_id=command.opportunity_id,
        quote_id=command.quote_id,
        quote_hash=content.hash,
        party_id=deal.party_id,
        company=deal.company,
        account_manager=deal.account_manager,
        solution_manager=deal.solution_manager,
        fulfilment_manager=deal.fulfilment_manager,
        currency=content.currency,
        lines=content.lines,
        net=content.net,
        won_on=command.won_on,
    )
    if command.lesson is None:
        return [won]
    return [won, LessonNoted(opportunity_id=command.opportunity_id, lesson=command.lesson, won_on=command.won_on)]


def lose(deal: Open, command: LoseOpportunity) -> list[OpportunityEvent]:
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


def cancel(deal: Open, command: CancelOpportunity) -> list[OpportunityEvent]:
    cancelled = OpportunityCancelled(
        opportunity_id=command.opportunity_id,
        lead_id=deal.lead_id,
        reason=command.reason,
        note=command.note,
        cancelled_on=command.cancelled_on,
        cancelled_by=command.actor,
    )
    return [*lapsed(command.opportunity_id, deal), cancelled]


def suspend(deal: Open, command: SuspendOpportunity) -> list[OpportunityEvent]:
    """Requests for decisions lapse, decisions that were made stay."""
    suspended = OpportunitySuspended(
        opportunity_id=command.opportunity_id,
        number=deal.suspensions + 1,
        reason=command.reason,
        note=command.note,
        suspended_by=command.actor,
    )
    return [*lapsed(command.opportunity_id, deal), suspended]


def resume(suspended: Suspended, command: ResumeOpportunity) -> list[OpportunityEvent]:
    resumed = OpportunityResumed(
        opportunity_id=command.opportunity_id, number=suspended.deal.suspensions, note=command.note, resumed_by=command.actor
    )
    return [resumed]


def must_be_suspended(opportunity: Opportunity) -> Suspended:
    if isinstance(opportunity, Suspended):
        return opportunity
    must_be_open(opportunity)
    raise NotSuspended
