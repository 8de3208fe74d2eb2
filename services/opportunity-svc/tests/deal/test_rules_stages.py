"""A deal moves through the stages of the pipeline version it began with."""

from gate_facts import (
    ASKED,
    ESTIMATE,
    PROJECT_DEAL,
    activated,
    choose,
    chosen,
    drafted,
    enter,
    guiding,
    made,
    made_if,
    noted,
    opened,
    usd,
    verifying,
)
from ltc_events.testing import given
from opportunity_svc.deal import rules as opportunity
from opportunity_svc.deal.rules.opened import DealUnderWay
from opportunity_svc.deal.rules.stages import LastStage, StageBehind, StageNotDone, UnknownStage
from opportunity_svc.finding.rules import FilledForm
from opportunity_svc.pipeline.rules import (
    LIGHT,
    Criterion,
    Pipeline,
    Stage,
    UnknownPipeline,
)


def test_a_deal_goes_by_the_version_that_counts_when_it_begins() -> None:
    given(opportunity.decider, opened).when(choose).then(chosen, verifying)
    given(opportunity.decider, opened, drafted).when(choose).then(chosen, verifying)
    newer = chosen.model_copy(update={"version": 1, "pipeline": LIGHT})
    there = verifying.model_copy(update={"pipeline_version": 1, "profile": "light"})
    given(opportunity.decider, opened, drafted, activated).when(choose).then(newer, there)


def test_a_deal_that_moved_keeps_its_version() -> None:
    given(opportunity.decider, *PROJECT_DEAL).when(choose).then_nothing()
    given(opportunity.decider, *ASKED, drafted, activated).when(choose).then_refused(DealUnderWay, pipeline="project")
    given(opportunity.decider, *PROJECT_DEAL, guiding).when(choose.model_copy(update={"pipeline": "light"})).then_refused(DealUnderWay)


def test_a_pipeline_nobody_made_live_is_not_chosen() -> None:
    given(opportunity.decider, opened).when(choose.model_copy(update={"pipeline": "mine"})).then_refused(UnknownPipeline)


# ── stages ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_light_deal_goes_on_without_further_ado() -> None:
    lightly = {"pipeline": "light", "profile": "light", "previous": "verifying", "entered_by": "ann"}
    proposing = verifying.model_copy(update={**lightly, "stage": "proposing", "number": 3, "weighted": usd(250_000)})
    given(opportunity.decider, opened).when(enter.model_copy(update={"stage": "proposing"})).then(proposing)


def test_a_deal_goes_forward_only_and_no_further_than_the_last_stage() -> None:
    closing = verifying.model_copy(update={"pipeline": "light", "stage": "closing", "number": 5})
    given(opportunity.decider, opened).when(enter.model_copy(update={"stage": "verifying"})).then_refused(StageBehind)
    given(opportunity.decider, opened).when(enter.model_copy(update={"stage": "nowhere"})).then_refused(UnknownStage)
    given(opportunity.decider, opened, closing).when(enter).then_refused(LastStage)


def test_a_stage_is_left_when_all_is_there_and_its_gate_passed() -> None:
    refusal = given(opportunity.decider, *PROJECT_DEAL).when(enter).refusal
    assert isinstance(refusal, StageNotDone)
    assert [(each.criterion, each.user) for each in refusal.details["unmet"]] == [
        ("initiation_described", "ann"), ("plan_present", "ann"), ("estimate_frozen", "fay"), ("gate_passed", "ann"),
    ]  # fmt: skip
    given(opportunity.decider, *ASKED, made).when(enter).then(guiding)
    given(opportunity.decider, *ASKED, made_if).when(enter).then(guiding)
    rejected = made.model_copy(update={"outcome": "rejected", "reason": "No"})
    given(opportunity.decider, *ASKED, rejected).when(enter).then_refused(StageNotDone)


def test_a_form_and_an_estimate_count_when_they_are_noted() -> None:
    asks = (Criterion(check="form_filled", form="vision"), Criterion(check="estimate_frozen"))
    way = Pipeline(
        name="Forms",
        profile="light",
        stages=(Stage(code="one", name="One", probability="0.5", criteria=asks), Stage(code="two", name="Two", probability="0.5")),
    )
    begun = (opened, chosen.model_copy(update={"pipeline": way}))
    refusal = given(opportunity.decider, *begun, *noted(FilledForm(code="other"))).when(enter).refusal
    assert refusal is not None
    assert [each.needs for each in refusal.details["unmet"]] == [
        "a form that is filled in: vision",
        "an estimate frozen by a sales manager or finance",
    ]
    done = noted(FilledForm(code="vision"), ESTIMATE)
    assert given(opportunity.decider, *begun, *done).when(enter).refusal is None
