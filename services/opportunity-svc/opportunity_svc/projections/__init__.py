"""What people see of deals: the pipeline, what is known and decided, quotes, estimates, price books, and who may allow and decide what."""

from .courses import pipeline_list, pipelines
from .deciding import conditions, decision_list, decisions
from .estimating import estimate_list, estimates
from .estimating import frozen as frozen_estimates
from .forecasting import forecast_list, forecasts, targets, teams
from .granting import authority_grant, authority_grants
from .history import past_opportunities, past_opportunity
from .mandating import delegations, mandate_list, mandates
from .noting import deal_findings, findings
from .pipeline import opportunities, opportunity_list
from .pricing import price_book, price_books
from .quoting import quote_list, quotes

__all__ = [
    "authority_grant",
    "authority_grants",
    "conditions",
    "deal_findings",
    "decision_list",
    "decisions",
    "delegations",
    "estimate_list",
    "estimates",
    "findings",
    "forecast_list",
    "forecasts",
    "frozen_estimates",
    "mandate_list",
    "mandates",
    "opportunities",
    "opportunity_list",
    "past_opportunities",
    "past_opportunity",
    "pipeline_list",
    "pipelines",
    "price_book",
    "price_books",
    "quote_list",
    "quotes",
    "targets",
    "teams",
]
