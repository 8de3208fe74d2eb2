"""Whatever policy comes first, and however late one catches up: who has to follow up a quote at last is the same."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

import pytest
from deal_facts import DEAL, QUOTE, drafted, opened, sent
from ltc_events import AnyDecider, At, Command, Event, Fact, GivenStates, Policy, Stream, members, wants_fact
from ltc_events.testing import fold
from opportunity_svc.deal import rules as opportunity
from opportunity_svc.mandate.rules.index import decider as register
from opportunity_svc.quote import rules as quote
from opportunity_svc.quote.rules.events import QuoteExpired
from opportunity_svc.service import service
from opportunity_svc.task import rules as task
from opportunity_svc.task.rules import deal_tasks as agenda
from opportunity_svc.task.rules import rejected_orders as trouble
from opportunity_svc.task.rules.states import Pending, task_id

AT = datetime(2026, 12, 25, 8, tzinfo=UTC)
FACT = Fact(1, "quote", QUOTE, 1, AT, AT, "ann", DEAL)
KINDS = (opportunity.decider, quote.decider, agenda.decider, task.decider, register, trouble.decider)
DECIDERS: tuple[AnyDecider, ...] = (task.decider, agenda.decider)
FOLLOWING = ("trace_quote", "follow_up_quote", "keep_agendas", "drop_tasks")
OTHER = UUID(int=77)

old, new = drafted, drafted.model_copy(update={"quote_id": OTHER})
sent_old, sent_new = sent, sent.model_copy(update={"quote_id": OTHER})
expired_old, expired_new = QuoteExpired(quote_id=QUOTE), QuoteExpired(quote_id=OTHER)

STORIES: tuple[tuple[Sequence[Event], set[UUID]], ...] = (
    ((old, new, sent_old, sent_new, expired_new), {OTHER}),
    ((old, sent_old, new, sent_new, expired_old, expired_new), {OTHER}),
    ((old, new, sent_old, sent_new, sent_old, expired_new, expired_old), {QUOTE}),
    ((old, new, sent_new, sent_old, expired_old), {QUOTE}),
    ((old, new, sent_new, sent_old, expired_new), set()),
    ((old, new, sent_new, expired_new, sent_old), set()),
    ((old, new, sent_old, expired_new), set()),
    ((old, new, sent_old, expired_new, expired_old), {QUOTE}),
    ((old, expired_old, new), set()),
    ((old, new, expired_new), {OTHER}),
    ((old, sent_old, sent_old, expired_old), {QUOTE}),
)
"""What happened, and the quotes somebody has to follow up in the end."""


def decided(history: list[Event], command: Command) -> list[Event]:
    """What a command decides on all that happened."""
    decider = next(each for each in DECIDERS if isinstance(command, members(each.commands)))
    initials, states = {kind.kind: kind.initial for kind in KINDS}, fold(KINDS, tuple(history))
    return list(decider.decide_on(GivenStates({each: states.get(each, initials[each.kind]) for each in decider.streams(command)}), command))


def policies() -> dict[str, dict[type[Event], Policy]]:
    """What each policy makes of what it follows."""
    found: dict[str, dict[type[Event], Policy]] = {}
    for event, followers in service.policies_of.items():
        for policy in followers:
            if policy.name in FOLLOWING:
                found.setdefault(policy.name, {})[event] = policy
    return found


def to_follow_up(history: list[Event]) -> set[UUID]:
    """The quotes somebody has to follow up."""
    states = fold(KINDS, tuple(history))
    return {each for each in (QUOTE, OTHER) if isinstance(states.get(Stream("task", task_id("quote_expired", each))), Pending)}


def settled(happened: Sequence[Event], chance: random.Random) -> list[Event]:
    """All that follows, if chance says which policy goes on next."""
    history: list[Event] = [opened, *happened]
    known, passed = policies(), dict.fromkeys(policies(), 0)
    while behind := [name for name, position in passed.items() if position < len(history)]:
        name = chance.choice(behind)
        event = history[passed[name]]
        passed[name] += 1
        policy = known[name].get(type(event))
        commands: Sequence[Command | At] = [] if policy is None else policy(event, FACT) if wants_fact(policy) else policy(event)
        for command in commands:
            assert isinstance(command, Command), "nothing here waits for its time"
            history += decided(history, command)
    return history


@pytest.mark.parametrize(("happened", "expected"), STORIES)
def test_a_quote_is_followed_up_or_not_however_late_a_policy_catches_up(happened: Sequence[Event], expected: set[UUID]) -> None:
    for seed in range(60):
        assert to_follow_up(settled(happened, random.Random(seed))) == expected, f"seed {seed}"
