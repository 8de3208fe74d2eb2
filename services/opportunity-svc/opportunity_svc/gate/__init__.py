"""Gates of a deal: decisions requested, made and followed."""

from ltc_runtime.service import Feature


def gate() -> Feature:
    """The feature."""
    from .api import gates

    return Feature(api=gates)
