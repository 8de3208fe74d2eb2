"""How promising a lead is: points for what we know of it, by a model that is data."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from ltc_events import Code, Money, Name, Value
from ltc_events.lead import Band, Bant, Channel, ScoreFactor
from pydantic import ConfigDict, Field, model_validator

from .classes import ClassRule

Points = Annotated[int, Field(ge=-100, le=100)]
Days = Annotated[int, Field(ge=0, le=3650)]
Outcome = Literal["converted", "disqualified"]


class Part(Value):
    """A part of a model; a field it does not know is refused, so that a misspelt one is not silently lost."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class BudgetStep(Part):
    """Points for a budget of at least so much."""

    at_least: Money
    points: Points


class Within(Part):
    """Points for something at most so many days away."""

    days: Days
    points: Points


class PerTouch(Part):
    """Points for each touch, up to a limit."""

    each: Points
    most: Points


class ScoringModel(Part):
    """How many points what is worth. Of several steps that fit, the one with most points counts."""

    channels: dict[Channel, Points] = {}
    campaigns: dict[Code, Points] = {}
    need: Points = 0
    """For a need that was said at all."""
    need_words: dict[Name, Points] = {}
    """For a need in which the word stands, whatever its case."""
    budget: tuple[BudgetStep, ...] = ()
    authority: Points = 0
    """For knowing who decides."""
    timing: tuple[Within, ...] = ()
    """For how soon they want it."""
    touches: PerTouch | None = None
    recency: tuple[Within, ...] = ()
    """For how lately we were in touch."""
    segments: Annotated[tuple[ClassRule, ...], Field(max_length=100)] = ()
    """Of the segments that fit, a lead is of the first."""
    tiers: Annotated[tuple[ClassRule, ...], Field(max_length=100)] = ()
    """Of the tiers that fit, a lead is of the first."""
    warm_from: Annotated[int, Field(ge=1, le=100)] = 40
    hot_from: Annotated[int, Field(ge=2, le=100)] = 70

    @model_validator(mode="after")
    def bands_are_in_order(self) -> "ScoringModel":
        """Hot is beyond warm."""
        if self.hot_from <= self.warm_from:
            raise ValueError("hot_from must be above warm_from")
        return self


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a lead at an instant."""

    channel: str
    campaign: str | None
    need: str | None
    bant: Bant | None
    touches: int
    last_touch: datetime | None
    at: datetime


def factors(model: ScoringModel, known: Known) -> tuple[ScoreFactor, ...]:
    """What gives the lead points, or costs it some."""
    bant = known.bant
    need = bant.need if bant else known.need
    points = {
        "channel": model.channels.get(known.channel, 0),  # type: ignore[call-overload]
        "campaign": model.campaigns.get(known.campaign, 0) if known.campaign else 0,
        "need": needed(model, need) if need else 0,
        "budget": most(step.points for step in model.budget if bant and holds(step, bant.budget)),
        "authority": model.authority if bant else 0,
        "timing": most(step.points for step in model.timing if bant and (bant.timing - known.at.date()).days <= step.days),
        "touches": 0 if model.touches is None else min(known.touches * model.touches.each, model.touches.most),
        "recency": most(step.points for step in model.recency if known.last_touch and (known.at - known.last_touch).days <= step.days),
    }
    return tuple(ScoreFactor(factor=name, points=each) for name, each in points.items() if each)


def needed(model: ScoringModel, need: str) -> int:
    said = need.casefold()
    return model.need + most(points for word, points in model.need_words.items() if word.casefold() in said)


def holds(step: BudgetStep, budget: Money) -> bool:
    """A step says nothing about budgets in another currency."""
    return budget.currency == step.at_least.currency and budget >= step.at_least


def most(points: Iterable[int]) -> int:
    return max(points, default=0)


def score(found: Iterable[ScoreFactor]) -> int:
    """All points together, never below 0 or above 100."""
    return max(0, min(100, sum(factor.points for factor in found)))


def band(model: ScoringModel, points: int) -> Band:
    return "hot" if points >= model.hot_from else "warm" if points >= model.warm_from else "cold"


class BandResult(Value):
    """How the leads of one band ended."""

    band: Band
    leads: int
    converted: int


def back_tested(model: ScoringModel, history: Iterable[tuple[Known, Outcome]]) -> tuple[BandResult, ...]:
    """How the leads that are over would have been judged early on, and how each band ended."""
    counted: dict[Band, list[int]] = {"hot": [0, 0], "warm": [0, 0], "cold": [0, 0]}
    for known, outcome in history:
        tally = counted[band(model, score(factors(model, known)))]
        tally[0] += 1
        tally[1] += outcome == "converted"
    return tuple(BandResult(band=name, leads=leads, converted=converted) for name, (leads, converted) in counted.items())
