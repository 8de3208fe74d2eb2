"""The hand-over of a leaver's leads."""

from ltc_events.policy import NamedPolicy
from ltc_runtime.service import Feature


def hand_over() -> Feature:
    """The feature."""
    from ..workload.rules import LeadsHandedOver
    from .api import desks
    from .policies import move_leads
    from .read import hand_over_list

    return Feature(api=desks, policies=(NamedPolicy("move_leads", LeadsHandedOver, move_leads),), projections=(hand_over_list,))
