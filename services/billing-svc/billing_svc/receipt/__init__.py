"""Receipts: money that came in, and the invoices it pays."""

from ltc_runtime.service import Feature


def receipt() -> Feature:
    """The feature."""
    from .api import receipts
    from .read import receipt_list
    from .rules import decider

    return Feature(api=receipts, deciders=(decider,), projections=(receipt_list,))
