"""What people see of deals: the pipeline, what is known and decided, quotes, estimates, price books, and who may allow and decide what."""

from .catalogue import catalogue_product, products
from .costing import bid_cost, bid_costs
from .courses import pipeline_list, pipelines
from .deciding import conditions, decision_list, decisions
from .estimating import estimate_list, estimates
from .estimating import frozen as frozen_estimates
from .forecasting import forecast_list, forecasts, targets, teams
from .forms import filled_forms, fills, form_fills, form_list, form_values, forms
from .granting import authority_grant, authority_grants
from .history import past_opportunities, past_opportunity
from .learning import lesson_list, lessons
from .mandating import delegations, mandate_list, mandates
from .negotiating import deadlocks, negotiation, rounds
from .noting import deal_findings, findings
from .passing import stage_passing, stage_passings
from .people import chain_people, chain_person
from .pipeline import opportunities, opportunity_list, suspensions
from .pricing import price_book, price_books
from .quoting import quote_list, quotes
from .rules import rule_book_list, rule_books
from .swapping import option_swap, swaps
from .tasks import hand_over_list, hand_overs, handed_work, task_list, tasks
from .versions import price_book_version, price_book_versions, quote_version, quote_versions

__all__ = [
    "quote_versions",
    "quote_version",
    "price_book_versions",
    "price_book_version",
    "rule_books",
    "rule_book_list",
    "rounds",
    "negotiation",
    "deadlocks",
    "products",
    "catalogue_product",
    "chain_people",
    "chain_person",
    "authority_grant",
    "authority_grants",
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
    "option_swap",
    "past_opportunities",
    "past_opportunity",
    "pipeline_list",
    "pipelines",
    "price_book",
    "price_books",
    "quote_list",
    "quotes",
    "stage_passing",
    "stage_passings",
    "suspensions",
    "swaps",
    "hand_over_list",
    "hand_overs",
    "handed_work",
    "targets",
    "task_list",
    "tasks",
    "teams",
]
