"""A further lead joins a deal, and is told if it cannot."""

from datetime import date
from uuid import UUID

from ltc_events import Event, Money
from ltc_events.lead import LeadConverted
from ltc_events.opportunity import OpportunityJoined, OpportunityJoinRefused, OpportunityLost, OpportunityOpened
from ltc_events.testing import given
from opportunity_svc.deal import rules as opportunity
from opportunity_svc.deal.policies import open_opportunity
from opportunity_svc.deal.rules.opened import JoinOpportunity
from opportunity_svc.deal.rules.outcome import LoseOpportunity

DEAL, LEAD, PARTY, DAY = UUID(int=2), UUID(int=9), UUID(int=3), date(2026, 12, 24)
TRIANGLE = {"account_manager": "ann", "solution_manager": "sam", "fulfilment_manager": "fay"}
MONEY = Money(amount=500_000, currency="USD")
opened = OpportunityOpened(
    opportunity_id=DEAL, lead_id=UUID(int=1), party_id=PARTY, company="Acme", need="Servers", value=MONEY, expected_close=DAY, **TRIANGLE
)
further = LeadConverted(
    lead_id=LEAD,
    opportunity_id=DEAL,
    party_id=PARTY,
    company="Acme",
    need="Racks",
    budget=MONEY,
    expected_close=DAY,
    joins=True,
    **TRIANGLE,
)
lost = OpportunityLost(opportunity_id=DEAL, lead_id=UUID(int=1), reason="price", lesson="Ask earlier", lost_on=DAY)
join = JoinOpportunity(opportunity_id=DEAL, lead_id=LEAD, party_id=PARTY, need="Racks", value=MONEY)
joined = OpportunityJoined(opportunity_id=DEAL, lead_id=LEAD, party_id=PARTY, need="Racks", value=MONEY)


def refused(ended: str) -> Event:
    return OpportunityJoinRefused(opportunity_id=DEAL, lead_id=LEAD, ended=ended)


def test_a_lead_that_names_a_deal_joins_it_and_opens_none() -> None:
    assert open_opportunity(further) == [join]
    given(opportunity.decider, opened).when(join).then(joined)


def test_a_lead_that_comes_too_late_is_told_so() -> None:
    given(opportunity.decider, opened, lost).when(join).then(refused("lost"))
    given(opportunity.decider).when(join).then(refused("unknown"))


def test_a_deal_goes_on_as_before_whoever_joined_or_came_too_late() -> None:
    lose = LoseOpportunity(opportunity_id=DEAL, reason="price", lesson="Ask earlier", lost_on=DAY)
    given(opportunity.decider, opened, joined).when(lose).then(lost)
