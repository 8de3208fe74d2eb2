"""Past opportunities: deals of other systems, imported as history."""

from ltc_runtime.service import Feature


def past_opportunity() -> Feature:
    """The feature."""
    from .api import past_opportunities
    from .read import past_opportunity_list
    from .rules import decider

    return Feature(api=past_opportunities, deciders=(decider,), projections=(past_opportunity_list,))
