"""The capture of leads by sales, with a look for duplicates of the party."""

from ltc_runtime.service import Feature


def lead_capture() -> Feature:
    """The feature."""
    from .api import captures

    return Feature(api=captures)
