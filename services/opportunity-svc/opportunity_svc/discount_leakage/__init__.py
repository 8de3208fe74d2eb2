"""Discount leakage of what was sold."""

from ltc_runtime.service import Feature


def discount_leakage() -> Feature:
    """The feature."""
    from .read import leakages

    return Feature(api=leakages)
