"""What people do with deals, quotes, price books, pipelines and authority, and what they can ask about them."""

from .comparing import comparisons
from .documents import documents
from .estimates import estimates, frozen_estimates
from .negotiating import negotiations
from .quotes import drafts, quotes
from .swapping import swaps
from .waterfall import waterfalls

__all__ = [
    "negotiations",
    "documents",
    "comparisons",
    "drafts",
    "estimates",
    "frozen_estimates",
    "quotes",
    "swaps",
    "waterfalls",
]
