"""My day: what waits for the caller."""

from ltc_runtime.service import Feature


def my_day() -> Feature:
    """The feature."""
    from .read import my_day as api

    return Feature(api=api)
