"""Workloads: the open leads of each salesperson."""

from ltc_events.lead import LeadAssigned, LeadConverted, LeadDisqualified, LeadMerged, LeadPooled, LeadUnmerged
from ltc_events.policy import NamedPolicy
from ltc_runtime.service import Feature


def workload() -> Feature:
    """The feature."""
    from .policies import keep_workloads
    from .rules import decider

    return Feature(
        deciders=(decider,),
        policies=(
            NamedPolicy(
                "keep_desks",
                (LeadAssigned, LeadPooled, LeadDisqualified, LeadConverted, LeadMerged, LeadUnmerged),
                keep_workloads,
                from_start=True,
            ),
        ),
    )
