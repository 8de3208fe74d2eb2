"""Touches: calls, mails, visits and social messages, and consent to receive offers."""

from ltc_runtime.service import Feature


def touch() -> Feature:
    """The feature."""
    from . import read  # noqa: F401  its queries register on the api
    from .api import touches

    return Feature(api=touches)
