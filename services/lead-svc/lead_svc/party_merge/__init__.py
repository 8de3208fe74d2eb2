"""Merges of parties: merging two, and undoing it."""

from ltc_runtime.service import Feature


def party_merge() -> Feature:
    """The feature."""
    from .api import party_merges

    return Feature(api=party_merges)
