"""Submissions: what visitors of a web page send through a capture form."""

from ltc_runtime.service import Feature


def submission() -> Feature:
    """The feature."""
    from .api import capture

    return Feature(api=capture)
