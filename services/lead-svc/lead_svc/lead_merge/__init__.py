"""Leads for one need: merging two, undoing it, and finding candidates."""

from ltc_runtime.service import Feature

from .api import lead_merges
from .read import list_duplicate_leads

lead_merge = Feature(api=lead_merges)

__all__ = ["lead_merge", "list_duplicate_leads"]
