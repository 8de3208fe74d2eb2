"""Requests to convert many leads at once."""

from ltc_events.policy import NamedPolicy
from ltc_runtime.service import Feature


def conversion() -> Feature:
    """The feature."""
    from .api import conversions
    from .policies import convert_each
    from .read import conversion_list
    from .rules import ConversionsRequested, decider

    return Feature(
        api=conversions,
        deciders=(decider,),
        policies=(NamedPolicy("convert_each", ConversionsRequested, convert_each),),
        projections=(conversion_list,),
    )
