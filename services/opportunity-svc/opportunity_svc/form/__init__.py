"""Forms: the fields that are filled in for a deal, version by version."""

from ltc_runtime.service import Feature


def form() -> Feature:
    """The feature."""
    from .api import forms
    from .read import form_list
    from .rules import decider

    return Feature(api=forms, deciders=(decider,), projections=(form_list,))
