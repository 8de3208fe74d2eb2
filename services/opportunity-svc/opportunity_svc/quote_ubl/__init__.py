"""Quotes as UBL Quotations, for the customer's purchasing system."""

from ltc_runtime.service import Feature


def quote_ubl() -> Feature:
    """The feature."""
    from .read import quotations

    return Feature(api=quotations)
