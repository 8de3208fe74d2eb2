"""Negotiations: rounds with the customer, concessions and deadlocks."""

from ltc_runtime.service import Feature


def negotiation() -> Feature:
    """The feature."""
    from .api import negotiations
    from .read import negotiation_list
    from .rules import decider

    return Feature(api=negotiations, deciders=(decider,), projections=(negotiation_list,))
