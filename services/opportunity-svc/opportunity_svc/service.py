"""opportunity-svc: deals, what they cost, who may say so, and the gates they pass."""

from ltc_events.lead import LeadConverted
from ltc_events.opportunity import EstimateFrozen
from ltc_events.opportunity_gates import DecisionRequested
from ltc_runtime.service import Service

from .api import (
    authority_grants,
    deal_forecasts,
    decisions,
    drafts,
    estimates,
    forecasts,
    frozen_estimates,
    mandates,
    opportunities,
    past_opportunities,
    pipelines,
    price_books,
    quotes,
    reports,
    sales_figures,
    teams,
)
from .domain import (
    authority,
    deciding,
    estimate,
    forecast,
    mandate,
    opening,
    opportunity,
    past,
    pipeline,
    price_book,
    quote,
    stepping,
    team,
    winning,
)
from .domain.opportunity.states import FindingNoted
from .domain.quote.states import QuoteDrafted
from .policies import escalate_decision, expire_quote, note_estimate, open_opportunity, remind_of_bid
from .projections import (
    authority_grant,
    deal_findings,
    decision_list,
    estimate_list,
    forecast_list,
    mandate_list,
    opportunity_list,
    past_opportunity,
    pipeline_list,
    quote_list,
)
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
        pipelines,
        decisions,
        mandates,
        reports,
    ),
    decides=(
        opportunity.decider,
        opening.decider,
        stepping.decider,
        deciding.decider,
        winning.decider,
        pipeline.decider,
        mandate.decider,
        price_book.decider,
        authority.decider,
        quote.decider,
        quote.pricing,
        quote.approval,
        past.decider,
        estimate.decider,
        estimate.estimating,
        team.decider,
        forecast.decider,
        forecast.forecasting,
    ),
    reacts={
        LeadConverted: (open_opportunity,),
        QuoteDrafted: (expire_quote,),
        DecisionRequested: (escalate_decision,),
        FindingNoted: (remind_of_bid,),
        EstimateFrozen: (note_estimate,),
    },
    shows=(
        opportunity_list,
        deal_findings,
        decision_list,
        pipeline_list,
        mandate_list,
        quote_list,
        price_book_list,
        authority_grant,
        past_opportunity,
        estimate_list,
        forecast_list,
    ),
)
