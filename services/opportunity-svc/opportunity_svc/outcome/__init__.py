"""How deals end, and reports about it."""

from ltc_runtime.service import Feature


def outcome() -> Feature:
    """The feature."""
    from .api import outcomes
    from .read import outcome_reports

    return Feature(api=(outcomes, outcome_reports))
