"""How promising a lead is, and why."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st
from lead_svc.lead.policies import score_lead
from lead_svc.lead.rules import decider
from lead_svc.lead.rules.events import TouchLogged
from lead_svc.lead.rules.score import ScoreLead
from lead_svc.rule_book.rules import RulesActivated, RulesDrafted, book_id
from lead_svc.rule_book.rules.scoring import BudgetStep, Known, PerTouch, ScoringModel, Within, back_tested, band, factors, score
from ltc_events import Fact, Money
from ltc_events.lead import Bant, LeadAssigned, LeadCaptured, LeadDisqualified, LeadQualified, LeadScored, ScoreFactor
from ltc_events.testing import given
from pydantic import ValidationError

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
LEAD, BOOK = UUID(int=1), book_id("scoring")
MODEL = ScoringModel(
    channels={"referral": 20, "network": -5},
    campaigns={"hannover": 10},
    need=5,
    need_words={"Servers": 15, "cards": 5},
    budget=(
        BudgetStep(at_least=Money(amount=100, currency="USD"), points=10),
        BudgetStep(at_least=Money(amount=500, currency="USD"), points=30),
    ),
    authority=10,
    timing=(Within(days=30, points=20), Within(days=90, points=10)),
    touches=PerTouch(each=3, most=9),
    recency=(Within(days=7, points=5),),
)
BANT = Bant(need="Forty servers", budget=Money(amount=300, currency="USD"), authority="Board", timing=date(2026, 12, 24))


def known(**changes: Any) -> Known:
    return Known(
        **{"channel": "site", "campaign": None, "need": None, "bant": None, "touches": 0, "last_touch": None, "at": NOON, **changes}
    )


def points(**changes: Any) -> dict[str, int]:
    return {factor.factor: factor.points for factor in factors(MODEL, known(**changes))}


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        ({}, {}),
        ({"channel": "referral"}, {"channel": 20}),
        ({"channel": "network"}, {"channel": -5}),
        ({"campaign": "hannover"}, {"campaign": 10}),
        ({"campaign": "munich"}, {}),
        ({"need": "Something"}, {"need": 5}),
        ({"need": "SERVERS and cards"}, {"need": 20}),
        ({"bant": BANT}, {"need": 20, "budget": 10, "authority": 10, "timing": 20}),
        ({"bant": BANT, "at": NOON - timedelta(days=31)}, {"need": 20, "budget": 10, "authority": 10, "timing": 10}),
        ({"touches": 2}, {"touches": 6}),
        ({"touches": 50}, {"touches": 9}),
        ({"last_touch": NOON - timedelta(days=7)}, {"recency": 5}),
        ({"last_touch": NOON - timedelta(days=8)}, {}),
    ],
)
def test_every_factor_gives_the_points_the_model_says(what: dict[str, Any], expected: dict[str, int]) -> None:
    assert points(**what) == expected


def test_a_budget_in_another_currency_gives_no_points() -> None:
    assert "budget" not in points(bant=BANT.model_copy(update={"budget": Money(amount=10**9, currency="CNY")}))


def test_cold_warm_and_hot_begin_where_the_model_says() -> None:
    assert [band(MODEL, number) for number in (0, 39, 40, 69, 70, 100)] == ["cold", "cold", "warm", "warm", "hot", "hot"]


@drawn(st.lists(st.integers(-100, 100), max_size=20))
def test_a_score_is_never_below_0_or_above_100(each: list[int]) -> None:
    assert 0 <= score(ScoreFactor(factor="channel", points=number) for number in each) <= 100


def test_a_model_in_which_warm_is_hotter_than_hot_is_none() -> None:
    with pytest.raises(ValidationError):
        ScoringModel(warm_from=70, hot_from=70)


def test_a_back_test_says_how_each_band_ended() -> None:
    hot = known(channel="referral", bant=BANT)
    results = back_tested(MODEL, [(hot, "converted"), (hot, "disqualified"), (known(), "disqualified")])
    assert [(each.band, each.leads, each.converted) for each in results] == [("hot", 2, 1), ("warm", 0, 0), ("cold", 1, 0)]


captured = LeadCaptured(lead_id=LEAD, party_id=LEAD, company="Acme", channel="referral", need="Servers")
assigned = LeadAssigned(lead_id=LEAD, owner="ann")
drafted = RulesDrafted(book_id=BOOK, book="scoring", version=1, scoring=MODEL, drafted_by="max")
live = RulesActivated(book_id=BOOK, version=1, activated_by="max")
judge = ScoreLead(lead_id=LEAD, at=NOON)
scored = LeadScored(
    lead_id=LEAD, model_version=1, score=40, band="warm",
    factors=(ScoreFactor(factor="channel", points=20), ScoreFactor(factor="need", points=20)),
)  # fmt: skip


def test_a_lead_is_scored_by_the_model_that_counts_with_its_reasons() -> None:
    given(decider, captured, drafted, live).when(judge).then(scored)


def test_without_a_model_that_counts_nothing_is_scored() -> None:
    given(decider, captured).when(judge).then_nothing()
    given(decider, captured, drafted).when(judge).then_nothing()


def test_a_score_that_did_not_change_is_not_told_again() -> None:
    given(decider, captured, drafted, live, scored).when(judge).then_nothing()


def test_a_new_version_of_the_model_tells_its_score_even_where_it_is_the_same() -> None:
    again = (drafted.model_copy(update={"version": 2}), RulesActivated(book_id=BOOK, version=2, previous=1, activated_by="max"))
    given(decider, captured, drafted, live, scored, *again).when(judge).then(scored.model_copy(update={"model_version": 2}))


def test_what_was_found_out_counts() -> None:
    (event,) = given(decider, captured, assigned, LeadQualified(lead_id=LEAD, bant=BANT), drafted, live).when(judge).events
    assert isinstance(event, LeadScored)
    assert (event.score, event.band) == (80, "hot")


def test_a_lead_that_is_over_is_not_scored() -> None:
    given(decider, captured, LeadDisqualified(lead_id=LEAD, reason="No"), drafted, live).when(judge).then_nothing()


def test_whatever_we_learn_of_a_lead_scores_it_anew_at_that_time() -> None:
    touch = TouchLogged(
        lead_id=LEAD,
        touch_id=LEAD,
        kind="call",
        direction="in",
        marketing=False,
        at=NOON,
        by="ann",
        touches=1,
        first_touch=NOON,
        last_touch=NOON,
    )
    fact = Fact(1, "lead", LEAD, 1, NOON, NOON, "ann", LEAD)
    for learnt in (captured, touch, LeadQualified(lead_id=LEAD, bant=BANT)):
        assert score_lead(learnt, fact) == [judge]
