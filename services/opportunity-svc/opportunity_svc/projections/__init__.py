"""What people see of deals: the pipeline, what is known and decided, quotes, estimates, price books, and who may allow and decide what."""

from .costing import bid_cost, bid_costs
from .courses import pipeline_list, pipelines
from .deciding import conditions, decision_list, decisions
from .estimating import estimate_list, estimates
from .estimating import frozen as frozen_estimates
from .forms import filled_forms, fills, form_fills, form_list, form_values, forms
from .learning import lesson_list, lessons
from .negotiating import deadlocks, negotiation, rounds
from .noting import deal_findings, findings
from .passing import stage_passing, stage_passings
from .people import chain_people, chain_person
from .pipeline import opportunities, opportunity_list, suspensions
from .quoting import quote_list, quotes
from .swapping import option_swap, swaps
from .versions import quote_version, quote_versions

__all__ = [
    "quote_versions",
    "quote_version",
    "rounds",
    "negotiation",
    "deadlocks",
    "chain_people",
    "chain_person",
    "bid_cost",
    "bid_costs",
    "conditions",
    "deal_findings",
    "decision_list",
    "decisions",
    "estimate_list",
    "estimates",
    "findings",
    "filled_forms",
    "fills",
    "form_fills",
    "form_list",
    "form_values",
    "forms",
    "frozen_estimates",
    "lesson_list",
    "lessons",
    "opportunities",
    "opportunity_list",
    "option_swap",
    "pipeline_list",
    "pipelines",
    "quote_list",
    "quotes",
    "stage_passing",
    "stage_passings",
    "suspensions",
    "swaps",
]
