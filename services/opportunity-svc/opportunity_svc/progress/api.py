"""Progress of deals."""

from ltc_runtime.http import Api, NaturalKey

from ..deal.rules import decider
from ..pipeline import rules as pipelines
from ..pipeline.rules import PipelineCode, pipeline_id

progress = Api("/opportunities", stream=decider)
previews = Api("/pipelines", stream=pipelines.decider, natural=NaturalKey("code", PipelineCode, pipeline_id))
