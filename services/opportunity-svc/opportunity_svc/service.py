"""opportunity-svc: deals, what they cost, and who may say so."""

from ltc_events.lead import LeadConverted
from ltc_runtime.service import Service

from .api import (
    authority_grants,
    catalogue,
    comparisons,
    documents,
    drafts,
    estimates,
    frozen_estimates,
    negotiations,
    opportunities,
    past_opportunities,
    price_books,
    quotes,
    rule_books,
    sales_figures,
)
from .domain import authority, estimate, negotiation, opportunity, past, price_book, quote, rule_book, splitting, winning
from .domain import catalogue as products
from .domain.quote.states import QuoteDrafted, QuoteRevised
from .policies import expire_later, expire_quote, open_opportunity
from .projections import (
    authority_grant,
    catalogue_product,
    estimate_list,
    opportunity_list,
    past_opportunity,
    price_book_version,
    quote_list,
    quote_version,
    rule_book_list,
)
from .projections import negotiation as negotiation_list
from .projections import price_book as price_book_list

service = Service(
    name="opportunity-svc",
    api=(
        opportunities,
        drafts,
        quotes,
        documents,
        comparisons,
        negotiations,
        catalogue,
        price_books,
        rule_books,
        authority_grants,
        past_opportunities,
        sales_figures,
        estimates,
        frozen_estimates,
    ),
    decides=(
        opportunity.decider,
        price_book.decider,
        products.decider,
        rule_book.decider,
        splitting.decider,
        authority.decider,
        quote.decider,
        quote.pricing,
        quote.approval,
        winning.decider,
        negotiation.facts,
        negotiation.decider,
        past.decider,
        estimate.decider,
        estimate.estimating,
    ),
    reacts={LeadConverted: (open_opportunity,), QuoteDrafted: (expire_quote,), QuoteRevised: (expire_later,)},
    shows=(
        opportunity_list,
        quote_list,
        quote_version,
        negotiation_list,
        catalogue_product,
        price_book_list,
        price_book_version,
        rule_book_list,
        authority_grant,
        past_opportunity,
        estimate_list,
    ),
)
