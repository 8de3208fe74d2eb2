"""Judging leads as lead-svc decides it, against a plain loop of the same arithmetic."""

import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from lead_svc.lead import rules as lead
from lead_svc.lead.rules import decider
from lead_svc.lead.rules import score as grading
from lead_svc.lead.rules.score import ScoreLead
from lead_svc.lead.rules.states import Qualified, Trail, Who
from lead_svc.rule_book import rules as rule_book
from lead_svc.rule_book.rules import Book
from lead_svc.rule_book.rules.scoring import BudgetStep, PerTouch, ScoringModel, Within
from ltc_events import GivenStates, Money
from ltc_events.lead import Bant
from ltc_kit.versioned_document import Versions

from .measure import Figure, compare

LEADS = 100_000
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
CHANNELS = ("site", "landing_page", "social", "exhibition", "network", "referral", "research", "other")
POINTS = {"site": 5, "exhibition": 15, "referral": 20}
WORDS = {"server": 10, "显卡": 12, "pump": 4}
STEPS = ((1_000_000, 5), (5_000_000, 15), (20_000_000, 25))
DAYS = ((30, 20), (90, 10))

MODEL = ScoringModel.model_validate(
    {
        "channels": POINTS, "need": 5, "need_words": WORDS, "authority": 10, "touches": PerTouch(each=3, most=12),
        "budget": [BudgetStep(at_least=Money(amount=least, currency="USD"), points=points) for least, points in STEPS],
        "timing": [Within(days=days, points=points) for days, points in DAYS],
        "recency": [Within(days=days, points=points) for days, points in DAYS],
    }
)  # fmt: skip
BOOK = Book(versions=Versions(written=(MODEL,), live=1), tested=frozenset({1}))


def known(number: int) -> dict[str, Any]:
    """What is known of a lead, as a loop would have it."""
    return {
        "channel": CHANNELS[number % 8], "need": ("Forty server cards", "显卡四十块", "A pump", "Advice")[number % 4],
        "budget": number * 7919 % 30_000_000, "timing": date(2026, 12, 1) + timedelta(days=number % 120),
        "touches": number % 6, "last_touch": NOW - timedelta(days=number % 100),
    }  # fmt: skip


def state(said: dict[str, Any]) -> Qualified:
    """The same as a lead of ours."""
    budget = Money(amount=said["budget"], currency="USD")
    who = Who(UUID(int=1), "Acme", None, said["channel"], None, said["need"])
    bant = Bant(need=said["need"], budget=budget, authority="Board", timing=said["timing"])
    return Qualified(who, "ann", bant, Trail(touches=said["touches"], last_touch=said["last_touch"]))


def plainly(said: dict[str, Any]) -> int:
    """The points of one lead, without models, factors or reasons."""
    points: int = POINTS.get(said["channel"], 0) + 5 + 10 + min(said["touches"] * 3, 12)
    need = said["need"].casefold()
    points += max((worth for word, worth in WORDS.items() if word in need), default=0)
    points += max((worth for least, worth in STEPS if said["budget"] >= least), default=0)
    away = (said["timing"] - NOW.date()).days
    points += max((worth for days, worth in DAYS if away <= days), default=0)
    ago = (NOW - said["last_touch"]).days
    points += max((worth for days, worth in DAYS if ago <= days), default=0)
    return max(0, min(100, points))


def rate_of(work: Callable[[], object]) -> float:
    """Leads a second."""
    began = time.perf_counter()
    work()
    return LEADS / (time.perf_counter() - began)


async def score() -> Figure:
    """100,000 leads; each decision also gives the band and every factor that counted."""
    said = [known(number) for number in range(LEADS)]
    stream, book = lead.decider.of(UUID(int=2)), rule_book.decider.of(grading.SCORING)
    held = [GivenStates({stream: state(each), book: BOOK}) for each in said]
    command = ScoreLead(lead_id=stream.id, at=NOW)
    ours = [decider.decide_on(each, command) for each in held[:1000]]
    assert [event.score for events in ours for event in events] == [plainly(each) for each in said[:1000]]  # type: ignore[attr-defined]

    async def decided() -> float:
        return rate_of(lambda: [decider.decide_on(each, command) for each in held])

    async def looped() -> float:
        return rate_of(lambda: [plainly(each) for each in said])

    return await compare("score", decided, looped, "leads/s", 0.1)
