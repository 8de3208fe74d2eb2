"""Imports: leads of another system, from a file."""

from ltc_runtime.service import Feature


def import_job() -> Feature:
    """The feature."""
    from .api import imports, previews
    from .read import import_list
    from .rules import decider, taking

    return Feature(api=(imports, previews), deciders=(decider,), projections=(import_list,), imports=(taking,))
