"""A log full of sales, for whoever follows it."""

import os
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from ltc_events import Money, Stream
from ltc_runtime.log import Log, Meta, Plan

from .till import Ring

EVENTS = int(os.environ.get("LTC_BENCH_EVENTS", "100000"))
"""Sales in the log; fewer for trying."""

TILLS = 1000
AT_ONCE = 500


@dataclass(frozen=True)
class Sales:
    """Many commands as one piece of work."""

    commands: list[Ring]
    fresh: tuple[Stream, ...] = ()
    tails: tuple[Any, ...] = ()

    @property
    def streams(self) -> list[Stream]:
        """Their tills."""
        return [Stream("till", command.till_id) for command in self.commands]

    def plan(self, plan: Plan) -> None:
        """Decide each."""
        for command in self.commands:
            plan.decide(command, Meta(uuid4(), "anna", ("sales",)))


async def fill(log: Log) -> None:
    """Ring up `EVENTS` sales, spread over `TILLS` tills."""
    tills = [uuid4() for _ in range(TILLS)]
    amount = Money(amount=129900, currency="EUR")
    for begin in range(0, EVENTS, AT_ONCE):
        numbers = range(begin, min(begin + AT_ONCE, EVENTS))
        await log.submit(Sales([Ring(till_id=tills[number % TILLS], product="A-100", amount=amount) for number in numbers]))
