"""opportunity-svc: deals, what they cost, who may say so, and the gates they pass."""

from ltc_events.contract import ContractRegistered, ContractSigned
from ltc_events.policy import NamedPolicy
from ltc_runtime.service import Feature, Service

from .api import (
    comparisons,
    documents,
    drafts,
    estimates,
    frozen_estimates,
    negotiations,
    quotes,
    swaps,
    waterfalls,
)
from .authority_grant import authority_grant
from .bid_cost import bid_cost
from .catalogue import catalogue
from .chain_person import chain_person
from .deal import deal
from .deal_list import deal_list
from .decision import decision
from .discount_leakage import discount_leakage
from .estimate import rules as estimate
from .finding import finding
from .forecast import forecast
from .form import form
from .form_fill import form_fill
from .gate import gate
from .hand_over import hand_over
from .legal_entity import legal_entity
from .lesson import lesson
from .mandate import mandate
from .negotiation import rules as negotiation
from .outcome import outcome
from .past_opportunity import past_opportunity
from .pipeline import pipeline
from .pipeline_report import pipeline_report
from .policies import (
    end_selection,
    expire_later,
    expire_quote,
)
from .price_book import price_book
from .progress import progress
from .projections import (
    estimate_list,
    option_swap,
    quote_list,
    quote_version,
)
from .projections import negotiation as negotiation_list
from .quote import rules as quote
from .quote.rules import discount_tally as splitting
from .quote.rules.events import QuoteDrafted, QuoteRevised
from .rule_book import rule_book
from .rule_preview import rule_preview
from .sales_figure import sales_figure
from .stage_time import stage_time
from .swap import rules as swapping
from .swap.rules import selection
from .task import task
from .team import team

former = Feature(
    api=(
        drafts,
        quotes,
        documents,
        comparisons,
        waterfalls,
        negotiations,
        swaps,
        estimates,
        frozen_estimates,
    ),
    deciders=(
        selection.decider,
        swapping.decider,
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
        NamedPolicy("expire_quote", QuoteDrafted, expire_quote),
        NamedPolicy("expire_later", QuoteRevised, expire_later),
        NamedPolicy("end_selection", (ContractSigned, ContractRegistered), end_selection, from_start=True),
    ),
    projections=(
        option_swap,
        quote_list,
        quote_version,
        negotiation_list,
        estimate_list,
    ),
)
service = Service(
    "opportunity-svc",
    former,
    deal,
    deal_list,
    progress,
    gate,
    decision,
    finding,
    chain_person,
    bid_cost,
    pipeline,
    form,
    form_fill,
    outcome,
    lesson,
    stage_time,
    pipeline_report,
    discount_leakage,
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
