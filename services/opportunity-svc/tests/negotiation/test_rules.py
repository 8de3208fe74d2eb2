"""Rounds, concessions and deadlocks."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from ltc_events import Event, Money, Refusal
from ltc_events.opportunity import OpportunityLost, OpportunityOpened
from ltc_events.testing import given
from opportunity_svc.deal.rules.states import OpportunityClosed, UnknownOpportunity
from opportunity_svc.negotiation.rules import (
    Alternative,
    BreakDeadlock,
    Concession,
    ConcessionBelowNothing,
    DeadlockBroken,
    DeadlockNoted,
    InDeadlock,
    NoSuchAlternative,
    NoteDeadlock,
    NothingNegotiated,
    NotInDeadlock,
    RecordRound,
    RoundBeforeTheLast,
    RoundHeld,
    RoundOnOtherContent,
    decider,
)
from opportunity_svc.quote.rules.events import QuoteDrafted
from opportunity_svc.quote.rules.gates import QuoteOfOtherOpportunity, UnknownQuote

DEAL, QUOTE = UUID(int=1), UUID(int=3)
TODAY = date(2026, 11, 24)
HASH = "ab" * 32


def usd(amount: int) -> Money:
    return Money(amount=amount, currency="USD")


opened = OpportunityOpened(
    opportunity_id=DEAL,
    lead_id=UUID(int=4),
    party_id=UUID(int=5),
    company="Acme",
    need="Servers",
    value=usd(500_000),
    account_manager="ann",
    solution_manager="sam",
    fulfilment_manager="fay",
    expected_close=date(2026, 12, 24),
)
drafted = QuoteDrafted(
    quote_id=QUOTE,
    opportunity_id=DEAL,
    price_book="list",
    price_book_version=1,
    currency="USD",
    lines=(),
    net=usd(900),
    quote_hash=HASH,
    drafted_by="ann",
    drafted_on=TODAY,
    expires_on=TODAY + timedelta(days=30),
)

gave = Concession(about="price", what="Five percent", value=usd(45))
got = Concession(about="payment", what="Half of it in advance")
record = RecordRound(
    opportunity_id=DEAL,
    quote_id=QUOTE,
    quote_hash=HASH,
    gave=(gave,),
    got=(got,),
    held_on=TODAY,
    actor="ann",
)
held = RoundHeld(
    opportunity_id=DEAL,
    round=1,
    quote_id=QUOTE,
    revision=1,
    quote_hash=HASH,
    net=usd(900),
    gave=(gave,),
    got=(got,),
    held_on=TODAY,
    recorded_by="ann",
)
alternatives = (Alternative(what="A smaller first step"), Alternative(what="Another bank", quote_id=QUOTE))
stuck = NoteDeadlock(opportunity_id=DEAL, about="Penalty", alternatives=alternatives, actor="ann", today=TODAY)
noted = DeadlockNoted(opportunity_id=DEAL, after_round=1, about="Penalty", alternatives=alternatives, noted_by="ann", noted_on=TODAY)
go_on = BreakDeadlock(opportunity_id=DEAL, alternative=1, how="They took it", actor="ann", today=TODAY)
broken = DeadlockBroken(opportunity_id=DEAL, alternative=1, how="They took it", broken_by="ann", broken_on=TODAY)
lost = OpportunityLost(opportunity_id=DEAL, lead_id=UUID(int=4), reason="price", lesson="None", lost_on=TODAY)


def test_a_round_is_about_the_content_that_was_on_the_table() -> None:
    given(decider, opened, drafted).when(record).then(held)
    given(decider, opened, drafted, held).when(record).then(held.model_copy(update={"round": 2}))


@pytest.mark.parametrize(
    ("history", "change", "refusal"),
    [
        ((), {}, UnknownOpportunity),
        ((opened, drafted, lost), {}, OpportunityClosed),
        ((opened,), {}, UnknownQuote),
        ((opened, drafted.model_copy(update={"opportunity_id": UUID(int=2)})), {}, QuoteOfOtherOpportunity),
        ((opened, drafted), {"quote_hash": "0" * 64}, RoundOnOtherContent),
        ((opened, drafted, held), {"held_on": date(2026, 11, 23)}, RoundBeforeTheLast),
        ((opened, drafted), {"got": (Concession(about="price", what="Less", value=usd(-1)),)}, ConcessionBelowNothing),
        ((opened, drafted, held, noted), {}, InDeadlock),
    ],
)
def test_a_round_is_refused(history: tuple[Event, ...], change: dict[str, object], refusal: type[Refusal]) -> None:
    given(decider, *history).when(record.model_copy(update=change)).then_refused(refusal)


def test_a_deadlock_has_alternatives_and_ends_with_what_broke_it() -> None:
    given(decider, opened, drafted, held).when(stuck).then(noted)
    given(decider, opened, drafted, held, noted).when(go_on).then(broken)
    given(decider, opened, drafted, held, noted, broken).when(record).then(held.model_copy(update={"round": 2}))


def test_where_nothing_is_stuck_nothing_can_be_broken_and_the_other_way_round() -> None:
    given(decider, opened).when(stuck).then_refused(NothingNegotiated)
    given(decider, opened, drafted, held, noted).when(stuck).then_refused(InDeadlock)
    given(decider, opened, drafted, held).when(go_on).then_refused(NotInDeadlock)
    given(decider, opened, drafted, held, noted).when(go_on.model_copy(update={"alternative": 3})).then_refused(NoSuchAlternative, number=2)
