"""Estimates (概算): what a deal will bring and cost, version by version, frozen for decisions."""

from ltc_runtime.service import Feature


def estimate() -> Feature:
    """The feature."""
    from .api import estimates, frozen_estimates
    from .read import estimate_list
    from .rules import decider

    return Feature(api=(estimates, frozen_estimates), deciders=(decider,), projections=(estimate_list,))
