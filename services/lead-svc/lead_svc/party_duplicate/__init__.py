"""Duplicates of parties: which parties may be one company."""

from ltc_runtime.service import Feature


def party_duplicate() -> Feature:
    """The feature."""
    from . import read  # noqa: F401  its queries register on the api
    from .api import duplicates

    return Feature(api=duplicates)
