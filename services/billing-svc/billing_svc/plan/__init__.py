"""Billing plans: what a contract and its acceptances make due."""

from ltc_events.contract import ContractRegistered
from ltc_events.order import DeliveryAccepted
from ltc_events.policy import NamedPolicy
from ltc_runtime.service import Feature


def plan() -> Feature:
    """The feature."""
    from .policies import bill_acceptance, open_plan
    from .read import plan_list, plans
    from .rules import decider

    return Feature(
        api=plans,
        deciders=(decider,),
        policies=(
            NamedPolicy("open_plan", ContractRegistered, open_plan),
            NamedPolicy("bill_acceptance", DeliveryAccepted, bill_acceptance),
        ),
        projections=(plan_list,),
    )
