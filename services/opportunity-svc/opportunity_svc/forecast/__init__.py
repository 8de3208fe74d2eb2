"""Forecasts: how sure a deal is, and what a quarter will bring."""

from ltc_runtime.service import Feature


def forecast() -> Feature:
    """The feature."""
    from .api import deal_forecasts
    from .read import forecast_list, forecasts
    from .rules import decider

    return Feature(
        api=(deal_forecasts, forecasts),
        deciders=(decider,),
        projections=(forecast_list,),
    )
