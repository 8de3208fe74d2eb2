"""opportunity-svc: deals, what they cost, who may say so, and the gates they pass."""

from ltc_events.contract import ContractRegistered, ContractSigned
from ltc_events.lead import LeadConverted
from ltc_events.opportunity import EstimateFrozen
from ltc_events.opportunity_gates import (
    DecisionRequested,
)
from ltc_events.policy import NamedPolicy
from ltc_runtime.service import Feature, Service

from .api import (
    comparisons,
    decisions,
    documents,
    drafts,
    estimates,
    forms,
    frozen_estimates,
    lessons,
    negotiations,
    opportunities,
    outcomes,
    people,
    pipelines,
    quotes,
    reports,
    swaps,
    waterfalls,
)
from .authority_grant import authority_grant
from .catalogue import catalogue
from .deal import rules as opportunity
from .deal.rules.events import FindingNoted
from .estimate import rules as estimate
from .forecast import forecast
from .form import rules as form
from .hand_over import hand_over
from .legal_entity import legal_entity
from .mandate import mandate
from .negotiation import rules as negotiation
from .past_opportunity import past_opportunity
from .pipeline import rules as pipeline
from .policies import (
    end_selection,
    escalate_decision,
    expire_later,
    expire_quote,
    note_estimate,
    open_opportunity,
    remind_of_bid,
)
from .price_book import price_book
from .projections import (
    bid_cost,
    chain_person,
    deal_findings,
    decision_list,
    estimate_list,
    form_fills,
    form_list,
    lesson_list,
    opportunity_list,
    option_swap,
    pipeline_list,
    quote_list,
    quote_version,
    stage_passing,
)
from .projections import negotiation as negotiation_list
from .quote import rules as quote
from .quote.rules import discount_tally as splitting
from .quote.rules.events import QuoteDrafted, QuoteRevised
from .rule_book import rule_book
from .rule_preview import rule_preview
from .sales_figure import sales_figure
from .swap import rules as swapping
from .swap.rules import selection
from .task import task
from .team import team

former = Feature(
    api=(
        opportunities,
        drafts,
        quotes,
        documents,
        comparisons,
        waterfalls,
        negotiations,
        swaps,
        estimates,
        frozen_estimates,
        pipelines,
        forms,
        decisions,
        reports,
        outcomes,
        lessons,
        people,
    ),
    deciders=(
        opportunity.decider,
        selection.decider,
        swapping.decider,
        pipeline.decider,
        form.decider,
        splitting.decider,
        quote.decider,
        quote.pricing,
        quote.approval,
        quote.offering,
        negotiation.facts,
        negotiation.decider,
        estimate.decider,
    ),
    policies=(
        NamedPolicy("open_opportunity", LeadConverted, open_opportunity),
        NamedPolicy("expire_quote", QuoteDrafted, expire_quote),
        NamedPolicy("expire_later", QuoteRevised, expire_later),
        NamedPolicy("escalate_decision", DecisionRequested, escalate_decision),
        NamedPolicy("remind_of_bid", FindingNoted, remind_of_bid),
        NamedPolicy("note_estimate", EstimateFrozen, note_estimate),
        NamedPolicy("end_selection", (ContractSigned, ContractRegistered), end_selection, from_start=True),
    ),
    projections=(
        opportunity_list,
        bid_cost,
        option_swap,
        deal_findings,
        decision_list,
        pipeline_list,
        form_list,
        form_fills,
        quote_list,
        quote_version,
        negotiation_list,
        estimate_list,
        lesson_list,
        stage_passing,
        chain_person,
    ),
)
service = Service(
    "opportunity-svc",
    former,
    catalogue,
    price_book,
    rule_book,
    rule_preview,
    authority_grant,
    past_opportunity,
    sales_figure,
    legal_entity,
    team,
    forecast,
    mandate,
    task,
    hand_over,
)
