"""What working for a deal costs."""

from ltc_runtime.service import Feature


def bid_cost() -> Feature:
    """The feature."""
    from .api import bid_costs
    from .read import bid_cost_list

    return Feature(api=bid_costs, projections=(bid_cost_list,))
