"""Draft and activate pipelines."""

from ltc_runtime.http import Api, Handle, NaturalKey, Role

from .rules import ActivatePipeline, DraftPipeline, Pipeline, PipelineCode, PipelineUnsound, UnknownPipeline, Version, decider, pipeline_id

MANAGERS: tuple[Role, ...] = ("sales_manager",)

pipelines = Api("/pipelines", stream=decider, natural=NaturalKey("code", PipelineCode, pipeline_id))


@pipelines.act("/{code}", roles=MANAGERS, refuses=(PipelineUnsound,))
async def draft_pipeline(code: PipelineCode, body: Pipeline, handle: Handle) -> None:
    """Write the next version of a pipeline; no deal goes by it until it is activated."""
    return await handle(DraftPipeline(pipeline_id=pipeline_id(code), code=code, pipeline=body, drafted_by=handle.actor))


@pipelines.act("/{code}/{version}/activate", roles=MANAGERS, refuses=(UnknownPipeline,))
async def activate_pipeline(code: PipelineCode, version: Version, handle: Handle) -> None:
    """Let deals that begin from now on go by this version; running deals keep theirs."""
    return await handle(ActivatePipeline(pipeline_id=pipeline_id(code), code=code, version=version, activated_by=handle.actor))
