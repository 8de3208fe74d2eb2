"""Sales figures: win rate and sales cycle."""

from ltc_runtime.service import Feature


def sales_figure() -> Feature:
    """The feature."""
    from .read import sales_figures

    return Feature(api=sales_figures)
