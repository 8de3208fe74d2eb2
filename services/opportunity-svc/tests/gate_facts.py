"""A project deal on its way through stages and gates, as commands and facts that tests share."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from ltc_events import Money
from ltc_events.opportunity import OpportunityOpened
from ltc_events.opportunity_gates import (
    Condition,
    DecisionMade,
    DecisionRequested,
    OpportunityDeclined,
    StageEntered,
)
from opportunity_svc.deal.rules.decisions import (
    DecideGate,
    RequestDecision,
    Verdict,
)
from opportunity_svc.deal.rules.events import (
    FindingNoted,
    PipelineChosen,
)
from opportunity_svc.deal.rules.findings import (
    NoteFinding,
)
from opportunity_svc.deal.rules.opened import ChoosePipeline
from opportunity_svc.deal.rules.outcome import DeclineOpportunity
from opportunity_svc.deal.rules.stages import EnterStage
from opportunity_svc.finding.rules import BidTerms, FrozenEstimate, Initiation, Notable, PlanStep
from opportunity_svc.mandate.rules import MandateDelegated, MandateGranted, mandate_id
from opportunity_svc.pipeline.rules import (
    LIGHT,
    PROJECT,
    PipelineActivated,
    PipelineDrafted,
    pipeline_id,
)

DEAL = UUID(int=1)
TODAY, NOW = date(2026, 11, 24), datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


def usd(amount: int) -> Money:
    return Money(amount=amount, currency="USD")


opened = OpportunityOpened(
    opportunity_id=DEAL, lead_id=UUID(int=4), party_id=UUID(int=5), company="Acme", need="Pumps", value=usd(500_000),
    account_manager="ann", solution_manager="sam", fulfilment_manager="fay", expected_close=TODAY,
)  # fmt: skip
chosen = PipelineChosen(opportunity_id=DEAL, code="project", version=0, pipeline=PROJECT, chosen_by="ann")
verifying = StageEntered(
    opportunity_id=DEAL, pipeline="project", pipeline_version=0, profile="project", stage="verifying", number=1, weighted=usd(50_000),
    entered_by="ann",
)  # fmt: skip
guiding = verifying.model_copy(update={"stage": "guiding", "previous": "verifying", "number": 2, "weighted": usd(125_000)})
PROJECT_DEAL = (opened, chosen, verifying)


def noted(*findings: Notable) -> tuple[FindingNoted, ...]:
    return tuple(FindingNoted(opportunity_id=DEAL, finding=finding, noted_by="ann") for finding in findings)


ESTIMATE = FrozenEstimate(code="ATI", estimate_id=UUID(int=9), version=1)
initiated = noted(
    Initiation(goal="Grow", scope="Pumps", resources="Two"), PlanStep(code="S1", what="Visit", owner="ann", due=TODAY), ESTIMATE
)
request = RequestDecision(opportunity_id=DEAL, gate="ATI", business_case="It pays", actor="sam", now=NOW)
requested = DecisionRequested(
    opportunity_id=DEAL, gate="ATI", round=1, amount=usd(500_000), business_case="It pays", requested_by="sam", due=NOW + timedelta(days=2)
)
GRANT, LENT = UUID(int=7), UUID(int=8)
granted = MandateGranted(
    mandate_id=mandate_id("mia"), grant_id=GRANT, user="mia", gates=("ATI",), max_amount=usd(500_000), valid_from=TODAY, valid_to=TODAY,
    granted_by="max",
)  # fmt: skip
delegated = MandateDelegated(
    mandate_id=mandate_id("mia"), delegation_id=LENT, user="mia", to="dan", gates=("ATI",), max_amount=usd(500_000), valid_from=TODAY,
    valid_to=TODAY,
)  # fmt: skip
YES = Verdict(outcome="approved")
IF = Verdict(outcome="conditional", conditions=(Condition(text="A bond", owner="fay", due=TODAY),))
decide = DecideGate(opportunity_id=DEAL, gate="ATI", round=1, verdict=YES, actor="mia", today=TODAY)
made = DecisionMade(opportunity_id=DEAL, gate="ATI", round=1, outcome="approved", decided_by="mia", authority_ref=GRANT, limit=usd(500_000))
made_if = made.model_copy(update={"outcome": "conditional", "conditions": IF.conditions})
ASKED = (*PROJECT_DEAL, *initiated, requested)
enter = EnterStage(opportunity_id=DEAL, actor="ann")
# ── pipelines ─────────────────────────────────────────────────────────────────────────────────────────────────────────


drafted = PipelineDrafted(pipeline_id=pipeline_id("project"), code="project", version=1, pipeline=LIGHT, drafted_by="mia")
activated = PipelineActivated(pipeline_id=pipeline_id("project"), code="project", version=1, activated_by="mia")
choose = ChoosePipeline(opportunity_id=DEAL, pipeline="project", actor="ann")
# ── findings and the bid ──────────────────────────────────────────────────────────────────────────────────────────────


TERMS = BidTerms(price_floor=usd(1), deadline=date(2026, 12, 1), bond=usd(0))


def note(finding: Notable) -> NoteFinding:
    return NoteFinding(opportunity_id=DEAL, finding=finding, actor="ann")


# ── ends ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


decline = DeclineOpportunity(
    opportunity_id=DEAL, how="not_admitted", reason="out_of_scope", note="Not ours", declined_on=TODAY, actor="ann"
)
declined = OpportunityDeclined(
    **decline.model_dump(include={"opportunity_id", "how", "reason", "note", "declined_on"}), lead_id=UUID(int=4), declined_by="ann"
)
