"""Parties: companies with all their names, and which of them are one."""

from ltc_events.lead import LeadCaptured
from ltc_events.policy import NamedPolicy
from ltc_runtime.service import Feature


def party() -> Feature:
    """The feature."""
    from .api import parties
    from .policies import keep_party
    from .read import party_list
    from .rules import decider

    return Feature(
        api=parties,
        deciders=(decider,),
        policies=(NamedPolicy("keep_party", LeadCaptured, keep_party, from_start=True),),
        projections=(party_list,),
    )
