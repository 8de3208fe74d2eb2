"""Merges of contacts: merging two, and undoing it."""

from ltc_runtime.service import Feature


def contact_merge() -> Feature:
    """The feature."""
    from .api import contact_merges

    return Feature(api=contact_merges)
