"""Pipelines: the stages of deals, version by version."""

from ltc_runtime.service import Feature


def pipeline() -> Feature:
    """The feature."""
    from .api import pipelines
    from .read import pipeline_list
    from .rules import decider

    return Feature(api=pipelines, deciders=(decider,), projections=(pipeline_list,))
