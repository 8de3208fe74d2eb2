"""What people see of deals: the pipeline, what is known and decided, quotes, estimates, price books, and who may allow and decide what."""

from .estimating import estimate_list, estimates
from .estimating import frozen as frozen_estimates
from .forecasting import forecast_list, forecasts, targets, teams
from .mandating import delegations, mandate_list, mandates
from .tasks import hand_over_list, hand_overs, handed_work, task_list, tasks

__all__ = [
    "delegations",
    "estimate_list",
    "estimates",
    "forecast_list",
    "forecasts",
    "frozen_estimates",
    "mandate_list",
    "mandates",
    "hand_over_list",
    "hand_overs",
    "handed_work",
    "targets",
    "task_list",
    "tasks",
    "teams",
]
