"""What opportunity-svc does when something happens to a deal or a quote."""

from .deals import end_selection, escalate_decision, expire_later, expire_quote, note_estimate, open_opportunity, remind_of_bid

__all__ = [
    "end_selection",
    "escalate_decision",
    "expire_later",
    "expire_quote",
    "note_estimate",
    "open_opportunity",
    "remind_of_bid",
]
