"""What may happen to a deal, and what may not."""

from datetime import date
from uuid import UUID

import pytest
from deal_facts import (
    DEAL,
    OTHER,
    TODAY,
    USD,
    accepted,
    approved,
    cancel,
    cancelled,
    choose,
    decline,
    drafted,
    lose,
    lost,
    open_deal,
    opened,
    resume,
    sent,
    suspend,
    suspended,
    win,
    won,
)
from ltc_events import Event
from ltc_events.filled import DayInTheFuture
from ltc_events.testing import given
from opportunity_svc.deal import rules as opportunity
from opportunity_svc.deal.rules import possible
from opportunity_svc.deal.rules.bid_costs import BookBidCost
from opportunity_svc.deal.rules.events import LessonNoted
from opportunity_svc.deal.rules.form_fills import FillForm
from opportunity_svc.deal.rules.stages import EnterStage
from opportunity_svc.deal.rules.states import OpportunityClosed, OpportunityStatus, UnknownOpportunity
from opportunity_svc.deal.rules.terms import ChangeOpportunity
from opportunity_svc.form.rules import Form, FormActivated, FormDrafted, form_id
from opportunity_svc.price_book.rules import PriceBookSet, PriceItem, price_book_id
from opportunity_svc.quote.rules import decider as quotes
from opportunity_svc.quote.rules.draft import DraftQuote
from opportunity_svc.quote.rules.gates import QuoteNotAccepted, QuoteOfOtherOpportunity, UnknownQuote
from opportunity_svc.quote.rules.price import AskedLine

VISION, LABEL = form_id("vision"), {"en": "Vision", "zh": "愿景"}
change = ChangeOpportunity(opportunity_id=DEAL, value=USD, reason="They want less", actor="ann", today=TODAY)
spend = BookBidCost(
    opportunity_id=DEAL, cost_id=UUID(int=20), kind="travel", amount=USD, spent_on=TODAY, what_for="A visit", actor="ann", today=TODAY
)
card = PriceItem(product="GTX", description="A card", unit="piece", list_price=USD, tax_rate=0)
book = PriceBookSet(
    price_book_id=price_book_id("list"), code="list", version=1, currency="USD", items=(card,), valid_from=TODAY, set_by="mia"
)
draft = DraftQuote(
    quote_id=UUID(int=9), opportunity_id=DEAL, price_book="list", lines=(AskedLine(product="GTX", quantity=2),), actor="ann", today=TODAY
)


def test_a_deal_is_opened() -> None:
    given(opportunity.decider).when(open_deal).then(opened)


@pytest.mark.parametrize("history", [(opened,), (opened, lost), (opened, won)])
def test_a_deal_is_opened_once_however_often_its_lead_is_heard_of(history: tuple[Event, ...]) -> None:
    given(opportunity.decider, *history).when(open_deal).then_nothing()


def test_a_lost_deal_leaves_a_lesson() -> None:
    given(opportunity.decider, opened).when(lose).then(lost)


def test_a_deal_is_won_with_the_quote_the_customer_accepted() -> None:
    given(opportunity.decider, opened, drafted, approved, sent, accepted).when(win).then(won)


def test_a_win_may_leave_a_lesson_that_stays_with_us() -> None:
    learnt = LessonNoted(opportunity_id=DEAL, lesson="The works manager decides", won_on=TODAY)
    taught = win.model_copy(update={"lesson": learnt.lesson})
    given(opportunity.decider, opened, drafted, approved, sent, accepted).when(taught).then(won, learnt)
    assert not LessonNoted.published
    given(opportunity.decider, opened, won, learnt).when(lose).then_refused(OpportunityClosed, ended="won")


def test_a_quote_the_customer_has_not_accepted_wins_nothing() -> None:
    given(opportunity.decider, opened, drafted, approved, sent).when(win).then_refused(QuoteNotAccepted, stands="sent")


def test_a_quote_that_does_not_exist_wins_nothing() -> None:
    given(opportunity.decider, opened).when(win).then_refused(UnknownQuote)


def test_a_quote_of_another_deal_wins_nothing() -> None:
    other = opened.model_copy(update={"opportunity_id": OTHER})
    history = (opened, other, drafted, approved, sent, accepted)
    given(opportunity.decider, *history).when(win.model_copy(update={"opportunity_id": OTHER})).then_refused(QuoteOfOtherOpportunity)


def test_a_deal_is_decided_once() -> None:
    given(opportunity.decider, opened, drafted, approved, sent, accepted, won).when(win).then_refused(OpportunityClosed, ended="won")
    given(opportunity.decider, opened, drafted, approved, sent, accepted, lost).when(win).then_refused(OpportunityClosed, ended="lost")
    given(opportunity.decider, opened, won).when(lose).then_refused(OpportunityClosed, ended="won")


def test_a_deal_nobody_opened_is_neither_won_nor_lost() -> None:
    given(opportunity.decider).when(lose).then_refused(UnknownOpportunity)
    given(opportunity.decider, drafted, approved, sent, accepted).when(win).then_refused(UnknownOpportunity)


def test_tomorrow_has_not_happened_yet() -> None:
    tomorrow = date(2026, 11, 25)
    late_win = win.model_copy(update={"won_on": tomorrow})
    given(opportunity.decider, opened, drafted, approved, sent, accepted).when(late_win).then_refused(DayInTheFuture, day="2026-11-25")


def test_a_deal_may_be_entered_after_it_was_decided() -> None:
    given(opportunity.decider, opened).when(lose.model_copy(update={"lost_on": date(2017, 1, 1)})).then(
        lost.model_copy(update={"lost_on": date(2017, 1, 1)})
    )


@pytest.mark.parametrize(
    ("status", "history"),
    [
        ("open", (opened,)),
        ("suspended", (opened, suspended)),
        ("won", (opened, won)),
        ("lost", (opened, lost)),
        ("cancelled", (opened, cancelled)),
    ],
)
def test_the_actions_shown_are_those_that_are_not_refused(status: OpportunityStatus, history: tuple[Event, ...]) -> None:
    fill = FillForm(opportunity_id=DEAL, form="vision", values={}, actor="ann")
    said = {"name": LABEL, "fields": [{"key": "goal", "type": "text", "label": LABEL}]}
    vision = FormDrafted(form_id=VISION, code="vision", version=1, form=Form.model_validate(said), drafted_by="mia")
    form_is_live = (vision, FormActivated(form_id=VISION, code="vision", version=1, activated_by="mia"))
    accept = (drafted, approved, sent, accepted)
    refused = {
        "lose_opportunity": given(opportunity.decider, *history).when(lose).refusal,
        "win_opportunity": given(opportunity.decider, *history, *accept).when(win).refusal,
        "draft_quote": given(quotes, *history, book).when(draft).refusal,
        "decline_opportunity": given(opportunity.decider, *history).when(decline).refusal,
        "enter_stage": given(opportunity.decider, *history).when(EnterStage(opportunity_id=DEAL, actor="ann")).refusal,
        "choose_pipeline": given(opportunity.decider, *history).when(choose).refusal,
        "change_opportunity": given(opportunity.decider, *history).when(change).refusal,
        "book_bid_cost": given(opportunity.decider, *history).when(spend).refusal,
        "suspend_opportunity": given(opportunity.decider, *history).when(suspend).refusal,
        "resume_opportunity": given(opportunity.decider, *history).when(resume).refusal,
        "cancel_opportunity": given(opportunity.decider, *history).when(cancel).refusal,
        "fill_form": given(opportunity.decider, *history, *form_is_live).when(fill).refusal,
    }
    assert set(possible(status)) == {name for name, refusal in refused.items() if refusal is None}
