"""opportunity-svc: deals, what they cost, who may say so, and the gates they pass."""

from ltc_runtime.service import Feature, Service

from .api import (
    estimates,
    frozen_estimates,
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
from .negotiation import negotiation
from .outcome import outcome
from .past_opportunity import past_opportunity
from .pipeline import pipeline
from .pipeline_report import pipeline_report
from .price_book import price_book
from .progress import progress
from .projections import (
    estimate_list,
)
from .quote import quote
from .quote_document import quote_document
from .quote_ubl import quote_ubl
from .quote_version import quote_version
from .rule_book import rule_book
from .rule_preview import rule_preview
from .sales_figure import sales_figure
from .stage_time import stage_time
from .swap import swap
from .task import task
from .team import team

former = Feature(
    api=(
        estimates,
        frozen_estimates,
    ),
    deciders=(estimate.decider,),
    projections=(estimate_list,),
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
    quote,
    quote_version,
    quote_document,
    quote_ubl,
    negotiation,
    swap,
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
