"""Leads for one need: merging two, undoing it, and finding candidates."""

from ltc_runtime.service import Feature


def lead_merge() -> Feature:
    """The feature."""
    from . import read  # noqa: F401  its queries register on the api
    from .api import lead_merges

    return Feature(api=lead_merges)
