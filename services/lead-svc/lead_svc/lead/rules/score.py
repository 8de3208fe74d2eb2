"""Scoring: how promising a lead is by the active model, after each change of what is known of it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from ltc_events import Command, Event, Stream
from ltc_events.lead import LeadScored

from ...rule_book.rules import Book, book_id
from ...rule_book.rules import decider as rule_book
from ...rule_book.rules.classes import Described, place
from ...rule_book.rules.scoring import Known, band, factors, score
from .history import history
from .states import Alive, Lead, Qualified, Score

SCORING = book_id("scoring")


class ScoreLead(Command):
    """Score the lead anew."""

    lead_id: UUID
    at: datetime

    def reads(self) -> Sequence[Stream]:
        """The lead and the scoring model."""
        return [history.of(self.lead_id), rule_book.of(SCORING)]


def score_lead(lead: Lead, book: Book, command: ScoreLead) -> Sequence[Event]:
    model = book.scoring
    if not isinstance(lead, Alive) or model is None or book.live is None:
        return []  # it is closed, or there is no model
    found = factors(model, what_is_known(lead, command.at))
    points = score(found)
    described = describe(lead, points)
    segment, tier = place(model.segments, described), place(model.tiers, described)
    now = Score(book.live, points, band(model, points), found, segment, tier)
    if lead.trail.score == now:
        return []
    scored = LeadScored(
        lead_id=command.lead_id,
        model_version=now.version,
        score=points,
        band=now.band,
        factors=found,
        segment=segment and segment.name,
        segment_reason=segment and segment.reason[:4000],
        tier=tier and tier.name,
        tier_reason=tier and tier.reason[:4000],
    )
    return [scored]


def describe(lead: Alive, score: int) -> Described:
    bant = lead.bant if isinstance(lead, Qualified) else None
    return Described(lead.who.channel, lead.who.campaign, lead.who.territory, lead.who.need, bant, lead.trail.touches, score)


def what_is_known(lead: Alive, at: datetime) -> Known:
    bant = lead.bant if isinstance(lead, Qualified) else None
    return Known(lead.who.channel, lead.who.campaign, lead.who.need, bant, lead.trail.touches, lead.trail.last_touch, at)
