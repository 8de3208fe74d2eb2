"""What people see of deals: the pipeline, the quotes, the price books, and who may allow what."""

from .estimating import estimate_list, estimates
from .estimating import frozen as frozen_estimates
from .forecasting import forecast_list, forecasts, targets, teams
from .granting import authority_grant, authority_grants
from .history import past_opportunities, past_opportunity
from .pipeline import opportunities, opportunity_list
from .pricing import price_book, price_books
from .quoting import quote_list, quotes

__all__ = [
    "authority_grant",
    "authority_grants",
    "estimate_list",
    "estimates",
    "forecast_list",
    "forecasts",
    "frozen_estimates",
    "opportunities",
    "opportunity_list",
    "past_opportunities",
    "past_opportunity",
    "price_book",
    "price_books",
    "quote_list",
    "quotes",
    "targets",
    "teams",
]
