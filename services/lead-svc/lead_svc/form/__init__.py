"""Capture forms: web pages that send leads."""

from ltc_runtime.service import Feature


def form() -> Feature:
    """The feature."""
    from .api import forms
    from .read import form_list
    from .rules import decider

    return Feature(api=forms, deciders=(decider,), projections=(form_list,))
