"""Pipelines are drafted and activated version by version."""

import pytest
from gate_facts import activated, drafted
from ltc_events.testing import given
from opportunity_svc.pipeline import rules as pipeline
from opportunity_svc.pipeline.rules import (
    LIGHT,
    ActivatePipeline,
    Criterion,
    DraftPipeline,
    Pipeline,
    PipelineUnsound,
    Stage,
    UnknownPipeline,
    pipeline_id,
)


def draft_of(*stages: Stage, profile: str = "light") -> DraftPipeline:
    way = Pipeline(name="Mine", profile=profile, stages=stages)
    return DraftPipeline(pipeline_id=pipeline_id("project"), code="project", pipeline=way, drafted_by="mia")


@pytest.mark.parametrize(
    ("profile", "gates"), [("project", ("ATI", "ATB", None)), ("light", ("ATB", "ATI", None)), ("light", ("ATI", "ATI", None))]
)
def test_gates_come_in_order_and_a_project_has_all(profile: str, gates: tuple[str | None, ...]) -> None:
    stages = [Stage(code=f"s{number}", name="A stage", probability="0.5", gate=gate) for number, gate in enumerate(gates)]
    given(pipeline.decider).when(draft_of(*stages, profile=profile)).then_refused(PipelineUnsound)


@pytest.mark.parametrize(
    "criterion",
    [Criterion(check="form_filled"), Criterion(check="plan_present", form="vision"), Criterion(check="form_filled", form="No such name")],
)
def test_a_form_is_named_where_one_is_asked_for_and_nowhere_else(criterion: Criterion) -> None:
    stage = Stage(code="one", name="One", probability="0.5", criteria=(criterion,))
    given(pipeline.decider).when(draft_of(stage)).then_refused(PipelineUnsound)


def test_a_pipeline_is_drafted_version_by_version_and_each_stage_once() -> None:
    draft = draft_of(*LIGHT.stages).model_copy(update={"pipeline": LIGHT})
    given(pipeline.decider).when(draft).then(drafted)
    given(pipeline.decider, drafted).when(draft).then_nothing()
    given(pipeline.decider).when(draft_of(LIGHT.stages[0], LIGHT.stages[0])).then_refused(PipelineUnsound)


def test_a_version_counts_when_it_is_activated() -> None:
    activate = ActivatePipeline(pipeline_id=pipeline_id("project"), code="project", version=1, activated_by="mia")
    given(pipeline.decider, drafted).when(activate).then(activated)
    given(pipeline.decider, drafted, activated).when(activate).then_nothing()
    given(pipeline.decider).when(activate).then_refused(UnknownPipeline)
