"""What people do with deals, quotes, price books, pipelines and authority, and what they can ask about them."""

from .estimates import estimates, frozen_estimates
from .leaving import hand_overs
from .mandates import mandates
from .tasks import tasks
from .teams import deal_forecasts, forecasts, teams

__all__ = [
    "deal_forecasts",
    "estimates",
    "forecasts",
    "frozen_estimates",
    "hand_overs",
    "mandates",
    "tasks",
    "teams",
]
