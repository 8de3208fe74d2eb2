"""How sure a deal is, who sells together, and what they are to win."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given as over
from hypothesis import strategies as st
from ltc_events import Money, Refusal
from ltc_events.opportunity import OpportunityLost, OpportunityOpened
from ltc_events.testing import given
from opportunity_svc.deal.rules.states import OpportunityClosed, UnknownOpportunity
from opportunity_svc.forecast.rules import CloseDayPassed, ForecastBelowNothing, ForecastSet, SetForecast, forecast_id
from opportunity_svc.forecast.rules import decider as forecast_decider
from opportunity_svc.team.rules import (
    LeadIsNoMember,
    MemberNamedTwice,
    SetTarget,
    SetTeam,
    TargetOfNothing,
    TargetSet,
    TeamSet,
    UnknownTeam,
    Weights,
    days_of,
    decider,
    team_id,
)

DEAL, TODAY = UUID(int=1), date(2026, 11, 24)


def usd(amount: int) -> Money:
    """Cents."""
    return Money(amount=amount, currency="USD")


opened = OpportunityOpened(
    opportunity_id=DEAL, lead_id=UUID(int=4), party_id=UUID(int=5), company="Acme", need="Servers", value=usd(500_000),
    account_manager="ann", solution_manager="sam", fulfilment_manager="fay", expected_close=date(2026, 12, 24),
)  # fmt: skip
lost = OpportunityLost(opportunity_id=DEAL, lead_id=UUID(int=4), reason="price", lesson="None", lost_on=TODAY)
set_forecast = SetForecast(
    forecast_id=forecast_id(DEAL), opportunity_id=DEAL, category="commit", amount=usd(400_000), close_on=TODAY, set_by="ann", today=TODAY
)
was_set = ForecastSet(**{name: value for name, value in dict(set_forecast).items() if name != "today"}, version=1, account_manager="ann")

set_team = SetTeam(team_id=team_id("east"), code="east", territory="CN-SH", lead="mia", members=("mia", "ann"), set_by="mia")
team_set = TeamSet(**dict(set_team), version=1)
WEIGHTS = Weights(commit=Decimal("0.9"), best_case=Decimal("0.5"), pipeline=Decimal("0.1"))
set_target = SetTarget(team_id=team_id("east"), period="2026-Q4", amount=usd(1_000_000), weights=WEIGHTS, set_by="mia")
target_set = TargetSet(**dict(set_target), version=1)


def test_an_open_deal_is_forecast() -> None:
    given(forecast_decider, opened).when(set_forecast).then(was_set)


def test_what_changes_is_a_new_version_and_what_does_not_is_none() -> None:
    again = set_forecast.model_copy(update={"set_by": "mia"})
    given(forecast_decider, opened, was_set).when(again).then_nothing()
    less = set_forecast.model_copy(update={"amount": usd(1)})
    given(forecast_decider, opened, was_set).when(less).then(was_set.model_copy(update={"version": 2, "amount": usd(1)}))


@pytest.mark.parametrize(
    ("change", "refusal"),
    [({"close_on": TODAY - timedelta(days=1)}, CloseDayPassed), ({"amount": usd(-1)}, ForecastBelowNothing)],
)
def test_a_forecast_is_of_what_is_to_come(change: dict[str, object], refusal: type[Refusal]) -> None:
    given(forecast_decider, opened).when(set_forecast.model_copy(update=change)).then_refused(refusal)


def test_only_an_open_deal_is_forecast() -> None:
    given(forecast_decider).when(set_forecast).then_refused(UnknownOpportunity)
    given(forecast_decider, opened, lost).when(set_forecast).then_refused(OpportunityClosed)


def test_a_team_is_made_and_changed() -> None:
    given(decider).when(set_team).then(team_set)
    given(decider, team_set).when(set_team.model_copy(update={"set_by": "max"})).then_nothing()
    bigger = set_team.model_copy(update={"members": ("mia", "ann", "bob")})
    given(decider, team_set).when(bigger).then(team_set.model_copy(update={"version": 2, "members": bigger.members}))


def test_a_team_names_everybody_once_and_its_lead_too() -> None:
    given(decider).when(set_team.model_copy(update={"members": ("mia", "ann", "mia")})).then_refused(MemberNamedTwice)
    given(decider).when(set_team.model_copy(update={"lead": "max"})).then_refused(LeadIsNoMember)


def test_a_team_has_a_target_for_each_quarter() -> None:
    given(decider, team_set).when(set_target).then(target_set)
    given(decider, team_set, target_set).when(set_target).then_nothing()
    more = set_target.model_copy(update={"amount": usd(2_000_000)})
    given(decider, team_set, target_set).when(more).then(target_set.model_copy(update={"version": 2, "amount": usd(2_000_000)}))
    given(decider).when(set_target).then_refused(UnknownTeam)
    given(decider, team_set).when(set_target.model_copy(update={"amount": usd(0)})).then_refused(TargetOfNothing)


@over(st.integers(1900, 2199), st.integers(1, 4))
def test_the_quarters_of_a_year_follow_each_other_without_a_gap(year: int, quarter: int) -> None:
    first, last = days_of(f"{year}-Q{quarter}")
    following = f"{year}-Q{quarter + 1}" if quarter < 4 else f"{year + 1}-Q1"
    assert first.day == 1
    assert days_of(following)[0] == last + timedelta(days=1)
    assert 90 <= (last - first).days + 1 <= 92
