"""Filled forms of deals."""

from ltc_runtime.service import Feature


def form_fill() -> Feature:
    """The feature."""
    from .api import form_fills, previews
    from .read import form_fill_list

    return Feature(api=(form_fills, previews), projections=(form_fill_list,))
