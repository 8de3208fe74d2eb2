"""Progress of deals through their pipeline."""

from ltc_runtime.service import Feature


def progress() -> Feature:
    """The feature."""
    from .read import previews, progress_of_deals

    return Feature(api=(progress_of_deals, previews))
