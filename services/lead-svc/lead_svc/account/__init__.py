"""Accounts: what documents say of a customer."""

from ltc_runtime.service import Feature


def account() -> Feature:
    """The feature."""
    from .api import accounts
    from .read import account_list
    from .rules import decider

    return Feature(api=accounts, deciders=(decider,), projections=(account_list,))
