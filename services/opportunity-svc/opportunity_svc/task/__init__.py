"""Tasks: what an owner has to do; each is raised for a reason and ends with it."""

from ltc_events.policy import NamedPolicy
from ltc_runtime.service import Feature


def task() -> Feature:
    """The feature."""
    from ltc_events.contract import ContractClosed, ContractRegistered
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

    from ..authority_grant.rules import AuthorityRevoked
    from ..deal.rules.events import BidDeadlineNeared, DecisionLapsed, ExpectedClosePassed, FindingNoted, FindingStruck
    from ..forecast.rules import ForecastSet
    from ..hand_over.rules.workload import SeatsKept, WorkTakenUp
    from ..mandate.rules import MandateRevoked
    from ..quote.rules.events import QuoteDrafted, QuoteExpired, QuoteSent
    from .api import tasks
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
        look_again,
        move_account,
        note_contract,
        note_rejection,
        trace_quote,
        watch_close,
    )
    from .read import task_list
    from .rules import deal_tasks, decider, rejected_orders
    from .rules.deal_tasks import AccountMoved, DecidersFound, TasksSettled
    from .rules.rejected_orders import ContractOver, OrderInTrouble
    from .rules.states import QuoteTraced, TaskSought

    return Feature(
        api=tasks,
        deciders=(decider, deal_tasks.decider, rejected_orders.decider),
        policies=(
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
            NamedPolicy("ask_for_close", ExpectedClosePassed, ask_for_close),
            NamedPolicy("trace_quote", QuoteSent, trace_quote, from_start=True),
            NamedPolicy("follow_up_quote", QuoteExpired, follow_up_quote),
            NamedPolicy("ask_for_decision", DecisionEscalated, ask_for_decision),
            NamedPolicy("ask_for_bid", BidDeadlineNeared, ask_for_bid),
            NamedPolicy("ask_deciders", DecidersFound, ask_deciders),
            NamedPolicy("ask_for_order", OrderInTrouble, ask_for_order),
            NamedPolicy("drop_tasks", TasksSettled, drop_tasks),
            NamedPolicy("move_account", AccountMoved, move_account),
            NamedPolicy("note_contract", ContractRegistered, note_contract, from_start=True),
            NamedPolicy("end_trouble", ContractClosed, end_trouble, from_start=True),
            NamedPolicy("note_rejection", OrderRejected, note_rejection),
        ),
        projections=(task_list,),
    )
