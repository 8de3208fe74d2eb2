"""The pipeline."""

from ltc_events import Fact, change, on, projection, put
from ltc_events.opportunity import OpportunityLost, OpportunityOpened, OpportunityWon
from ltc_events.opportunity_gates import (
    OpportunityCancelled,
    OpportunityChanged,
    OpportunityDeclined,
    OpportunityResumed,
    OpportunitySuspended,
    StageEntered,
)
from ltc_events.projection import Row
from sqlalchemy import BigInteger, Column, Date, DateTime, Index, Integer, Table, Text
from sqlalchemy.dialects.postgresql import UUID

from ..pipeline.rules import DEFAULT, LIGHT
from .schema import read

opportunities = Table(
    "opportunity_list",
    read,
    Column("opportunity_id", UUID, primary_key=True),
    Column("lead_id", UUID, nullable=False),
    Column("party_id", UUID, nullable=False),
    Column("company", Text, nullable=False),
    Column("need", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("value", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("account_manager", Text, nullable=False),
    Column("solution_manager", Text, nullable=False),
    Column("fulfilment_manager", Text, nullable=False),
    Column("expected_close", Date, nullable=False),
    Column("opened_at", DateTime(timezone=True), nullable=False),
    Column("quote_id", UUID),
    Column("won_net", BigInteger),
    Column("won_currency", Text),
    Column("loss_reason", Text),
    Column("lesson", Text),
    Column("competitor", Text),
    Column("closed_on", Date),
    Column("pipeline", Text, nullable=False),
    Column("pipeline_version", Integer, nullable=False),
    Column("profile", Text, nullable=False),
    Column("stage", Text, nullable=False),
    Column("stage_number", Integer, nullable=False),
    Column("stage_entered_at", DateTime(timezone=True), nullable=False),
    Column("weighted", BigInteger, nullable=False),
    Column("decline_reason", Text),
    Column("decline_note", Text),
    Column("suspended_at", DateTime(timezone=True)),
    Column("suspend_reason", Text),
    Column("suspend_note", Text),
    Column("cancel_reason", Text),
    Column("cancel_note", Text),
    Index("opportunity_list_newest", "opened_at", "opportunity_id"),
    Index("opportunity_list_of_status", "status", "opened_at", "opportunity_id"),
    Index("opportunity_list_of_party", "party_id"),
    Index("opportunity_list_of_lead", "lead_id"),
)

suspensions = Table(
    "suspension",
    read,
    Column("opportunity_id", UUID, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("since", DateTime(timezone=True), nullable=False),
    Column("until", DateTime(timezone=True)),
)
"""When which deal stood still, so that any past day can be asked for."""

FIRST = LIGHT.stages[0]
NEW_OPPORTUNITY = dict.fromkeys(opportunities.columns.keys())


def opened(deal: OpportunityOpened, fact: Fact) -> Row:
    """A deal in the pipeline."""
    return {
        **NEW_OPPORTUNITY,
        **deal.model_dump(exclude={"value"}),
        "status": "open",
        "value": deal.value.amount,
        "currency": deal.value.currency,
        "opened_at": fact.occurred_at,
        "pipeline": DEFAULT,
        "pipeline_version": 0,
        "profile": LIGHT.profile,
        "stage": FIRST.code,
        "stage_number": 1,
        "stage_entered_at": fact.occurred_at,
        "weighted": deal.value.times(FIRST.probability).amount,
    }


def on_its_way(deal: StageEntered, fact: Fact) -> Row:
    """The stage it came to."""
    return {
        "opportunity_id": deal.opportunity_id,
        "pipeline": deal.pipeline,
        "pipeline_version": deal.pipeline_version,
        "profile": deal.profile,
        "stage": deal.stage,
        "stage_number": deal.number,
        "stage_entered_at": fact.occurred_at,
        "weighted": deal.weighted.amount,
    }


def changed(deal: OpportunityChanged) -> Row:
    """What it is now."""
    return {
        "opportunity_id": deal.opportunity_id,
        **deal.after.model_dump(exclude={"value"}),
        "value": deal.after.value.amount,
        "currency": deal.after.value.currency,
        "weighted": deal.weighted.amount,
    }


def won(deal: OpportunityWon) -> Row:
    """What it came to."""
    return {
        "opportunity_id": deal.opportunity_id,
        "status": "won",
        "quote_id": deal.quote_id,
        "won_net": deal.net.amount,
        "won_currency": deal.net.currency,
        "closed_on": deal.won_on,
    }


def lost(deal: OpportunityLost) -> Row:
    """Why it came to nothing."""
    return {
        "opportunity_id": deal.opportunity_id,
        "status": "lost",
        "loss_reason": deal.reason,
        "lesson": deal.lesson,
        "competitor": deal.competitor,
        "closed_on": deal.lost_on,
    }


def declined(deal: OpportunityDeclined) -> Row:
    """Why we did not go for it."""
    return {
        "opportunity_id": deal.opportunity_id,
        "status": deal.how,
        "decline_reason": deal.reason,
        "decline_note": deal.note,
        "closed_on": deal.declined_on,
    }


def suspended(deal: OpportunitySuspended, fact: Fact) -> Row:
    """Why nothing goes on."""
    return {
        "opportunity_id": deal.opportunity_id,
        "status": "suspended",
        "suspended_at": fact.occurred_at,
        "suspend_reason": deal.reason,
        "suspend_note": deal.note,
    }


def resumed(deal: OpportunityResumed) -> Row:
    """It goes on."""
    return {
        "opportunity_id": deal.opportunity_id,
        "status": "open",
        "suspended_at": None,
        "suspend_reason": None,
        "suspend_note": None,
    }


def stood_still(deal: OpportunitySuspended, fact: Fact) -> Row:
    """From when on."""
    return {"opportunity_id": deal.opportunity_id, "number": deal.number, "since": fact.occurred_at, "until": None}


def moved_again(deal: OpportunityResumed, fact: Fact) -> Row:
    """Until when."""
    return {"opportunity_id": deal.opportunity_id, "number": deal.number, "until": fact.occurred_at}


def cancelled(deal: OpportunityCancelled) -> Row:
    """Why there is none any more."""
    return {
        "opportunity_id": deal.opportunity_id,
        "status": "cancelled",
        "cancel_reason": deal.reason,
        "cancel_note": deal.note,
        "closed_on": deal.cancelled_on,
    }


opportunity_list = projection(
    "opportunity_list",
    on(OpportunityOpened, put(opportunities, opened)),
    on(OpportunityWon, change(opportunities, won)),
    on(OpportunityLost, change(opportunities, lost)),
    on(OpportunityDeclined, change(opportunities, declined)),
    on(StageEntered, change(opportunities, on_its_way)),
    on(OpportunityChanged, change(opportunities, changed)),
    on(OpportunitySuspended, change(opportunities, suspended), put(suspensions, stood_still)),
    on(OpportunityResumed, change(opportunities, resumed), change(suspensions, moved_again)),
    on(OpportunityCancelled, change(opportunities, cancelled)),
    version=3,
)
