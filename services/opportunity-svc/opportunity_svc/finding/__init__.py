"""Findings about a deal and its customer."""

from ltc_runtime.service import Feature


def finding() -> Feature:
    """The feature."""
    from .api import findings, people
    from .read import finding_list

    return Feature(api=(findings, people), projections=(finding_list,))
