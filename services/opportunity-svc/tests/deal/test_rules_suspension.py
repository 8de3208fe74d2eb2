"""A deal that stands still, goes on, or is none any more."""

from typing import Any
from uuid import UUID

import pytest
from deal_facts import (
    DEAL,
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
    opened,
    resume,
    resumed,
    sent,
    suspend,
    suspended,
    win,
)
from gate_facts import ASKED, ESTIMATE, TERMS, enter, guiding, made, note, noted, request, requested
from ltc_events import Command, Event
from ltc_events.opportunity import OpportunityJoined
from ltc_events.testing import given
from opportunity_svc.deal import rules as opportunity
from opportunity_svc.deal.rules.decisions import EscalateDecision
from opportunity_svc.deal.rules.events import DecisionLapsed, FindingNoted
from opportunity_svc.deal.rules.findings import NoteFinding, RemindOfBid
from opportunity_svc.deal.rules.opened import JoinOpportunity
from opportunity_svc.deal.rules.outcome import NotSuspended
from opportunity_svc.deal.rules.stages import EnterStage
from opportunity_svc.deal.rules.states import DealSuspended, OpportunityClosed, UnknownOpportunity
from opportunity_svc.forecast import rules as forecast
from opportunity_svc.forecast.rules import SetForecast, forecast_id
from opportunity_svc.negotiation import rules as negotiation
from opportunity_svc.negotiation.rules import BreakDeadlock

STANDING = (opened, suspended)
again = suspended.model_copy(update={"number": 2})


def test_a_deal_is_suspended_for_a_reason_and_goes_on_where_it_stood() -> None:
    given(opportunity.decider, opened).when(suspend).then(suspended)
    given(opportunity.decider, *STANDING).when(resume).then(resumed)
    given(opportunity.decider, *STANDING, resumed).when(suspend).then(again)
    given(opportunity.decider, *ASKED, made, suspended, resumed).when(enter).then(guiding)


def test_what_was_asked_lapses_and_what_was_decided_stays() -> None:
    lapsed = DecisionLapsed(opportunity_id=DEAL, gate="ATI", round=1)
    given(opportunity.decider, *ASKED).when(suspend).then(lapsed, suspended)
    given(opportunity.decider, *ASKED, made).when(suspend).then(suspended)
    given(opportunity.decider, *ASKED, lapsed, suspended, resumed).when(request).then(requested.model_copy(update={"round": 2}))


STILL: dict[str, tuple[Any, Command]] = {
    "stage": (opportunity.decider, EnterStage(opportunity_id=DEAL, actor="ann")),
    "pipeline": (opportunity.decider, choose),
    "decline": (opportunity.decider, decline),
    "suspend": (opportunity.decider, suspend),
    "note": (opportunity.decider, note(TERMS)),
    "deadlock": (negotiation.decider, BreakDeadlock(opportunity_id=DEAL, how="No", actor="ann", today=TODAY)),
    "forecast": (
        forecast.decider,
        SetForecast(
            forecast_id=forecast_id(DEAL), opportunity_id=DEAL, category="commit", amount=USD, close_on=TODAY, set_by="ann", today=TODAY
        ),
    ),
}


@pytest.mark.parametrize("name", STILL)
def test_nothing_goes_on_with_a_deal_that_stands_still(name: str) -> None:
    decider, command = STILL[name]
    given(decider, *STANDING).when(command).then_refused(DealSuspended, reason="budget frozen")


def test_a_deal_that_stands_still_is_not_won() -> None:
    quoted: tuple[Event, ...] = (drafted, approved, sent, accepted)
    given(opportunity.decider, *STANDING, *quoted).when(win).then_refused(DealSuspended)


def test_its_timers_are_quiet() -> None:
    given(opportunity.decider, *ASKED, suspended).when(EscalateDecision(opportunity_id=DEAL, gate="ATI", round=1)).then_nothing()
    remind = RemindOfBid(opportunity_id=DEAL, deadline=TERMS.deadline, days=3)
    given(opportunity.decider, opened, *noted(TERMS), suspended).when(remind).then_nothing()
    assert given(opportunity.decider, opened, *noted(TERMS), suspended, resumed).when(remind).events


def test_it_is_lost_or_cancelled_as_it_stands() -> None:
    given(opportunity.decider, *STANDING).when(lose).then(lost)
    given(opportunity.decider, *STANDING).when(cancel).then(cancelled)
    given(opportunity.decider, *STANDING, lost).when(resume).then_refused(OpportunityClosed, ended="lost")


def test_only_what_stands_still_is_resumed() -> None:
    given(opportunity.decider, opened).when(resume).then_refused(NotSuspended)
    given(opportunity.decider, *STANDING, resumed).when(resume).then_refused(NotSuspended)
    given(opportunity.decider).when(resume).then_refused(UnknownOpportunity)


def test_a_cancelled_deal_is_none_any_more() -> None:
    lapsed = DecisionLapsed(opportunity_id=DEAL, gate="ATI", round=1)
    given(opportunity.decider, opened).when(cancel).then(cancelled)
    given(opportunity.decider, *ASKED).when(cancel).then(lapsed, cancelled)
    given(opportunity.decider, opened, cancelled).when(lose).then_refused(OpportunityClosed, ended="cancelled")


def test_what_others_found_is_noted_and_a_further_lead_joins_meanwhile() -> None:
    found = NoteFinding(opportunity_id=DEAL, finding=ESTIMATE)
    given(opportunity.decider, *STANDING).when(found).then(FindingNoted(opportunity_id=DEAL, finding=ESTIMATE))
    given(opportunity.decider, *STANDING, *noted(ESTIMATE)).when(found).then_nothing()
    join = JoinOpportunity(opportunity_id=DEAL, lead_id=UUID(int=6), party_id=UUID(int=5), need="More", value=USD)
    given(opportunity.decider, *STANDING).when(join).then(OpportunityJoined(**dict(join)))
