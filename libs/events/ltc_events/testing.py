"""given / when / then for deciders, on memory alone.

given(lead.decider, captured, dropped).when(qualify).then_refused(LeadClosed)
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Table

from .projection import Fact, Projection
from .vocabulary import AnyDecider, Command, Decider, Event, GivenStates, Refusal, Stream, members


def given(decider: AnyDecider, *history: Event) -> "Given":
    """The facts that happened before, in order, on whichever streams of the decider they belong to."""
    return Given(decider, history)


def fold(deciders: tuple[Decider[Any, Any, Any], ...], history: tuple[Event, ...]) -> dict[Stream, Any]:
    """The state of every stream that ``history`` touches."""
    states: dict[Stream, Any] = {}
    for event in history:
        owner = next(decider for decider in deciders if type(event) in members(decider.events))
        stream = owner.of(getattr(event, owner.id))
        states[stream] = owner.evolve(states.get(stream, owner.initial), event)
    return states


@dataclass(frozen=True)
class Given:
    """A history to decide on."""

    decider: AnyDecider
    history: tuple[Event, ...]

    def when(self, command: Command) -> "Outcome":
        """What the command decides on this history."""
        deciders = (self.decider, *self.decider.also)
        states = fold(deciders, self.history)
        initials = {decider.kind: decider.initial for decider in deciders}
        named = {stream: states.get(stream, initials[stream.kind]) for stream in self.decider.streams(command)}
        try:
            return Outcome(command, list(self.decider.decide_on(GivenStates(named), command)))
        except Refusal as refusal:
            return Outcome(command, [], refusal)


@dataclass(frozen=True)
class Outcome:
    """What a command came to: events, a refusal, or nothing."""

    command: Command
    events: list[Event] = field(default_factory=list)
    refusal: Refusal | None = None

    def then(self, *expected: Event) -> None:
        """Exactly these events were decided."""
        assert self.refusal is None, f"{self.command!r} was refused: {self.refusal!r}"
        assert self.events == list(expected), f"decided {self.events!r}, expected {list(expected)!r}"

    def then_refused(self, refusal: type[Refusal], **details: Any) -> None:
        """It was refused for this reason; named details are compared."""
        assert type(self.refusal) is refusal, f"expected {refusal.__name__}, got {self.refusal or self.events!r}"
        for name, value in details.items():
            assert self.refusal.details.get(name) == value, f"{name} is {self.refusal.details.get(name)!r}, expected {value!r}"

    def then_nothing(self) -> None:
        """It was neither refused nor did anything happen."""
        self.then()


def rows_after(fact: Fact, projection: Projection, table: Table, events: Iterable[Event]) -> list[dict[str, Any]]:
    """The rows of a table after these facts, by primary key.

    Args:
        fact: what the log knows of each of them; position and version count from 1.
    """
    rows: dict[tuple[Any, ...], dict[str, Any]] = {}
    for position, event in enumerate(events, 1):
        known = replace(fact, position=position, version=position)
        for verb in (verb for on in projection.ons if on.event is type(event) for verb in on.verbs if verb.table is table):
            for row in verb.rows(event, known):
                key = tuple(row[column.name] for column in table.primary_key)
                if verb.kind == "put":
                    assert set(row) == set(table.columns.keys())
                    rows[key] = dict(row)
                elif key in rows:
                    assert set(row) <= set(table.columns.keys())
                    rows[key] |= row
    return [rows[key] for key in sorted(rows)]
