"""Reports about the pipeline."""

from ltc_runtime.service import Feature


def pipeline_report() -> Feature:
    """The feature."""
    from .read import reports

    return Feature(api=reports)
