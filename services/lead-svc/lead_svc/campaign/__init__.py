"""Campaigns: what was spent to bring leads, and what came of it."""

from ltc_runtime.service import Feature


def campaign() -> Feature:
    """The feature."""
    from .api import campaigns
    from .read import campaign_list
    from .rules import decider

    return Feature(api=campaigns, deciders=(decider,), projections=(campaign_list,))
