"""The catalogue: what the company can deliver, and what it costs."""

from ltc_runtime.service import Feature


def catalogue() -> Feature:
    """The feature."""
    from .api import catalogue as catalogue_api
    from .read import catalogue_product
    from .rules import decider

    return Feature(api=catalogue_api, deciders=(decider,), projections=(catalogue_product,))
