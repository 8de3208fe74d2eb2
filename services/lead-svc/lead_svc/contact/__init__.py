"""Contacts: the people at a party, and which of them are one person."""

from ltc_runtime.service import Feature


def contact() -> Feature:
    """The feature."""
    from .api import contacts
    from .read import contact_merge_list
    from .rules import decider

    return Feature(api=contacts, deciders=(decider,), projections=(contact_merge_list,))
