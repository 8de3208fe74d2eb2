"""Deals as lists show them, and the times when they were suspended."""

from datetime import date, datetime
from typing import Annotated, ClassVar
from uuid import UUID

from ltc_events import Event, Fact, Money, projection
from ltc_events.opportunity import LossReason, OpportunityLost, OpportunityOpened, OpportunityWon
from ltc_events.opportunity_gates import (
    CancelReason,
    DeclineReason,
    OpportunityCancelled,
    OpportunityChanged,
    OpportunityDeclined,
    OpportunityResumed,
    OpportunitySuspended,
    Profile,
    StageEntered,
    SuspendReason,
)
from ltc_events.read_model import CurrencyIn, Index, Key, ReadModel, change, on, put
from ltc_runtime.http import EVERYONE
from pydantic import Field

from ..pipeline.rules import DEFAULT, LIGHT
from .api import TRIANGLE, opportunities
from .rules.states import OpportunityStatus, UnknownOpportunity

# ── rows ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


class OpportunityRow(ReadModel, table="opportunity_list"):
    """A deal as the pipeline shows it."""

    opportunity_id: Key[UUID]
    lead_id: UUID
    party_id: UUID
    company: str
    need: str
    status: OpportunityStatus
    value: Money = Field(description="What it is worth: at first what the customer wants to spend.")
    currency: str = Field(exclude=True)
    account_manager: str
    solution_manager: str
    fulfilment_manager: str
    expected_close: date
    opened_at: datetime
    quote_id: UUID | None = Field(description="The quote it was won with.")
    won: Annotated[Money | None, CurrencyIn("won_currency")] = Field(description="What it came to, before tax.")
    won_currency: str | None = Field(exclude=True)
    loss_reason: LossReason | None
    lesson: str | None
    competitor: str | None
    closed_on: date | None
    pipeline: str
    pipeline_version: int = Field(description="The version it began with; 0 is what the product brings along.")
    profile: Profile
    stage: str
    stage_number: int = Field(description="Of the stage in its pipeline, from 1.")
    stage_entered_at: datetime
    weighted: Money = Field(description="Its value times the probability of its stage.")
    decline_reason: DeclineReason | None
    decline_note: str | None
    suspended_at: datetime | None = Field(description="Since when it is suspended.")
    suspend_reason: SuspendReason | None
    suspend_note: str | None
    cancel_reason: CancelReason | None
    cancel_note: str | None

    newest: ClassVar = Index("opened_at", "opportunity_id")
    of_status: ClassVar = Index("status", "opened_at", "opportunity_id")
    of_party: ClassVar = Index("party_id")
    of_lead: ClassVar = Index("lead_id")


class Suspension(ReadModel, table="suspension"):
    """A time in which a deal was suspended, so that any past day can be asked for."""

    opportunity_id: Key[UUID]
    number: Key[int]
    since: datetime
    until: datetime | None


# ── projection ────────────────────────────────────────────────────────────────────────────────────────────────────────

FIRST = LIGHT.stages[0]


def now(event: Event, fact: Fact) -> datetime:
    return fact.occurred_at


def first_weighted(deal: OpportunityOpened) -> Money:
    return deal.value.times(FIRST.probability)


opportunity_list = projection(
    "opportunity_list",
    on(
        OpportunityOpened,
        put(
            OpportunityRow,
            status="open",
            opened_at=now,
            quote_id=None,
            pipeline=DEFAULT,
            pipeline_version=0,
            profile=LIGHT.profile,
            stage=FIRST.code,
            stage_number=1,
            stage_entered_at=now,
            weighted=first_weighted,
        ),
    ),
    on(
        StageEntered,
        change(
            OpportunityRow,
            "pipeline",
            "pipeline_version",
            "profile",
            "stage",
            "weighted",
            stage_number=lambda deal: deal.number,
            stage_entered_at=now,
        ),
    ),
    on(
        OpportunityChanged,
        change(
            OpportunityRow,
            "value",
            "expected_close",
            "account_manager",
            "solution_manager",
            "fulfilment_manager",
            "weighted",
            each="after",
            currency=lambda terms: terms.value.currency,
        ),
    ),
    on(
        OpportunitySuspended,
        change(
            OpportunityRow,
            status="suspended",
            suspended_at=now,
            suspend_reason=lambda deal: deal.reason,
            suspend_note=lambda deal: deal.note,
        ),
        put(Suspension, since=now),
    ),
    on(
        OpportunityResumed,
        change(OpportunityRow, status="open", suspended_at=None, suspend_reason=None, suspend_note=None),
        change(Suspension, "number", until=now),
    ),
    on(
        OpportunityWon,
        change(
            OpportunityRow,
            "quote_id",
            status="won",
            won=lambda deal: deal.net,
            won_currency=lambda deal: deal.net.currency,
            closed_on=lambda deal: deal.won_on,
        ),
    ),
    on(
        OpportunityLost,
        change(
            OpportunityRow,
            "lesson",
            "competitor",
            status="lost",
            loss_reason=lambda deal: deal.reason,
            closed_on=lambda deal: deal.lost_on,
        ),
    ),
    on(
        OpportunityDeclined,
        change(
            OpportunityRow,
            status=lambda deal: deal.how,
            decline_reason=lambda deal: deal.reason,
            decline_note=lambda deal: deal.note,
            closed_on=lambda deal: deal.declined_on,
        ),
    ),
    on(
        OpportunityCancelled,
        change(
            OpportunityRow,
            status="cancelled",
            cancel_reason=lambda deal: deal.reason,
            cancel_note=lambda deal: deal.note,
            closed_on=lambda deal: deal.cancelled_on,
        ),
    ),
    version=4,
)

opportunities.history("/{opportunity_id}/history", roles=EVERYONE, refuses=(UnknownOpportunity,), opened_for=TRIANGLE)
