"""Times that deals spend in stages, and deals that stay in a stage for longer than deals usually do."""

from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, ClassVar
from uuid import UUID

from ltc_events import Fact, Money, UserId, projection
from ltc_events import put as put_rows
from ltc_events.opportunity import OpportunityLost, OpportunityOpened, OpportunityWon
from ltc_events.opportunity_gates import OpportunityCancelled, OpportunityDeclined, StageEntered
from ltc_events.projection import Row
from ltc_events.read_model import Index, Key, ReadModel, on
from ltc_runtime.http import EVERYONE, Api, Page, Paging, Read, View, matching
from pydantic import Field
from sqlalchemy import ColumnElement, Numeric, Subquery, Text, and_, case, cast, extract, func, literal, select

from ..deal.read import OpportunityRow, Suspension
from ..pipeline.rules import DEFAULT, LIGHT, PipelineCode

stage_times = Api("/pipeline")


class StagePassing(ReadModel, table="stage_passing"):
    """When a deal came to a stage, in the order of its versions.

    Where a way `begins`, the stage before it belongs to another way; the end of a deal has no stage.
    """

    opportunity_id: Key[UUID]
    version: Key[int]
    at: datetime
    pipeline: str | None
    stage: str | None
    begins: bool

    of: ClassVar = Index("pipeline", "stage")


def on_opened(deal: OpportunityOpened, fact: Fact) -> Row:
    """The first stage of the default pipeline; a deal in another pipeline enters its stage at once."""
    return passing(fact, DEFAULT, LIGHT.stages[0].code, begins=True)


def on_stage_entered(deal: StageEntered, fact: Fact) -> Row:
    return passing(fact, deal.pipeline, deal.stage, begins=deal.previous is None)


def on_ended(deal: OpportunityWon | OpportunityLost | OpportunityDeclined | OpportunityCancelled, fact: Fact) -> Row:
    return passing(fact, None, None, begins=False)


def passing(fact: Fact, pipeline: str | None, stage: str | None, *, begins: bool) -> Row:
    return {
        "opportunity_id": fact.stream_id, "version": fact.version, "at": fact.occurred_at, "pipeline": pipeline, "stage": stage,
        "begins": begins,
    }  # fmt: skip


stage_passing = projection(
    "stage_passing",
    on(OpportunityOpened, put_rows(StagePassing.table, on_opened)),
    on(StageEntered, put_rows(StagePassing.table, on_stage_entered)),
    *(
        on(event, put_rows(StagePassing.table, on_ended))
        for event in (OpportunityWon, OpportunityLost, OpportunityDeclined, OpportunityCancelled)
    ),
)


ENOUGH = 10
"""Deals that passed a stage, from which on it can be said how long that usually takes."""

DAY = 24 * 60 * 60
SHARE = "0.8"
TENTH = Decimal("0.1")


class Ageing(View):
    """How long an open deal has been in its stage, beside how long deals usually are."""

    opportunity_id: UUID
    company: str
    account_manager: str
    pipeline: str
    stage: str
    value: Money
    stage_entered_at: datetime
    days: Decimal = Field(description="In this stage, without the time it stood still.")
    usual: Decimal | None = Field(
        description="Four in five deals that were won or lost had left this stage of this pipeline after so many days (P80); "
        f"null where fewer than {ENOUGH} passed it: too little history."
    )
    passed: int = Field(description="How many deals that is reckoned from.")
    ageing: bool | None = Field(description="Longer than usual; null where that cannot be said.")


@stage_times.query("/ageing", roles=EVERYONE)
async def list_ageing(
    read: Read,
    paging: Paging,
    ageing: bool | None = None,
    pipeline: PipelineCode | None = None,
    stage: PipelineCode | None = None,
    account_manager: UserId | None = None,
) -> Page[Ageing]:
    """Open deals by since when they have been in their stage, the longest first; `ageing=true` asks for those beyond what is usual.

    What is usual is the 80th percentile of the days that our own deals, won or lost, spent in that stage of that pipeline, in any
    version. Deals of other systems say no stages, so they do not count.
    """
    table, usual = OpportunityRow.table.c, _usual()
    days = _days(table.stage_entered_at, literal(read.now), _stood_still(table.opportunity_id, table.stage_entered_at, literal(read.now)))
    of_the_deal = [table[name] for name in ("opportunity_id", "company", "account_manager", "pipeline", "stage", "value", "currency")]
    longer = case((usual.c.passed >= ENOUGH, days > usual.c.usual))
    found = (
        select(
            *of_the_deal, table.stage_entered_at, days.label("days"), usual.c.usual, func.coalesce(usual.c.passed, 0).label("passed"),
            longer.label("ageing"),
        )
        .outerjoin_from(OpportunityRow.table, usual, and_(usual.c.pipeline == table.pipeline, usual.c.stage == table.stage))
        .where(table.status == "open", *matching({table.pipeline: pipeline, table.stage: stage, table.account_manager: account_manager}))
        .subquery()
    )  # fmt: skip
    asked = select(found) if ageing is None else select(found).where(found.c.ageing.is_(ageing))
    return await read.page(asked, key=(found.c.stage_entered_at, found.c.opportunity_id), into=row, paging=paging, newest_first=False)


def _usual() -> Subquery:
    """After how many days four in five of the deals that are decided had left a stage."""
    table, deals = StagePassing.table.c, OpportunityRow.table.c
    in_order: Any = {"partition_by": table.opportunity_id, "order_by": table.version}
    left, begins = func.lead(table.at).over(**in_order), func.lead(table.begins).over(**in_order)
    steps = select(table.opportunity_id, table.pipeline, table.stage, table.at, left.label("left"), begins.label("restarts"))
    one = steps.subquery().c
    days = _days(one.at, one.left, _stood_still(one.opportunity_id, one.at, one.left))
    decided = (deals.opportunity_id == one.opportunity_id, deals.status.in_(("won", "lost")))
    # Where the deal was put on another way, it did not leave the stage by itself.
    passed = (
        select(one.pipeline, one.stage, days.label("days")).where(*decided, one.stage.is_not(None), one.restarts.is_(False)).subquery().c
    )
    p80 = func.percentile_cont(cast(literal(SHARE, Text), Numeric)).within_group(passed.days)
    count = func.count().label("passed")
    return (
        select(passed.pipeline, passed.stage, count, case((func.count() >= ENOUGH, p80)).label("usual"))
        .group_by(passed.pipeline, passed.stage)
        .subquery()
    )


def _days(since: ColumnElement[Any], until: ColumnElement[Any], still: ColumnElement[Any]) -> ColumnElement[Any]:
    return (extract("epoch", until - since) - still) / DAY


def _stood_still(deal: ColumnElement[Any], since: ColumnElement[Any], until: ColumnElement[Any]) -> ColumnElement[Any]:
    """The seconds a deal was suspended between two instants."""
    pause = Suspension.table.c
    both = func.least(func.coalesce(pause.until, until), until) - func.greatest(pause.since, since)
    seconds = func.greatest(extract("epoch", both), 0)
    return select(func.coalesce(func.sum(seconds), 0)).where(pause.opportunity_id == deal).scalar_subquery()


def row(**found: Any) -> Ageing:
    days, usual = (None if found[name] is None else Decimal(str(found[name])).quantize(TENTH, ROUND_HALF_UP) for name in ("days", "usual"))
    value = Money(amount=found["value"], currency=found["currency"])
    return Ageing(**{**{name: found[name] for name in Ageing.model_fields}, "days": days, "usual": usual, "value": value})
