"""Grading: how promising a lead is by the model that counts, whenever we learn something about it."""

from datetime import datetime
from uuid import UUID

from ltc_events import Command, Event, JointDecider, States, Stream
from ltc_events.lead import LeadScored

from ...rule_book import rules as rule_book
from ...rule_book.rules.classes import Described, place
from ...rule_book.rules.scoring import Known, band, factors, score
from .. import rules as lead
from .states import Alive, Qualified, Score


class ScoreLead(Command):
    """Work out anew how promising the lead is."""

    lead_id: UUID
    at: datetime


def decide(states: States, command: ScoreLead) -> list[Event]:
    known, book = states.of(lead.decider, command.lead_id), states.of(rule_book.decider, SCORING)
    model = book.scoring
    if not isinstance(known, Alive) or model is None or book.live is None:
        return []  # it is over, or nobody said how to judge it
    found = factors(model, what_is_known(known, command.at))
    points = score(found)
    described = describe(known, points)
    segment, tier = place(model.segments, described), place(model.tiers, described)
    now = Score(book.live, points, band(model, points), found, segment, tier)
    if known.trail.score == now:
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


def streams(command: ScoreLead) -> list[Stream]:
    return [lead.decider.of(command.lead_id), rule_book.decider.of(SCORING)]


SCORING = rule_book.book_id("scoring")

decider: JointDecider[ScoreLead] = JointDecider(commands=ScoreLead, streams=streams, decide=decide, over=(lead.decider, rule_book.decider))
