"""What people do with deals, quotes, price books, pipelines and authority, and what they can ask about them."""

from .estimates import estimates, frozen_estimates

__all__ = [
    "estimates",
    "frozen_estimates",
]
