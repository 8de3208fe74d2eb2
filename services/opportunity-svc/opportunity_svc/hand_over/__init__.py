"""Hand-overs: the deals and tasks of a user who leaves go to another."""

from ltc_events.policy import NamedPolicy
from ltc_runtime.service import Feature


def hand_over() -> Feature:
    """The feature."""
    from ltc_events.lead import DeskHandedOver, DeskTakenUp
    from ltc_events.opportunity import OpportunityLost, OpportunityOpened, OpportunityWon
    from ltc_events.opportunity_gates import OpportunityCancelled, OpportunityChanged, OpportunityDeclined
    from ltc_events.opportunity_tasks import TaskDone, TaskDropped, TaskRaised, TaskReassigned

    from ..task.rules.deal_tasks import SeatsVacated
    from .policies import keep_desks, pass_work_on, vacate_seats
    from .read import hand_over_list, hand_overs
    from .rules import decider
    from .rules.workload import WorkPassedOn

    return Feature(
        api=hand_overs,
        deciders=(decider,),
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
            NamedPolicy(
                "vacate_seats", (OpportunityWon, OpportunityLost, OpportunityDeclined, OpportunityCancelled), vacate_seats, from_start=True
            ),
            NamedPolicy("pass_work_on", WorkPassedOn, pass_work_on),
        ),
        projections=(hand_over_list,),
    )
