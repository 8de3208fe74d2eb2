"""Versions of quotes, and alternatives of a deal, compared."""

from ltc_runtime.service import Feature

from .read import comparisons, quote_version_list, versions

quote_version = Feature(api=(comparisons, versions), projections=(quote_version_list,))
