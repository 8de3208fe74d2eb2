"""Who leaves hands over every seat of an open deal and every open task; nothing is orphaned, and authority goes to nobody."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from deal_facts import DEAL, QUOTE, USD, cancelled, lost, opened, resumed, suspended, won
from gate_facts import ASKED, made
from hypothesis import given as drawn
from hypothesis import strategies as st
from ltc_events import Command, Decider, Event, GivenStates, Stream
from ltc_events.lead import DeskHandedOver, DeskTakenUp
from ltc_events.opportunity_gates import OpportunityChanged
from ltc_events.opportunity_tasks import TaskDropped, TaskRaised, TaskReassigned, Why
from ltc_events.testing import fold, given
from opportunity_svc.authority_grant.rules import AuthorityGranted, authority_id
from opportunity_svc.deal import rules as opportunity
from opportunity_svc.deal.rules.events import DecisionLapsed
from opportunity_svc.forecast.rules import ForecastSet, forecast_id
from opportunity_svc.hand_over import rules as leaving
from opportunity_svc.hand_over.policies import keep_desks, pass_work_on, vacate_seats
from opportunity_svc.hand_over.rules import HandWorkOver, MoveDeal, MoveTask
from opportunity_svc.hand_over.rules import workload as desk
from opportunity_svc.hand_over.rules.workload import (
    PART,
    NoteWork,
    NoteWorkGone,
    SeatsKept,
    TakeWorkUp,
    WorkGone,
    WorkHandedOver,
    WorkPassedOn,
    WorkTaken,
    WorkTakenUp,
    desk_of,
)
from opportunity_svc.mandate.rules import MandateGranted, mandate_id
from opportunity_svc.task.policies import keep_agendas
from opportunity_svc.task.rules import deal_tasks as agenda
from opportunity_svc.task.rules.deal_tasks import SeatsVacated, SettleTasks, VacateSeats, agenda_of
from opportunity_svc.task.rules.states import Pending, task_id
from task_facts import AT, FACT, TERMS_BEFORE, became, done, dropped, raised

ANN, HAND_OVER, OTHER = desk_of("ann"), UUID(int=90), UUID(int=91)
TODAY: date = AT.date()
leave = HandWorkOver(desk_id=ANN, hand_over_id=HAND_OVER, user="ann", to="bob", by="max", today=TODAY)
away = WorkHandedOver(desk_id=ANN, hand_over_id=HAND_OVER, user="ann", to="bob", by="max", deals=1, tasks=0)
part = WorkPassedOn(desk_id=ANN, hand_over_id=HAND_OVER, user="ann", to="bob", by="max", what="deal", ids=(DEAL,))
move = MoveDeal(opportunity_id=DEAL, hand_over_id=HAND_OVER, user="ann", to="bob", by="max", part=1, today=TODAY)
moved = OpportunityChanged(
    opportunity_id=DEAL,
    before=TERMS_BEFORE,
    after=TERMS_BEFORE.model_copy(update={"account_manager": "bob"}),
    weighted=opened.value.times(Decimal("0.1")),
    reason="ann left",
    changed_by="max",
    hand_over_id=HAND_OVER,
)


def taken(number: int, what: Any = "deal", user: str = "ann") -> WorkTaken:
    return WorkTaken(desk_id=desk_of(user), user=user, what=what, id=UUID(int=number))


def left(user: str, to: str | None, id: UUID = OTHER, by: str = "max") -> WorkHandedOver:
    return WorkHandedOver(desk_id=desk_of(user), hand_over_id=id, user=user, to=to, by=by, deals=0, tasks=0)


def stays(hindrance: str, user: str = "ann") -> TaskRaised:
    why = Why(user=user, hand_over_id=HAND_OVER, hindrance=hindrance)
    id = task_id("seat_stays", HAND_OVER, DEAL, 1)
    return TaskRaised(task_id=id, opportunity_id=DEAL, kind="seat_stays", owner="max", due=TODAY, why=why)


# ── the desk ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_everything_on_a_desk_is_handed_over_part_by_part_and_once() -> None:
    work = [*(taken(number) for number in range(2 * PART + 1)), taken(500, "task")]
    events = given(leaving.decider, *work).when(leave).events
    assert events[0] == away.model_copy(update={"deals": 2 * PART + 1, "tasks": 1})
    parts = [(each.what, len(each.ids)) for each in events if isinstance(each, WorkPassedOn)]
    assert parts == [("deal", PART), ("deal", PART), ("deal", 1), ("task", 1)]
    given(leaving.decider, *work, *events).when(leave).then_nothing()


def test_what_still_reaches_a_leaver_goes_the_same_way() -> None:
    late = NoteWork(desk_id=ANN, user="ann", what="deal", id=DEAL)
    given(leaving.decider).when(late).then(taken(1))
    given(leaving.decider, away).when(late).then(taken(1), part)
    given(leaving.decider, away, taken(1)).when(late).then_nothing()
    given(leaving.decider, taken(1)).when(NoteWorkGone(desk_id=ANN, what="deal", id=DEAL)).then(WorkGone(desk_id=ANN, what="deal", id=DEAL))
    given(leaving.decider, taken(1)).when(NoteWorkGone(desk_id=ANN, what="task", id=DEAL)).then_nothing()


def test_who_comes_back_has_deals_again_and_nobody_has_to_see_to_the_seats_they_kept() -> None:
    back, kept = WorkTakenUp(desk_id=ANN, user="ann"), SeatsKept(desk_id=ANN, user="ann", opportunity_ids=(DEAL,))
    take_up = TakeWorkUp(desk_id=ANN, user="ann")
    given(leaving.decider, taken(1), away).when(take_up).then(back, kept)
    given(leaving.decider, taken(1)).when(take_up).then_nothing()  # also where the hand-over was never told
    given(leaving.decider, away, back).when(NoteWork(desk_id=ANN, user="ann", what="deal", id=DEAL)).then(taken(1))
    about = Why(user="ann")
    assert keep_agendas(kept) == [SettleTasks(agenda_id=agenda_of(DEAL), kinds=("seat_stays",), about=about, reason="returned")]
    assert keep_agendas(back) == [SettleTasks(agenda_id=agenda_of("ann"), reason="returned")]
    for command in (move, MoveTask(task_id=raised.task_id, hand_over_id=HAND_OVER, user="ann", to="bob", by="max")):
        given(leaving.decider, opened, raised, away, back).when(command).then_nothing()


# ── a deal ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_seats_of_a_leaver_are_the_successors_also_where_the_deal_stands_still() -> None:
    given(leaving.decider, opened, away).when(move).then(moved)
    given(leaving.decider, opened, suspended, away).when(move).then(moved)
    given(leaving.decider, opened, away, moved).when(move).then_nothing()
    after = fold((opportunity.decider,), (opened, suspended, moved, resumed))[Stream("opportunity", DEAL)]
    assert (after.account_manager, after.solution_manager) == ("bob", "sam")
    sam = move.model_copy(update={"user": "sam"})
    (changed,) = given(leaving.decider, opened, left("sam", "bob", HAND_OVER)).when(sam).events
    assert isinstance(changed, OpportunityChanged)
    assert (changed.after.account_manager, changed.after.solution_manager, changed.reason) == ("ann", "bob", "sam left")


@pytest.mark.parametrize("end", [won, lost, cancelled])
def test_a_deal_that_is_decided_stays_as_it_was(end: Event) -> None:
    given(leaving.decider, opened, end, away).when(move).then_nothing()


def test_where_a_seat_cannot_be_the_successors_it_stays_and_whoever_ordered_it_is_told_why() -> None:
    nobody = move.model_copy(update={"to": None})
    given(leaving.decider, opened, left("ann", None, HAND_OVER)).when(nobody).then(stays("no_successor"))
    same = move.model_copy(update={"to": "sam"})
    given(leaving.decider, opened, left("ann", "sam", HAND_OVER)).when(same).then(stays("successor_has_seat"))
    two = opened.model_copy(update={"solution_manager": "ann"})  # from before there was such a rule
    given(leaving.decider, two, away).when(move).then(stays("three_people"))
    given(leaving.decider, opened, left("ann", None, HAND_OVER), stays("no_successor")).when(nobody).then_nothing()


def test_a_seat_that_comes_back_to_who_left_and_cannot_move_again_is_told_again() -> None:
    away_to_sam = left("ann", "sam", HAND_OVER)
    given_up = TaskDropped(task_id=stays("x").task_id, opportunity_id=DEAL, kind="seat_stays", owner="max", reason="seat_changed")
    again = move.model_copy(update={"to": "sam", "part": 4})
    (told,) = given(leaving.decider, opened, away_to_sam, stays("successor_has_seat"), given_up).when(again).events
    assert isinstance(told, TaskRaised)
    assert told.task_id == task_id("seat_stays", HAND_OVER, DEAL, 4)


def test_what_was_asked_and_decided_about_another_account_manager_lapses_and_the_successor_is_told_to_ask_anew() -> None:
    lapsed = DecisionLapsed(opportunity_id=DEAL, gate="ATI", round=1)
    ask = TaskRaised(
        task_id=task_id("decision_to_ask", HAND_OVER, DEAL, 1, "ATI"), opportunity_id=DEAL, kind="decision_to_ask", owner="bob", due=TODAY,
        why=Why(user="ann", hand_over_id=HAND_OVER, gate="ATI"),
    )  # fmt: skip
    assert given(leaving.decider, *ASKED, away).when(move).events[1:] == [lapsed, ask]
    assert given(leaving.decider, *ASKED, made, away).when(move).events[1:] == [], "what was decided holds"
    by_bob = made.model_copy(update={"decided_by": "bob"})
    assert given(leaving.decider, *ASKED, by_bob, away).when(move).events[1:] == [lapsed, ask], "who decided manages it now"
    sam = move.model_copy(update={"user": "sam"})
    assert len(given(leaving.decider, *ASKED, left("sam", "bob", HAND_OVER)).when(sam).events) == 1, "a request of who stays is theirs"


def test_a_forecast_is_of_who_made_it_and_the_successor_is_told_to_make_theirs() -> None:
    said = ForecastSet(
        forecast_id=forecast_id(DEAL), opportunity_id=DEAL, version=1, account_manager="ann", category="commit", amount=USD,
        close_on=TODAY, set_by="ann",
    )  # fmt: skip
    events = given(leaving.decider, opened, said, away).when(move).events
    assert [(each.kind, each.owner) for each in events if isinstance(each, TaskRaised)] == [("forecast_to_set", "bob")]
    sam = move.model_copy(update={"user": "sam"})
    assert len(given(leaving.decider, opened, said, left("sam", "bob", HAND_OVER)).when(sam).events) == 1


def test_a_deal_follows_its_successors_until_somebody_is_here_and_never_comes_back() -> None:
    onward = part.model_copy(update={"to": "cem", "via": ("bob",)})
    given(leaving.decider, opened, away, left("bob", "cem")).when(move).then(onward)
    (further,) = pass_work_on(onward, FACT)
    assert isinstance(further, MoveDeal)
    assert (further.to, further.via) == ("cem", ("bob",))
    given(leaving.decider, opened, away, left("cem", "bob")).when(further).then(stays("successor_left"))
    given(leaving.decider, opened, away, left("cem", "ann")).when(further).then(stays("successor_left"))
    given(leaving.decider, opened, away, left("bob", None)).when(move).then(stays("successor_left"))
    (there,) = given(leaving.decider, opened, away, left("bob", "cem")).when(further).events
    assert isinstance(there, OpportunityChanged)
    assert there.after.account_manager == "cem"


def test_the_last_order_counts() -> None:
    given(leaving.decider, opened, away, left("ann", "dee")).when(move).then_nothing()


# ── tasks ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

move_task = MoveTask(task_id=raised.task_id, hand_over_id=HAND_OVER, user="ann", to="bob", by="max")


def given_to(owner: str) -> TaskReassigned:
    return TaskReassigned(
        task_id=raised.task_id, opportunity_id=DEAL, kind="close_passed", previous_owner="ann", owner=owner, due=raised.due,
        hand_over_id=HAND_OVER,
    )  # fmt: skip


def test_a_task_goes_to_the_successor_and_without_one_to_whoever_ordered_it() -> None:
    given(leaving.decider, raised, away).when(move_task).then(given_to("bob"))
    given(leaving.decider, raised, away).when(move_task.model_copy(update={"to": None})).then(given_to("max"))
    given(leaving.decider, raised, away, left("bob", None)).when(move_task).then(given_to("max"))
    given(leaving.decider, raised, away, left("bob", "cem")).when(move_task).then(
        part.model_copy(update={"what": "task", "ids": (raised.task_id,), "to": "cem", "via": ("bob",)})
    )
    for since in ((done,), (dropped,), (given_to("bob"),)):
        given(leaving.decider, raised, away, *since).when(move_task).then_nothing()


def test_where_nobody_is_here_a_task_stays_and_never_goes_round_in_circles() -> None:
    given(leaving.decider, raised, away, left("bob", "ann"), left("max", "ann")).when(move_task).then_nothing()
    own = move_task.model_copy(update={"to": None, "by": "ann"})
    given(leaving.decider, raised, away).when(own).then_nothing()


def test_who_may_decide_passes_that_to_nobody() -> None:
    asked = raised.model_copy(update={"kind": "decision_overdue", "why": Why(gate="ATI", round=1, may_decide=True)})
    (given_on,) = given(leaving.decider, asked, away).when(move_task).events
    assert isinstance(given_on, TaskReassigned)
    assert given_on.owner == "max", "bob may not decide because ann may"


def test_mandates_and_authority_stay_and_whoever_ordered_it_is_told() -> None:
    granted = MandateGranted(
        mandate_id=mandate_id("ann"), grant_id=QUOTE, user="ann", gates=("ATI",), max_amount=USD, valid_from=TODAY, granted_by="mia"
    )
    allowed = AuthorityGranted(
        authority_id=authority_id("ann"), user="ann", max_discount=Decimal("0.1"), max_amount=USD, valid_from=TODAY, granted_by="mia"
    )
    raised = [each for each in given(leaving.decider, granted, allowed).when(leave).events if isinstance(each, TaskRaised)]
    assert [(each.kind, each.owner, each.opportunity_id, each.why.user) for each in raised] == [
        ("mandate_stays", "max", None, "ann"), ("authority_stays", "max", None, "ann"),
    ]  # fmt: skip
    assert len(given(leaving.decider).when(leave).events) == 1
    (listed,) = keep_agendas(raised[0])
    assert getattr(listed, "agenda_id", None) == agenda_of("ann")


# ── what follows from what ────────────────────────────────────────────────────────────────────────────────────────────


def test_what_lead_svc_tells_is_handed_over_here_with_who_ordered_it() -> None:
    told = DeskHandedOver(desk_id=UUID(int=5), hand_over_id=HAND_OVER, owner="ann", to="bob", leads=3, by="max")
    assert keep_desks(told, FACT) == [leave]
    assert keep_desks(DeskTakenUp(desk_id=UUID(int=5), owner="ann"), FACT) == [TakeWorkUp(desk_id=ANN, user="ann")]
    assert pass_work_on(part, FACT) == [move]
    assert pass_work_on(part.model_copy(update={"what": "task", "ids": (raised.task_id,)}), FACT) == [move_task]


def test_a_desk_follows_seats_and_tasks() -> None:
    assert [command.desk_id for command in seen(opened)] == [desk_of(user) for user in ("ann", "sam", "fay")]
    gone, come = seen(became(account_manager="bob"))
    assert (gone, come.desk_id) == (NoteWorkGone(desk_id=ANN, what="deal", id=DEAL), desk_of("bob"))
    assert seen(became(value=USD)) == []
    assert vacate_seats(lost) == [VacateSeats(opportunity_id=DEAL)]
    vacated = SeatsVacated(agenda_id=agenda_of(DEAL), opportunity_id=DEAL, people=("ann", "sam", "fay"))
    for end in (won, lost, cancelled):
        given(agenda.decider, opened, end).when(VacateSeats(opportunity_id=DEAL)).then(vacated)
    given(agenda.decider, opened, suspended, lost).when(VacateSeats(opportunity_id=DEAL)).then(vacated)
    given(agenda.decider, opened, lost, vacated).when(VacateSeats(opportunity_id=DEAL)).then_nothing()
    given(agenda.decider, opened).when(VacateSeats(opportunity_id=DEAL)).then_nothing()
    assert [type(command) for command in seen(vacated)] == [NoteWorkGone] * 3
    assert [type(command) for command in seen(raised)] == [NoteWork]
    assert [type(command) for command in seen(given_to("bob"))] == [NoteWorkGone, NoteWork]
    assert [type(command) for command in seen(done)] == [type(command) for command in seen(dropped)] == [NoteWorkGone]


def seen(said: Any) -> list[Any]:
    return list(keep_desks(said, FACT))


# ── whoever leaves in whatever order ──────────────────────────────────────────────────────────────────────────────────

USERS = ("ann", "bob", "cem", "dee")
KINDS: tuple[Decider[Any, Any, Any], ...] = (leaving.decider, *leaving.decider.also, agenda.decider)
BY_COMMAND: dict[type[Command], Decider[Any, Any, Any]] = {
    HandWorkOver: leaving.decider, MoveDeal: leaving.decider, MoveTask: leaving.decider, NoteWork: leaving.decider,
    NoteWorkGone: leaving.decider, TakeWorkUp: leaving.decider,
}  # fmt: skip


def decided(history: Sequence[Event], command: Command) -> list[Event]:
    """What a command decides on everything that was decided here; nothing of this is ever refused."""
    decider = BY_COMMAND[type(command)]
    states, initials = fold(KINDS, tuple(history)), {kind.kind: kind.initial for kind in KINDS}
    named = {stream: states.get(stream, initials[stream.kind]) for stream in decider.streams(command)}
    return list(decider.decide_on(GivenStates(named), command))


ORDERS = st.lists(
    st.tuples(st.sampled_from(USERS), st.none() | st.sampled_from(USERS), st.booleans()).filter(lambda order: order[0] != order[1]),
    max_size=6,
)


@drawn(ORDERS)
def test_whoever_leaves_and_comes_back_in_whatever_order_it_is_heard_a_deal_comes_to_rest_and_is_not_orphaned(
    orders: list[tuple[str, str | None, bool]],
) -> None:
    """Hand-overs of several desks are heard in any order: what is moved comes to rest, and what is left behind is somebody's task."""
    deal = opened.model_copy(update={"account_manager": "ann", "solution_manager": "sam", "fulfilment_manager": "fay"})
    history: list[Event] = [deal, raised]
    waiting: list[Event] = [deal, raised]
    for number, (user, to, back) in enumerate(orders):
        told = DeskHandedOver(desk_id=desk_of(user), hand_over_id=UUID(int=1000 + number), owner=user, to=to, leads=0, by="max")
        waiting += [told, *([DeskTakenUp(desk_id=desk_of(user), owner=user)] if back else [])]
    steps = 0
    while waiting:
        event = waiting.pop(0)
        steps += 1
        assert steps < 500, "it goes round in circles"
        fact = replace(FACT, version=steps)
        commands = [*(pass_work_on(event, fact) if isinstance(event, WorkPassedOn) else [])]
        if isinstance(event, type(deal) | OpportunityChanged | TaskRaised | TaskReassigned | DeskHandedOver | DeskTakenUp):
            commands += keep_desks(event, FACT)
        for command in commands:
            events = decided(history, command)
            history += events
            waiting += events
    states = fold(KINDS, tuple(history))
    known = states[Stream("opportunity", DEAL)]
    owner = states.get(Stream("desk", desk_of(known.account_manager)), desk.Desk())
    assert DEAL in owner.deals
    if owner.left is not None:
        why = [each.why for each in history if isinstance(each, TaskRaised) and each.kind == "seat_stays"]
        assert any(each.user == known.account_manager and each.hand_over_id == owner.left.hand_over_id for each in why)
    assert isinstance(states[Stream("task", raised.task_id)], Pending)
