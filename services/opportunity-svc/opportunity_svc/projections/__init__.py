"""What people see of deals: the pipeline, what is known and decided, quotes, estimates, price books, and who may allow and decide what."""

from .estimating import estimate_list, estimates
from .estimating import frozen as frozen_estimates
from .negotiating import deadlocks, negotiation, rounds
from .quoting import quote_list, quotes
from .swapping import option_swap, swaps
from .versions import quote_version, quote_versions

__all__ = [
    "quote_versions",
    "quote_version",
    "rounds",
    "negotiation",
    "deadlocks",
    "estimate_list",
    "estimates",
    "frozen_estimates",
    "option_swap",
    "quote_list",
    "quotes",
    "swaps",
]
