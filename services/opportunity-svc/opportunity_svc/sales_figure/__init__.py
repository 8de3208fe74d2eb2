"""Sales figures: win rate and sales cycle."""

from ltc_runtime.service import Feature

from .read import sales_figures

sales_figure = Feature(api=sales_figures)
