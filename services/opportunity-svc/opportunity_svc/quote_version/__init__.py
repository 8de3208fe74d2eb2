"""Versions of quotes, and alternatives of a deal, compared."""

from ltc_runtime.service import Feature


def quote_version() -> Feature:
    """The feature."""
    from .read import comparisons, quote_version_list, versions

    return Feature(api=(comparisons, versions), projections=(quote_version_list,))
