"""Decisions at the gates, as they are listed."""

from ltc_runtime.service import Feature


def decision() -> Feature:
    """The feature."""
    from .read import deal_decisions, decision_list, decisions

    return Feature(api=(decisions, deal_decisions), projections=(decision_list,))
