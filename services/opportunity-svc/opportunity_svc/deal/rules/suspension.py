"""Pausing: a deal stands still for a time, and goes on where it stood; or there is none any more, and nobody won or lost it."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from ltc_events import Command, Refusal, Text, UserId
from ltc_events.opportunity_gates import CancelReason, OpportunityCancelled, OpportunityResumed, OpportunitySuspended, SuspendReason

from .stages import lapsed
from .states import Open, Opportunity, OpportunityEvent, Suspended, must_be_open, must_have_come


class SuspendOpportunity(Command):
    """Let nothing go on with a deal until it is resumed."""

    opportunity_id: UUID
    reason: SuspendReason
    note: Text
    actor: UserId


class ResumeOpportunity(Command):
    """Let a deal go on where it stood."""

    opportunity_id: UUID
    note: Text
    actor: UserId


class CancelOpportunity(Command):
    """End a deal that is none any more."""

    opportunity_id: UUID
    reason: CancelReason
    note: Text
    cancelled_on: date
    today: date
    actor: UserId


class NotSuspended(Refusal):
    """This opportunity is not suspended: it goes on."""


def suspend(deal: Open, command: SuspendOpportunity) -> list[OpportunityEvent]:
    """Nobody is to decide about a deal that stands still: what was asked lapses, what was decided stays."""
    suspended = OpportunitySuspended(
        opportunity_id=command.opportunity_id,
        number=deal.suspensions + 1,
        reason=command.reason,
        note=command.note,
        suspended_by=command.actor,
    )
    return [*lapsed(command.opportunity_id, deal), suspended]


def must_be_suspended(opportunity: Opportunity) -> Suspended:
    if isinstance(opportunity, Suspended):
        return opportunity
    must_be_open(opportunity)
    raise NotSuspended


def resume(suspended: Suspended, command: ResumeOpportunity) -> list[OpportunityEvent]:
    resumed = OpportunityResumed(
        opportunity_id=command.opportunity_id, number=suspended.deal.suspensions, note=command.note, resumed_by=command.actor
    )
    return [resumed]


def cancel(deal: Open, command: CancelOpportunity) -> list[OpportunityEvent]:
    must_have_come(command.cancelled_on, command.today)
    cancelled = OpportunityCancelled(
        opportunity_id=command.opportunity_id,
        lead_id=deal.lead_id,
        reason=command.reason,
        note=command.note,
        cancelled_on=command.cancelled_on,
        cancelled_by=command.actor,
    )
    return [*lapsed(command.opportunity_id, deal), cancelled]


def paused(opportunity: Opportunity, event: OpportunitySuspended) -> Opportunity:
    if not isinstance(opportunity, Open):
        return opportunity
    return Suspended(replace(opportunity, suspensions=event.number), event.reason)
