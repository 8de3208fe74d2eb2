"""A pipeline: the stages a deal goes through, what each asks for, and where somebody has to decide; data, version by version."""

from typing import Annotated, Literal, TypeAlias
from uuid import UUID

from ltc_events import Code, Command, Decider, Event, Name, Rate, Refusal, UserId, Value, derive_id
from ltc_events.opportunity_forms import FORM_CODE
from ltc_events.opportunity_gates import GATES, Gate, Profile
from ltc_kit.versioned_document import VersionedDocument, Versions
from pydantic import ConfigDict, Field, StringConstraints

PipelineCode = Annotated[str, StringConstraints(min_length=1, max_length=32, pattern=r"^[a-z][a-z0-9_-]*$")]
"""The name of a pipeline or a stage in URLs and lists."""

Version = Annotated[int, Field(ge=0, le=1_000_000)]
"""Of a pipeline: 0 is what the product brings along and never changes."""

Check = Literal[
    "triangle_named",
    "initiation_described",
    "plan_present",
    "pain_confirmed",
    "requirements_answered",
    "economic_buyer_named",
    "meddicc_complete",
    "competitors_answered",
    "poc_passed",
    "bid_terms_named",
    "bid_submitted",
    "estimate_frozen",
    "quote_approved",
    "price_at_floor",
    "form_filled",
]
"""What a stage may ask for; each is a check in `criteria`."""


class Criterion(Value):
    """One thing a stage asks for before it can be left."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    check: Check
    form: Code | None = None
    """Which form, where one has to be filled."""


class Stage(Value):
    """One stage of a pipeline."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: PipelineCode
    name: Name
    probability: Rate
    """How likely a deal in this stage is won."""
    criteria: Annotated[tuple[Criterion, ...], Field(max_length=30)] = ()
    """What has to be there before it is left."""
    gate: Gate | None = None
    """Who leaves it needs this decision, besides what the gate itself asks for."""
    sla_days: Annotated[int, Field(ge=1, le=60)] = 2
    """How soon the decision is due."""


class Pipeline(Value):
    """The way of a deal, from the first stage to the win."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Name
    profile: Profile
    stages: Annotated[tuple[Stage, ...], Field(min_length=1, max_length=20)]

    def number_of(self, stage: str) -> int | None:
        """Where a stage stands, from 0; none, if there is no such stage."""
        return next((number for number, each in enumerate(self.stages) if each.code == stage), None)


# ── what the product brings along: version 0, which running deals may stand on, so it never changes ───────────────────

LIGHT = Pipeline(
    name="Light",
    profile="light",
    stages=(
        Stage(code="verifying", name="Verifying", probability="0.1"),
        Stage(code="guiding", name="Guiding the customer", probability="0.25"),
        Stage(code="proposing", name="Proposing", probability="0.5"),
        Stage(code="negotiating", name="Negotiating", probability="0.75"),
        Stage(code="closing", name="Closing", probability="0.9"),
    ),
)


def asks(*checks: Check) -> tuple[Criterion, ...]:
    return tuple(Criterion(check=check) for check in checks)


PROJECT = Pipeline(
    name="Project",
    profile="project",
    stages=(
        Stage(
            code="verifying",
            name="Verifying",
            probability="0.1",
            criteria=asks("initiation_described", "plan_present", "estimate_frozen"),
            gate="ATI",
        ),
        Stage(
            code="guiding",
            name="Guiding the customer (标前引导)",
            probability="0.25",
            criteria=asks("pain_confirmed", "requirements_answered"),
        ),
        Stage(
            code="bidding",
            name="Preparing the bid",
            probability="0.4",
            criteria=asks("competitors_answered", "estimate_frozen"),
            gate="ATB",
        ),
        Stage(code="submitted", name="Bid submitted", probability="0.5", criteria=asks("bid_submitted")),
        Stage(code="negotiating", name="Negotiating", probability="0.75", criteria=asks("price_at_floor", "estimate_frozen"), gate="ATC"),
    ),
)

DEFAULT = "light"
"""The pipeline a deal begins in, if nobody says otherwise."""

BUILT_IN = {"light": LIGHT, "project": PROJECT}


def pipeline_id(code: str) -> UUID:
    """The stream of the pipeline called ``code``."""
    return derive_id("pipeline", code)


# ── commands, facts, refusals ─────────────────────────────────────────────────────────────────────────────────────────


class DraftPipeline(Command):
    """Write the next version of a pipeline; no deal goes by it until it is activated."""

    pipeline_id: UUID
    code: PipelineCode
    pipeline: Pipeline
    drafted_by: UserId


class ActivatePipeline(Command):
    """Let deals that begin from now on go by this version."""

    pipeline_id: UUID
    code: PipelineCode
    version: Version
    activated_by: UserId


class PipelineDrafted(Event, type="ltc.opportunity.pipeline-drafted.v1"):
    """A version of a pipeline was written."""

    pipeline_id: UUID
    code: PipelineCode
    version: Version
    pipeline: Pipeline
    drafted_by: UserId


class PipelineActivated(Event, type="ltc.opportunity.pipeline-activated.v1"):
    """Deals that begin from now on go by this version."""

    pipeline_id: UUID
    code: PipelineCode
    version: Version
    previous: int | None = None
    activated_by: UserId


class UnknownPipeline(Refusal):
    """There is no such pipeline, or no such version of it."""

    status = 404


class PipelineUnsound(Refusal):
    """This is no pipeline a deal can go by: {reason}."""


Pipelines: TypeAlias = Versions[Pipeline]
PipelineCommand: TypeAlias = DraftPipeline | ActivatePipeline
PipelineEvent: TypeAlias = PipelineDrafted | PipelineActivated


def counting(code: str, versions: Pipelines) -> tuple[int, Pipeline]:
    """The version that deals begin in now, and what it says."""
    live = versions.counting
    if live is not None and versions.live is not None:
        return versions.live, live
    if code not in BUILT_IN:
        raise UnknownPipeline
    return 0, BUILT_IN[code]


def must_be_sound(pipeline: Pipeline) -> None:
    """A stage is named once; gates come in their order, and a project has all of them; a form is named where one is asked for."""
    codes = [stage.code for stage in pipeline.stages]
    gates = [stage.gate for stage in pipeline.stages if stage.gate is not None]
    forms = [(each.form is not None) == (each.check == "form_filled") for stage in pipeline.stages for each in stage.criteria]
    if len(set(codes)) < len(codes):
        raise PipelineUnsound(reason="each stage needs a code of its own")
    if gates != [gate for gate in GATES if gate in gates]:
        raise PipelineUnsound(reason="each gate comes once at most, in the order " + ", ".join(GATES))
    if pipeline.profile == "project" and gates != list(GATES):
        raise PipelineUnsound(reason="one of the profile project has all gates, " + ", ".join(GATES))
    if not all(forms):
        raise PipelineUnsound(reason="`form` names the form of the check form_filled, and nothing else has one")
    named = [each.form for stage in pipeline.stages for each in stage.criteria if each.form is not None]
    if not all(FORM_CODE.fullmatch(form) for form in named):
        raise PipelineUnsound(reason="a form is called by small letters, digits, - and _")


decider: Decider[Pipelines, PipelineCommand, PipelineEvent] = VersionedDocument[Pipeline](
    content="pipeline",
    draft=DraftPipeline,
    drafted=PipelineDrafted,
    activate=ActivatePipeline,
    activated=PipelineActivated,
    unknown=UnknownPipeline,
    must_be_sound=must_be_sound,
).decider("pipeline", id="pipeline_id")
