"""opportunity-svc: deals, what they cost, and who may say so."""

from ltc_events.lead import LeadConverted
from ltc_runtime.service import Service

from .api import (
    authority_grants,
    deal_forecasts,
    drafts,
    estimates,
    forecasts,
    frozen_estimates,
    opportunities,
    past_opportunities,
    price_books,
    quotes,
    sales_figures,
    teams,
)
from .domain import authority, estimate, forecast, opportunity, past, price_book, quote, team, winning
from .domain.quote.states import QuoteDrafted
from .policies import expire_quote, open_opportunity
from .projections import authority_grant, estimate_list, forecast_list, opportunity_list, past_opportunity, quote_list
from .projections import price_book as price_book_list

service = Service(
    name="opportunity-svc",
    api=(
        opportunities,
        drafts,
        quotes,
        price_books,
        authority_grants,
        past_opportunities,
        sales_figures,
        estimates,
        frozen_estimates,
        teams,
        deal_forecasts,
        forecasts,
    ),
    decides=(
        opportunity.decider,
        price_book.decider,
        authority.decider,
        quote.decider,
        quote.pricing,
        quote.approval,
        winning.decider,
        past.decider,
        estimate.decider,
        estimate.estimating,
        team.decider,
        forecast.decider,
        forecast.forecasting,
    ),
    reacts={LeadConverted: (open_opportunity,), QuoteDrafted: (expire_quote,)},
    shows=(opportunity_list, quote_list, price_book_list, authority_grant, past_opportunity, estimate_list, forecast_list),
)
