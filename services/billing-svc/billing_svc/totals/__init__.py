"""All money of the company, by currency."""

from ltc_runtime.service import Feature


def totals() -> Feature:
    """The feature."""
    from .read import totals

    return Feature(api=totals)
