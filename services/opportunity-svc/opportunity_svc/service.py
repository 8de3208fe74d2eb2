"""opportunity-svc: deals, what they cost, who may say so, and the gates they pass."""

from ltc_events.contract import ContractClosed, ContractRegistered
from ltc_events.lead import DeskHandedOver, DeskTakenUp
from ltc_events.opportunity import OpportunityLost, OpportunityOpened, OpportunityWon
from ltc_events.opportunity_gates import (
    BidSubmitted,
    DecisionEscalated,
    DecisionMade,
    DecisionRequested,
    OpportunityCancelled,
    OpportunityChanged,
    OpportunityDeclined,
    OpportunityResumed,
    OpportunitySuspended,
)
from ltc_events.opportunity_tasks import TaskDone, TaskDropped, TaskRaised, TaskReassigned
from ltc_events.order import OrderRejected
from ltc_events.policy import NamedPolicy
from ltc_runtime.service import Feature, Service

from .api import (
    deal_forecasts,
    estimates,
    forecasts,
    frozen_estimates,
    hand_overs,
    mandates,
    tasks,
    teams,
)
from .authority_grant import authority_grant
from .authority_grant.rules import AuthorityRevoked
from .bid_cost import bid_cost
from .catalogue import catalogue
from .chain_person import chain_person
from .deal import deal
from .deal.rules.events import BidDeadlineNeared, DecisionLapsed, ExpectedClosePassed, FindingNoted, FindingStruck
from .deal_list import deal_list
from .decision import decision
from .discount_leakage import discount_leakage
from .estimate import rules as estimate
from .finding import finding
from .forecast import rules as forecast
from .forecast.rules import ForecastSet
from .form import form
from .form_fill import form_fill
from .gate import gate
from .hand_over import rules as leaving
from .hand_over.rules.workload import SeatsKept, WorkPassedOn, WorkTakenUp
from .legal_entity import legal_entity
from .lesson import lesson
from .mandate import rules as mandate
from .mandate.rules import DelegationEnded, MandateDelegated, MandateGranted, MandateRevoked
from .mandate.rules import index as register
from .negotiation import negotiation
from .outcome import outcome
from .past_opportunity import past_opportunity
from .pipeline import pipeline
from .pipeline_report import pipeline_report
from .policies import (
    ask_deciders,
    ask_for_bid,
    ask_for_close,
    ask_for_decision,
    ask_for_order,
    drop_tasks,
    end_trouble,
    follow_up_quote,
    keep_agendas,
    keep_desks,
    keep_register,
    look_again,
    move_account,
    note_contract,
    note_rejection,
    pass_work_on,
    trace_quote,
    vacate_seats,
    watch_close,
)
from .price_book import price_book
from .progress import progress
from .projections import (
    estimate_list,
    forecast_list,
    hand_over_list,
    mandate_list,
    task_list,
)
from .quote import quote
from .quote.rules.events import QuoteDrafted, QuoteExpired, QuoteSent
from .quote_document import quote_document
from .quote_ubl import quote_ubl
from .quote_version import quote_version
from .rule_book import rule_book
from .rule_preview import rule_preview
from .sales_figure import sales_figure
from .stage_time import stage_time
from .swap import swap
from .task import rules as task
from .task.rules import deal_tasks as agenda
from .task.rules import rejected_orders as trouble
from .task.rules.deal_tasks import AccountMoved, DecidersFound, SeatsVacated, TasksSettled
from .task.rules.rejected_orders import ContractOver, OrderInTrouble
from .task.rules.states import QuoteTraced, TaskSought
from .team import rules as team

former = Feature(
    api=(
        estimates,
        frozen_estimates,
        teams,
        deal_forecasts,
        forecasts,
        tasks,
        hand_overs,
        mandates,
    ),
    deciders=(
        mandate.decider,
        estimate.decider,
        team.decider,
        forecast.decider,
        task.decider,
        agenda.decider,
        register.decider,
        trouble.decider,
        leaving.decider,
    ),
    policies=(
        NamedPolicy(
            "keep_desks",
            (
                DeskHandedOver,
                DeskTakenUp,
                OpportunityOpened,
                OpportunityChanged,
                TaskRaised,
                TaskReassigned,
                TaskDone,
                TaskDropped,
                SeatsVacated,
            ),
            keep_desks,
            from_start=True,
        ),
        NamedPolicy("watch_close", (OpportunityOpened, OpportunityChanged), watch_close, from_start=True),
        NamedPolicy(
            "keep_agendas",
            (
                OpportunityChanged,
                OpportunitySuspended,
                OpportunityWon,
                OpportunityLost,
                OpportunityDeclined,
                OpportunityCancelled,
                QuoteDrafted,
                QuoteTraced,
                DecisionRequested,
                DecisionMade,
                DecisionLapsed,
                FindingNoted,
                FindingStruck,
                BidSubmitted,
                ForecastSet,
                MandateRevoked,
                AuthorityRevoked,
                TaskSought,
                TaskRaised,
                TaskReassigned,
                TaskDone,
                TaskDropped,
                WorkTakenUp,
                SeatsKept,
                ContractOver,
            ),
            keep_agendas,
            from_start=True,
        ),
        NamedPolicy("look_again", OpportunityResumed, look_again),
        NamedPolicy(
            "vacate_seats", (OpportunityWon, OpportunityLost, OpportunityDeclined, OpportunityCancelled), vacate_seats, from_start=True
        ),
        NamedPolicy("ask_for_close", ExpectedClosePassed, ask_for_close),
        NamedPolicy("trace_quote", QuoteSent, trace_quote, from_start=True),
        NamedPolicy("follow_up_quote", QuoteExpired, follow_up_quote),
        NamedPolicy("ask_for_decision", DecisionEscalated, ask_for_decision),
        NamedPolicy("ask_for_bid", BidDeadlineNeared, ask_for_bid),
        NamedPolicy("keep_register", (MandateGranted, MandateDelegated, DelegationEnded, MandateRevoked), keep_register, from_start=True),
        NamedPolicy("ask_deciders", DecidersFound, ask_deciders),
        NamedPolicy("ask_for_order", OrderInTrouble, ask_for_order),
        NamedPolicy("drop_tasks", TasksSettled, drop_tasks),
        NamedPolicy("move_account", AccountMoved, move_account),
        NamedPolicy("pass_work_on", WorkPassedOn, pass_work_on),
        NamedPolicy("note_contract", ContractRegistered, note_contract, from_start=True),
        NamedPolicy("end_trouble", ContractClosed, end_trouble, from_start=True),
        NamedPolicy("note_rejection", OrderRejected, note_rejection),
    ),
    projections=(
        mandate_list,
        estimate_list,
        forecast_list,
        task_list,
        hand_over_list,
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
)
