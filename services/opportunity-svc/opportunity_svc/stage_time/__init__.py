"""Times that deals spend in stages."""

from ltc_runtime.service import Feature


def stage_time() -> Feature:
    """The feature."""
    from .read import stage_passing, stage_times

    return Feature(api=stage_times, projections=(stage_passing,))
