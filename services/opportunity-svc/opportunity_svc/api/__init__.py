"""What people do with deals, quotes, price books, pipelines and authority, and what they can ask about them."""

from .comparing import comparisons
from .documents import documents
from .estimates import estimates, frozen_estimates
from .leaving import hand_overs
from .mandates import mandates
from .negotiating import negotiations
from .quotes import drafts, quotes
from .swapping import swaps
from .tasks import tasks
from .teams import deal_forecasts, forecasts, teams
from .waterfall import waterfalls

__all__ = [
    "negotiations",
    "documents",
    "comparisons",
    "deal_forecasts",
    "drafts",
    "estimates",
    "forecasts",
    "frozen_estimates",
    "hand_overs",
    "mandates",
    "quotes",
    "swaps",
    "tasks",
    "teams",
    "waterfalls",
]
