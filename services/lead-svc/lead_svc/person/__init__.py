"""People: forgetting them."""

from ltc_runtime.service import Feature


def person() -> Feature:
    """The feature."""
    from .api import people

    return Feature(api=people)
