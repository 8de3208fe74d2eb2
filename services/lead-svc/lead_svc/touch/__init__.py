"""Touches: calls, mails, visits and social messages, and consent to receive offers."""

from ltc_runtime.service import Feature

from .api import touches
from .read import list_interactions

touch = Feature(api=touches)

__all__ = ["list_interactions", "touch"]
