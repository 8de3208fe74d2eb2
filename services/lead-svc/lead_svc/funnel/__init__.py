"""The funnel: how far the leads of each channel came."""

from ltc_runtime.service import Feature


def funnel() -> Feature:
    """The feature."""
    from .read import funnel as api

    return Feature(api=api)
