"""Previews of rules: what a draft would do with the leads of today, and the back-test of a scoring model."""

from ltc_runtime.service import Feature


def rule_preview() -> Feature:
    """The feature."""
    from . import read  # noqa: F401  its queries register on the api
    from .api import previews

    return Feature(api=previews)
