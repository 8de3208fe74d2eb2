"""Swaps: other products delivered on a line after the win."""

from ltc_events.contract import ContractRegistered, ContractSigned
from ltc_events.policy import NamedPolicy
from ltc_runtime.service import Feature


def swap() -> Feature:
    """The feature."""
    from .api import swaps
    from .policies import end_selection
    from .read import option_swap
    from .rules import decider

    return Feature(
        api=swaps,
        deciders=(decider,),
        policies=(NamedPolicy("end_selection", (ContractSigned, ContractRegistered), end_selection, from_start=True),),
        projections=(option_swap,),
    )
