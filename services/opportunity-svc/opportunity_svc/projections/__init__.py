"""What people see of deals: the pipeline, what is known and decided, quotes, estimates, price books, and who may allow and decide what."""

from .estimating import estimate_list, estimates
from .estimating import frozen as frozen_estimates
from .forecasting import forecast_list, forecasts, targets, teams
from .mandating import delegations, mandate_list, mandates
from .negotiating import deadlocks, negotiation, rounds
from .quoting import quote_list, quotes
from .swapping import option_swap, swaps
from .tasks import hand_over_list, hand_overs, handed_work, task_list, tasks
from .versions import quote_version, quote_versions

__all__ = [
    "quote_versions",
    "quote_version",
    "rounds",
    "negotiation",
    "deadlocks",
    "delegations",
    "estimate_list",
    "estimates",
    "forecast_list",
    "forecasts",
    "frozen_estimates",
    "mandate_list",
    "mandates",
    "option_swap",
    "quote_list",
    "quotes",
    "swaps",
    "hand_over_list",
    "hand_overs",
    "handed_work",
    "targets",
    "task_list",
    "tasks",
    "teams",
]
