"""Of which segment and tier a lead is, and why."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import httpx
import pytest
from lead_svc.lead.rules import decider
from lead_svc.lead.rules.score import ScoreLead
from lead_svc.rule_book.rules import RulesActivated, RulesDrafted, book_id
from lead_svc.rule_book.rules.classes import ClassRule, Described, place
from lead_svc.rule_book.rules.scoring import ScoringModel
from leads import BANT, captured, done
from ltc_events import Money
from ltc_events.lead import Bant, LeadAssigned, LeadCaptured, LeadQualified, LeadScored
from ltc_events.testing import given

LEAD, BOOK, NOON = UUID(int=1), book_id("scoring"), datetime(2026, 11, 24, 12, tzinfo=UTC)
NEEDS = Bant(need="Forty servers", budget=Money(amount=300, currency="USD"), authority="Board", timing=date(2026, 12, 24))


def known(**changes: Any) -> Described:
    return Described(
        **{"channel": "site", "campaign": None, "territory": None, "need": None, "bant": None, "touches": 0, "score": 0, **changes}
    )


@pytest.mark.parametrize(
    ("rule", "fitting", "reason"),
    [
        ({}, {}, "every lead"),
        ({"channels": ["site", "social"]}, {}, "channel site"),
        ({"campaigns": ["fair"]}, {"campaign": "fair"}, "campaign fair"),
        ({"territories": ["CN-SH"]}, {"territory": "CN-SH"}, "territory CN-SH"),
        ({"need_words": ["SERVER"]}, {"need": "some servers"}, "need SERVER"),
        ({"need_words": ["forty"]}, {"need": "some", "bant": NEEDS}, "need forty"),
        ({"budget": Money(amount=300, currency="USD")}, {"bant": NEEDS}, "budget of 3.00 USD or more"),
        ({"touches": 2}, {"touches": 2}, "2 touches or more"),
        ({"score": 70, "channels": ["site"]}, {"score": 71}, "channel site, score of 70 or more"),
    ],
)
def test_a_class_fits_with_its_reasons(rule: dict[str, Any], fitting: dict[str, Any], reason: str) -> None:
    assert place([ClassRule(name="A", **rule)], known(**fitting)) == ("A", reason)


@pytest.mark.parametrize(
    ("rule", "other"),
    [
        ({"channels": ["social"]}, {}),
        ({"campaigns": ["fair"]}, {}),
        ({"territories": ["CN-SH"]}, {"territory": "CN-BJ"}),
        ({"need_words": ["server"]}, {}),
        ({"budget": Money(amount=301, currency="USD")}, {"bant": NEEDS}),
        ({"budget": Money(amount=1, currency="CNY")}, {"bant": NEEDS}),
        ({"budget": Money(amount=1, currency="USD")}, {}),
        ({"touches": 3}, {"touches": 2}),
        ({"score": 70, "channels": ["site"]}, {"score": 69}),
    ],
)
def test_a_class_of_which_something_does_not_hold_does_not_fit(rule: dict[str, Any], other: dict[str, Any]) -> None:
    assert place([ClassRule(name="A", **rule)], known(**other)) is None
    assert place([ClassRule(name="A", **rule), ClassRule(name="B")], known(**other)) == ("B", "every lead")


def test_a_lead_is_classed_anew_with_what_is_learnt_and_only_a_change_is_told() -> None:
    model = ScoringModel(tiers=(ClassRule(name="A", budget=Money(amount=100, currency="USD")), ClassRule(name="C")))
    book = RulesDrafted(book_id=BOOK, book="scoring", version=1, scoring=model, drafted_by="max")
    rules = book, RulesActivated(book_id=BOOK, version=1, activated_by="max")
    lead = LeadCaptured(lead_id=LEAD, party_id=UUID(int=2), company="Acme", channel="site")
    scored = LeadScored(lead_id=LEAD, model_version=1, score=0, band="cold", factors=(), tier="C", tier_reason="every lead")
    judge = ScoreLead(lead_id=LEAD, at=NOON)
    given(decider, *rules, lead).when(judge).then(scored)
    given(decider, *rules, lead, scored).when(judge).then_nothing()
    learnt = LeadAssigned(lead_id=LEAD, owner="ann"), LeadQualified(lead_id=LEAD, bant=NEEDS)
    better = scored.model_copy(update={"tier": "A", "tier_reason": "budget of 1.00 USD or more"})
    given(decider, *rules, lead, scored, *learnt).when(judge).then(better)


async def test_leads_are_found_by_segment_and_tier_and_the_reasons_are_shown(served: Any, ann: httpx.AsyncClient) -> None:
    model = {
        "segments": [{"name": "Fairs", "channels": ["exhibition"]}, {"name": "Others"}],
        "tiers": [{"name": "A", "budget": {"amount": 1_000_000, "currency": "USD"}}, {"name": "C"}],
    }
    async with served.client("max", "sales_manager") as manager:
        await done(manager, "/rule-books/scoring", **model)
        await done(manager, "/rule-books/scoring/1/back-test", horizon_days=7)
        await done(manager, "/rule-books/scoring/1/activate")
    lead = await captured(ann)
    await captured(ann, channel="referral")
    await served.react()
    (row,) = (await ann.get("/leads", params={"segment": "Fairs", "tier": "C"})).json()["data"]
    assert (row["lead_id"], row["segment_reason"], row["tier_reason"]) == (lead, "channel exhibition", "every lead")
    await done(ann, f"/leads/{lead}/assign", owner="ann")
    await done(ann, f"/leads/{lead}/qualify", **BANT)
    await served.react()
    row = (await ann.get(f"/leads/{lead}")).json()
    assert (row["segment"], row["tier"], row["tier_reason"]) == ("Fairs", "A", "budget of 10,000.00 USD or more")
