"""A deal is declined or lost with its reasons."""

from gate_facts import ASKED, DEAL, PROJECT_DEAL, TODAY, decline, declined, guiding, made, opened
from ltc_events.testing import given
from opportunity_svc.deal import rules as opportunity
from opportunity_svc.deal.rules.events import (
    DecisionLapsed,
)
from opportunity_svc.deal.rules.outcome import AlreadyAdmitted, FailureSummaryMissing, LoseOpportunity
from opportunity_svc.deal.rules.states import OpportunityClosed


def test_a_deal_is_not_let_in_or_not_bid_for() -> None:
    given(opportunity.decider, opened).when(decline).then(declined)
    given(opportunity.decider, *ASKED).when(decline).then(DecisionLapsed(opportunity_id=DEAL, gate="ATI", round=1), declined)
    given(opportunity.decider, *ASKED, made).when(decline).then_refused(AlreadyAdmitted)
    no_bid = decline.model_copy(update={"how": "no_bid"})
    given(opportunity.decider, *ASKED, made, guiding).when(no_bid).then(declined.model_copy(update={"how": "no_bid"}))
    given(opportunity.decider, opened, declined).when(no_bid).then_refused(OpportunityClosed, ended="not admitted")


def test_a_project_is_lost_with_a_failure_summary_and_what_was_asked_lapses() -> None:
    lose = LoseOpportunity(opportunity_id=DEAL, reason="price", lesson="Ask first", lost_on=TODAY)
    given(opportunity.decider, *PROJECT_DEAL).when(lose).then_refused(FailureSummaryMissing)
