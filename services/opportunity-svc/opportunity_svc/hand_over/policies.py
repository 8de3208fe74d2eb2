"""What one of us works on, and where it goes when they leave."""

from typing import TypeAlias

from ltc_events import Command, Fact
from ltc_events.lead import DeskHandedOver, DeskTakenUp
from ltc_events.opportunity import OpportunityLost, OpportunityOpened, OpportunityWon
from ltc_events.opportunity_gates import OpportunityCancelled, OpportunityChanged, OpportunityDeclined
from ltc_events.opportunity_tasks import TaskDone, TaskDropped, TaskRaised, TaskReassigned

from ..deal.rules.terms import triangle
from ..task.rules.deal_tasks import SeatsVacated, VacateSeats
from .rules import HandWorkOver, MoveDeal, MoveTask
from .rules.workload import NoteWork, NoteWorkGone, TakeWorkUp, WorkPassedOn, desk_of

OfDeal: TypeAlias = OpportunityOpened | OpportunityChanged | SeatsVacated
OfTask: TypeAlias = TaskRaised | TaskReassigned | TaskDone | TaskDropped


def vacate_seats(deal: OpportunityWon | OpportunityLost | OpportunityDeclined | OpportunityCancelled) -> list[Command]:
    """Nobody holds a seat of a deal that is decided."""
    return [VacateSeats(opportunity_id=deal.opportunity_id)]


def keep_desks(said: OfDeal | OfTask | DeskHandedOver | DeskTakenUp, fact: Fact) -> list[Command]:
    """Everybody's desk shows what they work on. (One policy for all of these, hand-overs included, so that they come in order.)"""
    match said:
        case DeskHandedOver():
            return [handed_over(said, fact)]
        case DeskTakenUp(owner=user):
            return [TakeWorkUp(desk_id=desk_of(user), user=user)]
        case OpportunityOpened() | OpportunityChanged() | SeatsVacated():
            return seats(said)
        case _:
            return of_task(said)


def handed_over(desk: DeskHandedOver, fact: Fact) -> Command:
    return HandWorkOver(
        desk_id=desk_of(desk.owner),
        hand_over_id=desk.hand_over_id,
        user=desk.owner,
        to=desk.to,
        by=desk.by or desk.owner,
        today=fact.occurred_at.date(),
    )


def seats(deal: OfDeal) -> list[Command]:
    """Who holds a seat now, and who no longer does."""
    before, after = people(deal)
    gone = [user for user in dict.fromkeys(before) if user not in after]
    come = [user for user in dict.fromkeys(after) if user not in before]
    id = deal.opportunity_id
    return [
        *(NoteWorkGone(desk_id=desk_of(user), what="deal", id=id) for user in gone),
        *(NoteWork(desk_id=desk_of(user), user=user, what="deal", id=id) for user in come),
    ]


def people(deal: OfDeal) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Who held a seat before, and who does after."""
    match deal:
        case OpportunityOpened():
            return (), (deal.account_manager, deal.solution_manager, deal.fulfilment_manager)
        case OpportunityChanged():
            return triangle(deal.before), triangle(deal.after)
        case SeatsVacated():
            return deal.people, ()


def of_task(task: OfTask) -> list[Command]:
    taken = NoteWork(desk_id=desk_of(task.owner), user=task.owner, what="task", id=task.task_id)
    match task:
        case TaskRaised():
            return [taken]
        case TaskReassigned(previous_owner=before):
            return [NoteWorkGone(desk_id=desk_of(before), what="task", id=task.task_id), taken]
        case TaskDone() | TaskDropped():
            return [NoteWorkGone(desk_id=desk_of(task.owner), what="task", id=task.task_id)]


def pass_work_on(work: WorkPassedOn, fact: Fact) -> list[Command]:
    """Each deal and task of somebody who leaves is moved by itself."""
    where = {"hand_over_id": work.hand_over_id, "user": work.user, "to": work.to, "by": work.by, "via": work.via}
    if work.what == "task":
        return [MoveTask(task_id=id, **where) for id in work.ids]
    return [MoveDeal(opportunity_id=id, part=fact.version, today=fact.occurred_at.date(), **where) for id in work.ids]
