"""Lessons of won and lost deals, found again for deals that go on."""

from datetime import date
from typing import Any, ClassVar, Literal
from uuid import UUID

from ltc_events import Code, Money, Name, projection
from ltc_events.opportunity import FailureSummary, LossReason, OpportunityLost
from ltc_events.read_model import Index, Key, ReadModel, on, put
from ltc_runtime.http import EVERYONE, Api, Page, Paging, Read, View, matching
from pydantic import Field
from sqlalchemy import ColumnElement, Select, exists, func, or_, select

from ..deal.read import OpportunityRow
from ..deal.rules import decider
from ..deal.rules.events import LessonNoted
from ..deal.rules.states import UnknownOpportunity
from ..outcome.read import competitors_of_deals

lessons = Api("/lessons")
deal_lessons = Api("/opportunities", stream=decider)


class Lesson(ReadModel, table="lesson"):
    """The lesson of one deal; of a lost project with its failure summary."""

    opportunity_id: Key[UUID]
    outcome: Literal["won", "lost"]
    lesson: str
    reason: LossReason | None
    competitor: str | None
    cause: str | None
    turning_point: str | None
    next_time: str | None
    ended_on: date

    newest: ClassVar = Index("ended_on", "opportunity_id")


lesson_list = projection(
    "lesson_list",
    on(LessonNoted, put(Lesson, outcome="won", ended_on=lambda deal: deal.won_on)),
    on(
        OpportunityLost,
        put(
            Lesson,
            outcome="lost",
            ended_on=lambda deal: deal.lost_on,
            cause=lambda deal: deal.failure_summary and deal.failure_summary.cause,
            turning_point=lambda deal: deal.failure_summary and deal.failure_summary.turning_point,
            next_time=lambda deal: deal.failure_summary and deal.failure_summary.next_time,
        ),
    ),
)


class LessonRow(View):
    """What was learnt from one deal."""

    opportunity_id: UUID
    company: str
    outcome: Literal["won", "lost"]
    reason: LossReason | None
    competitor: str | None = Field(description="Whom it was lost to.")
    lesson: str
    failure_summary: FailureSummary | None
    value: Money = Field(description="What it came to; of a lost one, what it might have.")
    pipeline: str
    account_manager: str
    ended_on: date


class LessonBeside(LessonRow):
    """What was learnt from a deal that is like the one that is asked about."""

    same_party: bool
    same_competitors: list[str]


@lessons.query("", roles=EVERYONE)
async def list_lessons(
    read: Read,
    paging: Paging,
    outcome: Literal["won", "lost"] | None = None,
    reason: LossReason | None = None,
    competitor: Code | None = None,
    text: Name | None = None,
    ended_from: date | None = None,
    ended_to: date | None = None,
) -> Page[LessonRow]:
    """Lessons of won and lost deals, the newest first.

    By how and why they ended, by a competitor who was named in them, and by words in what was learnt, needed, or in the company's name.
    """
    table = Lesson.table.c
    asked = [*matching({table.outcome: outcome, table.reason: reason}), *_within(ended_from, ended_to)]
    asked += [] if text is None else [_says(text)]
    if competitor is not None:
        met = competitors_of_deals().subquery().c
        asked.append(exists(select(met.competitor).where(met.opportunity_id == table.opportunity_id, met.competitor == competitor)))
    key = (table.ended_on, table.opportunity_id)
    return await read.page(_learnt().where(*asked), key=key, into=lesson_row, paging=paging)


@deal_lessons.query("/{opportunity_id}/lessons", roles=EVERYONE, refuses=(UnknownOpportunity,))
async def list_lessons_beside(opportunity_id: UUID, read: Read, paging: Paging) -> Page[LessonBeside]:
    """Lessons of other deals with the same party, or against a competitor who is named in this one; the newest first."""
    deals, table = OpportunityRow.table.c, Lesson.table.c
    here = await read.one(select(deals.party_id).where(deals.opportunity_id == opportunity_id), UnknownOpportunity)
    met, mine = competitors_of_deals().subquery().c, competitors_of_deals().subquery().c
    rivals = select(mine.competitor).where(mine.opportunity_id == opportunity_id)
    common = select(func.array_agg(met.competitor)).where(met.opportunity_id == table.opportunity_id, met.competitor.in_(rivals))
    shared = common.scalar_subquery()
    party = deals.party_id == here["party_id"]
    found = _learnt().add_columns(party.label("same_party"), shared.label("same_competitors"))
    like = found.where(table.opportunity_id != opportunity_id, or_(party, shared.is_not(None)))
    return await read.page(like, key=(table.ended_on, table.opportunity_id), into=lesson_beside, paging=paging)


def _learnt() -> Select[Any]:
    table, deals = Lesson.table.c, OpportunityRow.table.c
    value, currency = func.coalesce(deals.won, deals.value), func.coalesce(deals.won_currency, deals.currency)
    of_the_deal = (deals.company, deals.pipeline, deals.account_manager, value.label("value"), currency.label("currency"))
    return select(Lesson.table, *of_the_deal).join_from(
        Lesson.table, OpportunityRow.table, deals.opportunity_id == table.opportunity_id
    )  # fmt: skip


def _within(ended_from: date | None, ended_to: date | None) -> list[ColumnElement[bool]]:
    ended = Lesson.table.c.ended_on
    return ([ended >= ended_from] if ended_from else []) + ([ended <= ended_to] if ended_to else [])


def _says(text: str) -> ColumnElement[bool]:
    table, deals = Lesson.table.c, OpportunityRow.table.c
    searched = (table.lesson, table.cause, table.turning_point, table.next_time, deals.need, deals.company)
    return or_(*(column.icontains(text, autoescape=True) for column in searched))


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    summary = {name: row.pop(name) for name in ("cause", "turning_point", "next_time")}
    value = Money(amount=row["value"], currency=row.pop("currency"))
    return {**row, "value": value, "failure_summary": None if summary["cause"] is None else FailureSummary(**summary)}


def lesson_row(**row: Any) -> LessonRow:
    return LessonRow(**_plain(row))


def lesson_beside(**row: Any) -> LessonBeside:
    return LessonBeside(**{**_plain(row), "same_competitors": sorted(row["same_competitors"] or [])})
