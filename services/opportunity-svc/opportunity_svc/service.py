"""opportunity-svc: deals, what they cost, who may say so, and the gates they pass."""

from ltc_events.lead import LeadConverted
from ltc_events.opportunity_gates import DecisionRequested
from ltc_runtime.service import Service

from .api import (
    authority_grants,
    decisions,
    drafts,
    mandates,
    opportunities,
    pipelines,
    price_books,
    quotes,
    reports,
)
from .domain import authority, deciding, mandate, opening, opportunity, pipeline, price_book, quote, stepping, winning
from .domain.opportunity.states import FindingNoted
from .domain.quote.states import QuoteDrafted
from .policies import escalate_decision, expire_quote, open_opportunity, remind_of_bid
from .projections import (
    authority_grant,
    deal_findings,
    decision_list,
    mandate_list,
    opportunity_list,
    pipeline_list,
    quote_list,
)
from .projections import price_book as price_book_list

service = Service(
    name="opportunity-svc",
    api=(opportunities, drafts, quotes, price_books, authority_grants, pipelines, decisions, mandates, reports),
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
    ),
    reacts={
        LeadConverted: (open_opportunity,),
        QuoteDrafted: (expire_quote,),
        DecisionRequested: (escalate_decision,),
        FindingNoted: (remind_of_bid,),
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
    ),
)
