"""Tasks: what an owner has to do, raised once for one cause; done, or dropped when its reason is gone."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeAlias

from ltc_events import Decider, Event, States

from ...deal.rules.history import history as deals
from ...quote.rules.states import history as quotes
from . import deal_tasks, rejected_orders
from .reasons import FollowUpQuote, RaiseTask, TraceQuote, follow_up, raise_task, trace
from .states import DoTask, DropTask, FollowAccount, ReassignTask, Task, TaskEvent, do, drop, follow, history, must_be_pending, reassign

TaskCommand: TypeAlias = RaiseTask | DoTask | ReassignTask | FollowAccount | DropTask | FollowUpQuote | TraceQuote


def decide(states: States, command: TaskCommand) -> Sequence[Event]:
    match command:
        case RaiseTask():
            return raise_task(states, command)
        case DoTask():
            return do(must_be_pending(states.of(history, command.task_id)), command)
        case ReassignTask():
            return reassign(must_be_pending(states.of(history, command.task_id)), command)
        case FollowAccount():
            return follow(states.of(history, command.task_id), command)
        case DropTask():
            return drop(states.of(history, command.task_id), command)
        case FollowUpQuote():
            return follow_up(states, command)
        case TraceQuote():
            return trace(states, command)


decider: Decider[Task, TaskCommand, TaskEvent] = replace(
    history, commands=TaskCommand, decide_many=decide, also=(deals, quotes, deal_tasks.decider, rejected_orders.decider)
)
