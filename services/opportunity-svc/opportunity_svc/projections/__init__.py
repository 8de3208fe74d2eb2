"""What people see of deals: the pipeline, what is known and decided, quotes, estimates, price books, and who may allow and decide what."""

from .costing import bid_cost, bid_costs
from .courses import pipeline_list, pipelines
from .deciding import conditions, decision_list, decisions
from .estimating import estimate_list, estimates
from .estimating import frozen as frozen_estimates
from .forecasting import forecast_list, forecasts, targets, teams
from .forms import filled_forms, fills, form_fills, form_list, form_values, forms
from .learning import lesson_list, lessons
from .mandating import delegations, mandate_list, mandates
from .noting import deal_findings, findings
from .passing import stage_passing, stage_passings
from .people import chain_people, chain_person
from .pipeline import opportunities, opportunity_list, suspensions
from .tasks import hand_over_list, hand_overs, handed_work, task_list, tasks

__all__ = [
    "chain_people",
    "chain_person",
    "bid_cost",
    "bid_costs",
    "conditions",
    "deal_findings",
    "decision_list",
    "decisions",
    "delegations",
    "estimate_list",
    "estimates",
    "findings",
    "filled_forms",
    "fills",
    "forecast_list",
    "forecasts",
    "form_fills",
    "form_list",
    "form_values",
    "forms",
    "frozen_estimates",
    "lesson_list",
    "lessons",
    "mandate_list",
    "mandates",
    "opportunities",
    "opportunity_list",
    "pipeline_list",
    "pipelines",
    "stage_passing",
    "stage_passings",
    "suspensions",
    "hand_over_list",
    "hand_overs",
    "handed_work",
    "targets",
    "task_list",
    "tasks",
    "teams",
]
