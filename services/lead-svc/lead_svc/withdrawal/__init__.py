"""Withdrawals of consent by the recipients of mails."""

from ltc_runtime.service import Feature


def withdrawal() -> Feature:
    """The feature."""
    from .api import withdrawals

    return Feature(api=withdrawals)
