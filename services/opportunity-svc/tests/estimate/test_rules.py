"""What an estimate may say, and what a decision can be based on."""

from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given as over
from hypothesis import strategies as st
from ltc_events import Event, Money, Refusal
from ltc_events.opportunity import CashLine, CostLine, EstimateFrozen, OpportunityLost, OpportunityOpened
from ltc_events.testing import Given, given
from opportunity_svc.deal.rules.states import OpportunityClosed, UnknownOpportunity
from opportunity_svc.estimate.rules import (
    AmountBelowNothing,
    CalcFrozen,
    CashDoesNotSum,
    DraftEstimate,
    EstimateDrafted,
    EstimateInOtherCurrency,
    FreezeEstimate,
    FreezerIsMaker,
    LaterCalcFrozen,
    MonthsOutOfOrder,
    UnknownEstimate,
    VersionNotCurrent,
    decider,
    margin_rate,
    standing,
)

DEAL = UUID(int=1)


def usd(amount: int) -> Money:
    """Cents."""
    return Money(amount=amount, currency="USD")


def month(name: str, inflow: int, outflow: int) -> CashLine:
    """A month's money."""
    return CashLine(month=name, inflow=usd(inflow), outflow=usd(outflow))


opened = OpportunityOpened(
    opportunity_id=DEAL, lead_id=UUID(int=4), party_id=UUID(int=5), company="Acme", need="Servers", value=usd(500_000),
    account_manager="ann", solution_manager="sam", fulfilment_manager="fay", expected_close=date(2026, 12, 24),
)  # fmt: skip
lost = OpportunityLost(opportunity_id=DEAL, lead_id=UUID(int=4), reason="price", lesson="None", lost_on=date(2026, 11, 24))

draft = DraftEstimate(
    opportunity_id=DEAL,
    revenue=usd(1_000),
    costs=(CostLine(category="hardware", amount=usd(600)), CostLine(category="work", text="Two fitters", amount=usd(100))),
    cash=(month("2026-12", 0, 400), month("2027-01", 300, 300), month("2027-03", 700, 0)),
    assumptions="Steel at today's price",
    drafted_by="sam",
)
drafted = EstimateDrafted(estimate_id=draft.estimate_id, **dict(draft), version=1)
refine = draft.model_copy(update={"assumptions": "Steel at last week's price"})
refined = EstimateDrafted(estimate_id=draft.estimate_id, **dict(refine), version=2)
freeze = FreezeEstimate(opportunity_id=DEAL, gate="ATI", version=1, frozen_by="mia")
frozen = EstimateFrozen(**dict(drafted), gate="ATI", cost=usd(700), margin=usd(300), frozen_by="mia")


def after(*history: Event) -> Given:
    """The deal and its estimate."""
    return given(decider, *history)


def test_an_open_deal_is_estimated() -> None:
    after(opened).when(draft).then(drafted)


def test_a_refined_estimate_is_a_new_version() -> None:
    after(opened, drafted).when(refine).then(refined)


def test_saying_the_same_again_makes_no_version_whoever_says_it() -> None:
    after(opened, drafted).when(draft.model_copy(update={"drafted_by": "ann"})).then_nothing()


def test_a_version_somebody_else_wrote_is_frozen_for_a_decision() -> None:
    after(opened, drafted).when(freeze).then(frozen)


def test_freezing_twice_is_freezing_once() -> None:
    after(opened, drafted, frozen).when(freeze).then_nothing()


def test_after_it_was_frozen_an_estimate_is_refined_and_frozen_for_the_next_decision() -> None:
    bid = freeze.model_copy(update={"gate": "ATB", "version": 2})
    told = EstimateFrozen(**dict(refined), gate="ATB", cost=usd(700), margin=usd(300), frozen_by="mia")
    after(opened, drafted, frozen).when(refine).then(refined)
    after(opened, drafted, frozen, refined).when(bid).then(told)


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"gate": "ATI", "version": 2}, CalcFrozen),
        ({"gate": "ATB", "version": 1}, VersionNotCurrent),
        ({"gate": "ATB", "version": 2, "frozen_by": "sam"}, FreezerIsMaker),
    ],
)
def test_what_a_decision_is_based_on_stays_and_was_looked_at(change: dict[str, object], refusal: type[Refusal]) -> None:
    after(opened, drafted, frozen, refined).when(freeze.model_copy(update=change)).then_refused(refusal)


def test_no_earlier_decision_is_based_on_a_later_estimate() -> None:
    contract = EstimateFrozen(**dict(drafted), gate="ATC", cost=usd(700), margin=usd(300), frozen_by="mia")
    after(opened, drafted, contract).when(freeze.model_copy(update={"gate": "ATB"})).then_refused(LaterCalcFrozen)


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"revenue": Money(amount=1_000, currency="CNY")}, EstimateInOtherCurrency),
        ({"costs": (CostLine(category="hardware", amount=Money(amount=700, currency="CNY")),)}, EstimateInOtherCurrency),
        ({"costs": (CostLine(category="hardware", amount=usd(-1)),)}, AmountBelowNothing),
        ({"costs": (CostLine(category="hardware", amount=usd(699)),)}, CashDoesNotSum),
        ({"revenue": usd(1_001)}, CashDoesNotSum),
        ({"cash": (month("2027-01", 1_000, 0), month("2026-12", 0, 700))}, MonthsOutOfOrder),
        ({"cash": (month("2027-01", 1_000, 0), month("2027-01", 0, 700))}, MonthsOutOfOrder),
    ],
)
def test_an_estimate_that_contradicts_itself_is_refused(change: dict[str, object], refusal: type[Refusal]) -> None:
    after(opened).when(draft.model_copy(update=change)).then_refused(refusal)


def test_only_an_open_deal_is_estimated() -> None:
    after().when(draft).then_refused(UnknownOpportunity)
    after(opened, lost).when(draft).then_refused(OpportunityClosed)
    after(opened, drafted, lost).when(freeze).then_refused(OpportunityClosed)
    after(opened).when(freeze).then_refused(UnknownEstimate)


def test_the_cash_curve_says_how_much_is_to_be_funded() -> None:
    assert standing(draft.cash) == [-400, -400, 300]


def test_the_margin_is_a_share_of_the_revenue_half_up() -> None:
    assert margin_rate(usd(1_000), usd(700)) == Decimal("0.3000")
    assert margin_rate(usd(3), usd(4)) == Decimal("-0.3333")
    assert margin_rate(usd(80_000), usd(79_999)) == Decimal("0.0000")
    assert margin_rate(usd(0), usd(5)) is None


AMOUNTS = st.lists(st.integers(0, 10**12), min_size=1, max_size=12)


@over(AMOUNTS, AMOUNTS)
def test_what_is_frozen_adds_up(inflows: list[int], outflows: list[int]) -> None:
    many = max(len(inflows), len(outflows))
    pairs = zip(inflows + [0] * (many - len(inflows)), outflows + [0] * (many - len(outflows)), strict=True)
    command = draft.model_copy(
        update={
            "revenue": usd(sum(inflows)),
            "costs": tuple(CostLine(category="work", amount=usd(amount)) for amount in outflows),
            "cash": tuple(month(f"{2030 + number}-01", *pair) for number, pair in enumerate(pairs)),
        }
    )
    (event,) = after(opened).when(command).events
    (told,) = after(opened, event).when(freeze).events
    assert isinstance(told, EstimateFrozen)
    assert told.margin == told.revenue - told.cost
    assert standing(told.cash)[-1] == told.margin.amount, "in the end all money has moved"
