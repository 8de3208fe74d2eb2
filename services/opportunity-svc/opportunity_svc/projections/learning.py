"""What was learnt from deals that are over."""

from ltc_events import on, projection, put
from ltc_events.opportunity import OpportunityLost
from ltc_events.projection import Row
from sqlalchemy import Column, Date, Index, Table, Text
from sqlalchemy.dialects.postgresql import UUID

from ..deal.rules.events import LessonNoted
from .schema import read

lessons = Table(
    "lesson",
    read,
    Column("opportunity_id", UUID, primary_key=True),
    Column("outcome", Text, nullable=False),
    Column("lesson", Text, nullable=False),
    Column("reason", Text),
    Column("competitor", Text),
    Column("cause", Text),
    Column("turning_point", Text),
    Column("next_time", Text),
    Column("ended_on", Date, nullable=False),
    Index("lesson_newest", "ended_on", "opportunity_id"),
)

NEW_LESSON = dict.fromkeys(lessons.columns.keys())


def from_a_win(deal: LessonNoted) -> Row:
    """What somebody said of a won deal, if anybody did."""
    return {**NEW_LESSON, "opportunity_id": deal.opportunity_id, "outcome": "won", "lesson": deal.lesson, "ended_on": deal.won_on}


def from_a_loss(deal: OpportunityLost) -> Row:
    """What everybody says of a lost deal; of a project, also its failure summary."""
    summary = {} if deal.failure_summary is None else deal.failure_summary.model_dump()
    learnt = {
        "opportunity_id": deal.opportunity_id,
        "outcome": "lost",
        "lesson": deal.lesson,
        "reason": deal.reason,
        "competitor": deal.competitor,
        "ended_on": deal.lost_on,
    }
    return {**NEW_LESSON, **learnt, **summary}


lesson_list = projection("lesson_list", on(LessonNoted, put(lessons, from_a_win)), on(OpportunityLost, put(lessons, from_a_loss)))
