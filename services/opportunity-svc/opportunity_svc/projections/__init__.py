"""What people see of deals: the pipeline, what is known and decided, quotes, estimates, price books, and who may allow and decide what."""

from .estimating import estimate_list, estimates
from .estimating import frozen as frozen_estimates

__all__ = [
    "estimate_list",
    "estimates",
    "frozen_estimates",
]
