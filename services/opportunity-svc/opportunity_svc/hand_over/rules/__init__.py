"""Leaving: one of us hands over every seat of an open deal and every open task; authority goes to nobody by itself."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import TypeAlias
from uuid import UUID

from ltc_events import Command, Decider, Event, States, Stream, UserId
from ltc_events.opportunity_gates import DealTerms, OpportunityChanged
from ltc_events.opportunity_tasks import TaskRaised, TaskReassigned, Why

from ...authority_grant import rules as authority
from ...authority_grant.rules import authority_id
from ...deal.rules.history import history as deals
from ...deal.rules.states import Open, deal_under_way
from ...deal.rules.terms import terms_of, triangle, unfounded
from ...forecast import rules as forecast
from ...forecast.rules import forecast_id
from ...mandate import rules as mandate
from ...mandate.rules import mandate_id
from ...task.rules.states import NotRaised, Pending, given, task_id
from ...task.rules.states import history as tasks
from .workload import (
    Away,
    Desk,
    DeskEvent,
    NoteWork,
    NoteWorkGone,
    TakeWorkUp,
    What,
    WorkHandedOver,
    WorkPassedOn,
    desk_of,
    history,
    note,
    note_gone,
    parts,
    passed_on,
    take_up,
)

GATES = ("ATI", "ATB", "ATC")
SEATS = ("account_manager", "solution_manager", "fulfilment_manager")


class HandWorkOver(Command):
    """Let somebody who leaves hand all their open deals and tasks over, now and whatever still reaches them."""

    desk_id: UUID
    hand_over_id: UUID
    user: UserId
    to: UserId | None = None
    by: UserId
    today: date

    def reads(self) -> list[Stream]:
        """The work of who leaves, what they may decide and allow, and the tasks about that."""
        stays = [task_id(kind, self.hand_over_id) for kind in ("mandate_stays", "authority_stays")]
        held = [mandate.decider.of(mandate_id(self.user)), authority.decider.of(authority_id(self.user))]
        return [history.of(self.desk_id), *held, *map(tasks.of, stays)]


class MoveDeal(Command):
    """Let somebody else have the seats of who leaves, if they still hold any."""

    opportunity_id: UUID
    hand_over_id: UUID
    user: UserId
    to: UserId | None = None
    by: UserId
    via: tuple[UserId, ...] = ()
    part: int
    """Of which part of the hand-over: a deal that comes back to who left is moved anew."""
    today: date

    def reads(self) -> list[Stream]:
        """The deal and its forecast, the work of both, and the tasks that may follow."""
        asked = [task_id("decision_to_ask", *cause(self), gate) for gate in GATES]
        follow = [task_id("seat_stays", *cause(self)), task_id("forecast_to_set", *cause(self)), *asked]
        first = [deals.of(self.opportunity_id), forecast.decider.of(forecast_id(self.opportunity_id))]
        return [*first, *desks(self.user, self.to), *map(tasks.of, follow)]


class MoveTask(Command):
    """Let somebody else have the task, if who leaves still has it."""

    task_id: UUID
    hand_over_id: UUID
    user: UserId
    to: UserId | None = None
    by: UserId
    via: tuple[UserId, ...] = ()

    def reads(self) -> list[Stream]:
        """The task, and the work of everyone who may get it."""
        return [tasks.of(self.task_id), *desks(self.user, self.to, self.by)]


DeskCommand: TypeAlias = NoteWork | NoteWorkGone | TakeWorkUp | HandWorkOver | MoveDeal | MoveTask


def decide(states: States, command: DeskCommand) -> Sequence[Event]:
    match command:
        case NoteWork():
            return note(states.of(history, command.desk_id), command)
        case NoteWorkGone():
            return note_gone(states.of(history, command.desk_id), command)
        case TakeWorkUp():
            return take_up(states.of(history, command.desk_id), command)
        case HandWorkOver():
            return hand_over(states, command)
        case MoveDeal():
            return [*move_deal(states, command)]
        case MoveTask():
            return [*move_task(states, command)]


def hand_over(states: States, command: HandWorkOver) -> list[Event]:
    known = states.of(history, command.desk_id)
    if known.left is not None and known.left.hand_over_id == command.hand_over_id:
        return []  # heard twice, handed over once
    where = Away(command.hand_over_id, command.to, command.by)
    handed = WorkHandedOver(**command.model_dump(exclude={"today"}), deals=len(known.deals), tasks=len(known.tasks))
    deals = [passed_on(command.desk_id, command.user, where, "deal", part) for part in parts(known.deals)]
    tasks = [passed_on(command.desk_id, command.user, where, "task", part) for part in parts(known.tasks)]
    return [handed, *deals, *tasks, *what_they_may(states, command)]


def what_they_may(states: States, command: HandWorkOver) -> Iterator[TaskRaised]:
    """What they may decide and allow stays theirs until somebody takes it back, and is granted to others by whoever may."""
    held = states.of(mandate.decider, mandate_id(command.user))
    why = Why(user=command.user, hand_over_id=command.hand_over_id)
    if held.grants:
        id = task_id("mandate_stays", command.hand_over_id)
        yield TaskRaised(task_id=id, kind="mandate_stays", owner=command.by, due=command.today, why=why)
    if states.of(authority.decider, authority_id(command.user)).grants:
        id = task_id("authority_stays", command.hand_over_id)
        yield TaskRaised(task_id=id, kind="authority_stays", owner=command.by, due=command.today, why=why)


def move_deal(states: States, command: MoveDeal) -> Iterator[Event]:
    deal = deal_under_way(states.of(deals, command.opportunity_id))
    seats = [seat for seat in SEATS if deal is not None and getattr(deal, seat) == command.user]
    if deal is None or not seats or not still_away(states, command):
        return  # it is decided, or moved on, or they are back
    if command.to is None:
        yield from stays(states, command, "no_successor")
        return
    after = terms_of(deal).model_copy(update=dict.fromkeys(seats, command.to))
    further = beyond(states, command.user, command.to, command.via)
    if further is not None and further.to is not None:
        yield onward(command, further, "deal", command.opportunity_id)
    elif further is not None:
        yield from stays(states, command, "successor_left")
    elif len(set(triangle(after))) < 3:
        yield from stays(states, command, "successor_has_seat" if command.to in triangle(terms_of(deal)) else "three_people")
    else:
        yield from moved(states, deal, after, command)


def still_away(states: States, command: MoveDeal | MoveTask) -> bool:
    """Whether this hand-over still counts: they may be back, or their work may go to somebody else by now."""
    left = states.of(history, desk_of(command.user)).left
    return left is not None and left.hand_over_id == command.hand_over_id


def beyond(states: States, user: str, to: str, via: tuple[str, ...]) -> Away | None:
    """Where the work of the successor goes, if they left as well; nowhere, where it would come back."""
    left = states.of(history, desk_of(to)).left
    if left is None or left.to not in (user, to, *via):
        return left
    return Away(left.hand_over_id, None, left.by)


def onward(command: MoveDeal | MoveTask, further: Away, what: What, id: UUID) -> WorkPassedOn:
    """It goes where the work of the successor goes; it is still this hand-over."""
    assert command.to is not None
    where = Away(command.hand_over_id, further.to, command.by)
    return passed_on(desk_of(command.user), command.user, where, what, (id,), (*command.via, command.to))


def stays(states: States, command: MoveDeal, hindrance: str) -> Iterator[TaskRaised]:
    """The seat stays, and whoever ordered the hand-over is to see to it."""
    id = task_id("seat_stays", *cause(command))
    why = Why(user=command.user, hand_over_id=command.hand_over_id, hindrance=hindrance)
    yield from once(states, command, id, TaskRaised(
        task_id=id, opportunity_id=command.opportunity_id, kind="seat_stays", owner=command.by, due=command.today, why=why
    ))  # fmt: skip


def moved(states: States, deal: Open, after: DealTerms, command: MoveDeal) -> Iterator[Event]:
    """The seats are theirs; what was asked and decided about another account manager lapses, and they are told to ask anew."""
    yield OpportunityChanged(
        opportunity_id=command.opportunity_id,
        before=terms_of(deal),
        after=after,
        weighted=after.value.times(deal.course.stage.probability),
        reason=f"{command.user} left",
        changed_by=command.by,
        hand_over_id=command.hand_over_id,
    )
    lapsed = list(unfounded(command.opportunity_id, deal, after))
    yield from lapsed
    why = Why(user=command.user, hand_over_id=command.hand_over_id)
    told = {"opportunity_id": command.opportunity_id, "owner": after.account_manager, "due": command.today}
    for gate in dict.fromkeys(each.gate for each in lapsed):
        id = task_id("decision_to_ask", *cause(command), gate)
        yield from once(states, command, id, TaskRaised(
            task_id=id, kind="decision_to_ask", why=why.model_copy(update={"gate": gate}), **told
        ))  # fmt: skip
    said = states.of(forecast.decider, forecast_id(command.opportunity_id)).said
    if said is not None and said.account_manager == command.user != after.account_manager:
        id = task_id("forecast_to_set", *cause(command))
        yield from once(states, command, id, TaskRaised(task_id=id, kind="forecast_to_set", why=why, **told))


def cause(command: MoveDeal) -> tuple[UUID, UUID, int]:
    """What the tasks of one move follow from."""
    return command.hand_over_id, command.opportunity_id, command.part


def once(states: States, command: MoveDeal, id: UUID, raised: TaskRaised) -> Iterator[TaskRaised]:
    if isinstance(states.of(tasks, id), NotRaised):
        yield raised


def move_task(states: States, command: MoveTask) -> Iterator[TaskReassigned | WorkPassedOn]:
    """Who follows gets it; what asks for a mandate goes to whoever ordered the hand-over, as does what nobody follows in."""
    known = states.of(tasks, command.task_id)
    if not isinstance(known, Pending) or known.owner != command.user or not still_away(states, command):
        return  # it moved on, or they are back
    to = None if known.why.may_decide else command.to
    further = None if to is None else beyond(states, command.user, to, command.via)
    if further is not None and further.to is not None:
        yield onward(command, further, "task", command.task_id)
        return
    here = [who for who in (to, command.by) if who not in (None, command.user) and is_here(states, who)]
    if here and here[0] is not None:
        yield given(command.task_id, known, here[0], hand_over_id=command.hand_over_id)


def is_here(states: States, user: str | None) -> bool:
    return user is not None and states.of(history, desk_of(user)).left is None


def desks(*users: str | None) -> list[Stream]:
    return [history.of(desk_of(user)) for user in dict.fromkeys(users) if user is not None]


decider: Decider[Desk, DeskCommand, DeskEvent] = replace(
    history,
    commands=DeskCommand,
    decide_many=decide,
    also=(deals, tasks, forecast.decider, mandate.decider, authority.decider),
)
