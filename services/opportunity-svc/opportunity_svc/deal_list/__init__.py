"""The list of deals, and the page of one deal."""

from ltc_runtime.service import Feature


def deal_list() -> Feature:
    """The feature."""
    from .read import deals

    return Feature(api=deals)
