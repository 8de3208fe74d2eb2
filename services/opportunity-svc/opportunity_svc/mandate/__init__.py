"""Mandates: who may decide about which gates, and who in whose place."""

from ltc_events.policy import NamedPolicy
from ltc_runtime.service import Feature


def mandate() -> Feature:
    """The feature."""
    from .api import mandates
    from .policies import keep_register
    from .read import mandate_list
    from .rules import DelegationEnded, MandateDelegated, MandateGranted, MandateRevoked, decider, index

    return Feature(
        api=mandates,
        deciders=(decider, index.decider),
        policies=(
            NamedPolicy(
                "keep_register", (MandateGranted, MandateDelegated, DelegationEnded, MandateRevoked), keep_register, from_start=True
            ),
        ),
        projections=(mandate_list,),
    )
