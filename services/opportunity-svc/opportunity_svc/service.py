"""opportunity-svc: deals, the gates they pass, what they cost, quotes, and who may approve them."""

from ltc_runtime.service import Service

from . import (
    authority_grant, bid_cost, catalogue, chain_person, deal, deal_list, decision, discount_leakage, estimate,
    finding, forecast, form, form_fill, gate, hand_over, legal_entity, lesson, mandate, negotiation, outcome,
    past_opportunity, pipeline, pipeline_report, price_book, progress, quote, quote_document, quote_ubl,
    quote_version, rule_book, rule_preview, sales_figure, stage_time, swap, task, team,
)  # fmt: skip

service = Service(
    "opportunity-svc",
    deal.deal, deal_list.deal_list, progress.progress, gate.gate, decision.decision, finding.finding,
    chain_person.chain_person, bid_cost.bid_cost, pipeline.pipeline, form.form, form_fill.form_fill, outcome.outcome,
    lesson.lesson, stage_time.stage_time, pipeline_report.pipeline_report, discount_leakage.discount_leakage,
    quote.quote, quote_version.quote_version, quote_document.quote_document, quote_ubl.quote_ubl,
    negotiation.negotiation, swap.swap, catalogue.catalogue, price_book.price_book, rule_book.rule_book,
    rule_preview.rule_preview, authority_grant.authority_grant, past_opportunity.past_opportunity,
    sales_figure.sales_figure, legal_entity.legal_entity, team.team, estimate.estimate, forecast.forecast,
    mandate.mandate, task.task, hand_over.hand_over,
)  # fmt: skip
